import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { text } from "node:stream/consumers";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleChildren } from "@countersign/test-run";

/** The built command. */
export const BIN: string = join(import.meta.dirname, "../../dist/bin.js");

/** Compiled code, shared by all that run: nothing that a test could look at. */
const CACHE = join(import.meta.dirname, "../../node_modules/.cache");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
}

/** Nothing of the machine's own configuration, nor of the one who runs the tests. */
export function environment(home: string, env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const own = { HOME: home, XDG_CONFIG_HOME: join(home, "config"), XDG_CACHE_HOME: CACHE };
  return { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", ...bundled(), ...own, ...env };
}

/** See bundleCommand. What finds the bundle is loaded before the command could say where compiled code is kept. */
function bundled(): Record<string, string> {
  const options = process.env["NODE_OPTIONS"];
  return options ? { NODE_OPTIONS: options, NODE_COMPILE_CACHE: join(CACHE, "countersign") } : {};
}

/** A folder of its own, gone afterwards. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "countersign-cli-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** An agent that dies in the middle of a payment. */
export const DYING_AGENT: string = join(import.meta.dirname, "dying-agent.process.ts");

/** In a file that runs it often. How it is loaded from its own files, other tests show. */
export const bundleCommand = (): Promise<void> => bundleChildren([BIN, DYING_AGENT].map((file) => pathToFileURL(file)));

/** Runs the command in pipes, to its end. */
export async function command(home: string, args: readonly string[], { env, input, cwd = home }: Surroundings = {}): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...args], { env: environment(home, env), cwd, stdio: "pipe" });
  child.stdin.on("error", () => {}).end(input ?? "");
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
