import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Behaviour, Place } from "./world.ts";

/** What a process is told to do. */
export type Order = { readonly place: Place; readonly behaviour?: Omit<Behaviour, "outside" | "script"> } & (
  | { readonly do: "start"; readonly thread: string; readonly input: string }
  | { readonly do: "resume"; readonly thread: string }
  | { readonly do: "invoke"; readonly thread: string; readonly input?: string }
  | {
      readonly do: "decide";
      readonly request: string;
      readonly decision: "approve" | "edit" | "reject";
      readonly args?: object;
      readonly message?: string;
    }
);

export interface Answer {
  // oxlint-disable-next-line typescript/no-explicit-any -- JSON of whatever the order answers
  readonly value?: any;
  /** The code of a typed error, else its text. */
  readonly error?: string;
  /** The signal that ended the process, if one did. */
  readonly signal?: string;
}

/** Carries out one order in a process of its own. */
export function inProcess(order: Order, script: string = fileURLToPath(new URL("./child.ts", import.meta.url))): Promise<Answer> {
  const child = spawn(process.execPath, ["--no-warnings", script, JSON.stringify(order)], { stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  const complained: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => complained.push(chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, signal) => {
      if (signal) return resolve({ signal });
      const line = said.join("").trim().split("\n").at(-1);
      if (!line?.startsWith("{")) return reject(new Error(`the process said nothing: ${complained.join("")}`));
      resolve(JSON.parse(line) as Answer);
    });
  });
}
