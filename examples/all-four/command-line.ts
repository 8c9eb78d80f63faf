// The command `countersign`, as Fiona from finance types it.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const bin = join(dirname(createRequire(import.meta.url).resolve("@countersign/cli/package.json")), "dist/bin.js");
const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  COUNTERSIGN_AS: "fiona",
  COUNTERSIGN_ROLES: "finance",
  COUNTERSIGN_STORE: process.env["COUNTERSIGN_DB"],
});

/** What it prints. */
export async function countersign(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args], { env: environment() });
  return stdout.trimEnd();
}

/** At the person's own terminal. */
export async function inbox(): Promise<void> {
  await once(spawn(process.execPath, [bin, "inbox"], { env: environment(), stdio: "inherit" }), "exit");
}
