import { fork, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const pathOf = (name: string): string => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
const QUIET = ["--no-warnings"];

/** A process of its own that reports what it sees, once it is ready to. It ends with this one. */
export async function startChild(name: string, order: object): Promise<ChildProcess> {
  const child = fork(pathOf(name), [JSON.stringify(order)], { execArgv: QUIET });
  await once(child, "message");
  return child;
}

export async function stopChild(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
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
