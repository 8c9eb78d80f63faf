import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Starts a program in a process of its own. */
export function start(program: URL, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(program), ...args], { stdio: ["ignore", "pipe", "inherit"], ...options });
}

/** What it printed, once it has ended well. */
export async function output(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.on("data", (chunk) => (text += String(chunk)));
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`ended with ${code ?? signal}: ${text}`);
  return text;
}
