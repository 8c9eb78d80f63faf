import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Starts one of the programs in `children` in a process of its own. */
export function start(program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, [pathOf(program), ...args], { stdio: ["ignore", "pipe", "inherit"], ...options });
}

function pathOf(program: string): string {
  return fileURLToPath(new URL(`children/${program}.ts`, import.meta.url));
}

/** What it printed, once it has ended well. */
export async function output(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.on("data", (chunk) => (text += String(chunk)));
  const [code, signal] = await once(child, "close");
  if (code !== 0) throw new Error(`ended with ${code ?? signal}: ${text}`);
  return text;
}
