import { fork, spawnSync, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const pathOf = (name: string): string => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
const QUIET = ["--no-warnings"];

/** A process of its own that reports what it sees. It ends with this one. */
export function startChild(name: string, order: object): ChildProcess {
  return fork(pathOf(name), [JSON.stringify(order)], { execArgv: QUIET });
}

/** Runs a process to its end and answers the JSON that it prints. */
export function runChild<T>(name: string, order: object, flags: readonly string[] = []): T {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...QUIET, ...flags, pathOf(name), JSON.stringify(order)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
  return JSON.parse(stdout) as T;
}

/** What a child was told. */
export function orderOf<T>(): T {
  return JSON.parse(process.argv[2] ?? "") as T;
}
