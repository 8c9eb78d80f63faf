// An agent in a process of its own, that can be killed.
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Report } from "./report.ts";

/** `folder`: where its process.ts is. `inBank`: what to say was paid, if the process fails. */
export function agentProcess(
  folder: string,
  inBank: () => string,
  ...args: readonly string[]
): { readonly child: ChildProcess; readonly report: Promise<Report> } {
  const child = fork(join(folder, "process.ts"), args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const report = new Promise<Report>((resolve) => {
    const exited = (code: number | null): void => resolve(failed(code, inBank()));
    child.once("exit", exited);
    child.once("message", (message) => {
      child.off("exit", exited);
      resolve(message as Report);
    });
  });
  return { child, report };
}

export function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}

/** The process has said why. */
function failed(code: number | null, paid: string): never {
  console.error(`The agent's process ended with code ${code}. Nothing was paid that nobody signed: the bank has paid ${paid}.`);
  process.exit(1);
}
