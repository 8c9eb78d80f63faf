import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { thrownIn } from "../../explain/thrown.ts";
import { within } from "../check.ts";
import type { JobName, Params, Result } from "./jobs.ts";

/** Long enough for a slow machine; a child that takes longer hangs. */
const PATIENCE = 60_000;
/** Characters kept of what a child prints. */
const PRINTED = 4_000;

/** What a child writes, one line each. */
export type Line = { readonly said: unknown } | { readonly result: unknown };

/** A job in a process of its own. */
export interface Child<R> {
  /** Waits until it has said so many things, and answers all it said. */
  heard(count: number): Promise<readonly unknown[]>;
  /** Lets a job go on that waits for it. */
  go(): void;
  /** What the job answered. @throws when it ended otherwise */
  result(): Promise<R>;
  /** SIGKILL, as from `kill -9`. Answers all that it got out before. */
  kill(): Promise<readonly unknown[]>;
  /** What it has printed so far, the last of it. */
  printed(): string;
}

const ENTRY = fileURLToPath(new URL("./child.ts", import.meta.url));

export function start<J extends JobName>(harnessUrl: string, location: string, job: J, params: Params<J>): Child<Result<J>> {
  const args = [ENTRY, harnessUrl, location, job, JSON.stringify(params)];
  // Reports have a channel of their own: a store may print what it likes.
  const process_ = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe", "pipe"] });
  const said: unknown[] = [];
  const results: unknown[] = [];
  const changed = new EventTarget();
  let printed = "";
  let errors = "";
  process_.stderr?.on("data", (chunk) => (errors = (errors + String(chunk)).slice(-PRINTED)));
  for (const stream of [process_.stdout, process_.stderr])
    stream?.on("data", (chunk) => (printed = (printed + String(chunk)).slice(-PRINTED)));
  // Whoever was killed no longer reads what is sent to it.
  process_.stdin?.on("error", () => {});
  createInterface({ input: process_.stdio[3] as Readable }).on("line", (text) => {
    const line = JSON.parse(text) as Line;
    if ("said" in line) said.push(line.said);
    else results.push(line.result);
    changed.dispatchEvent(new Event("line"));
  });
  const ended = once(process_, "close").then(() => changed.dispatchEvent(new Event("line")));

  const failure = (): Error => {
    const how = process_.signalCode ?? `exit code ${process_.exitCode}`;
    const thrown = thrownIn(errors);
    return new Error(
      `The process that does \`${job}\` ended with ${how}${thrown === undefined ? "" : `: ${thrown}`}. See what it printed.`,
    );
  };
  const isOver = (): boolean => process_.exitCode !== null || process_.signalCode !== null;

  async function untilSaid(count: number): Promise<readonly unknown[]> {
    while (said.length < count) {
      if (isOver()) {
        await ended;
        if (said.length < count) throw failure();
      } else await once(changed, "line");
    }
    return said;
  }

  return {
    heard: (count) => within(PATIENCE, `the process that does \`${job}\` says something`, untilSaid(count)),
    go: () => void process_.stdin?.write("go\n"),
    result: async () => {
      await within(PATIENCE, `the process that does \`${job}\` ends`, ended);
      if (results.length === 0) throw failure();
      return results[0] as Result<J>;
    },
    kill: async () => {
      process_.kill("SIGKILL");
      await ended;
      return said;
    },
    printed: () => printed,
  };
}

/** Lets jobs that wait for it go on at the same moment, and answers what they answer. */
export async function allAtOnce<R>(children: readonly Child<R>[]): Promise<readonly R[]> {
  await Promise.all(children.map((child) => child.heard(1)));
  for (const child of children) child.go();
  return Promise.all(children.map((child) => child.result()));
}
