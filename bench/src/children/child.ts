import { execFile, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Measurement, Operations, Plan } from "../operations.ts";

const pathOf = (name: string): string => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
const QUIET = ["--no-warnings"];
/** Bytes that a child may print: thousands of samples. */
const MOST = 256 * 1024 * 1024;

/** A process of its own that reports what it sees, once it is ready to. It ends with this one. */
export async function startChild(name: string, order: object, flags: readonly string[] = []): Promise<ChildProcess> {
  // What a framework in it prints is for people: this process may be printing figures.
  const child = fork(pathOf(name), [JSON.stringify(order)], { execArgv: [...QUIET, ...flags], stdio: ["ignore", 2, 2, "ipc"] });
  await once(child, "message");
  return child;
}

export async function stopChild(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}

/** Runs a process to its end and answers the JSON that it prints. @throws what it wrote on standard error, if it fails */
export async function runChild<T>(name: string, order: object, flags: readonly string[] = []): Promise<T> {
  const args = [...QUIET, ...flags, pathOf(name), JSON.stringify(order)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: MOST });
  return JSON.parse(stdout) as T;
}

/** Follows a plan in a process that is made for it. */
export function inChild<Given>({ url }: Operations<Given>, given: Given, plan: Plan): Promise<Measurement> {
  return runChild("measure", { url, given, plan });
}

/** What a child was told. */
export function orderOf<T>(): T {
  return JSON.parse(process.argv[2] ?? "") as T;
}
