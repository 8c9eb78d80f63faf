import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

const FOLDER = join(import.meta.dirname, "../../peers");
const INSTALL = ["install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only"];
/** Nobody is there to be asked, and without a network it shall soon be clear that there is none. */
const SETTINGS = { CI: "true", pnpm_config_fetch_retries: "1", pnpm_config_fetch_retry_mintimeout: "1000" };

/** What pnpm draws around what it says. */
const FRAME = /[\s×│├╰─▶]+/g;
const LONGEST = 200;

/**
 * Installs the peers beside the bench, with the pnpm that runs it: a moment if they are there, and nothing is downloaded.
 * Answers why they can't be had, if they can't.
 */
export async function installPeers(note: (text: string) => void): Promise<string | undefined> {
  const pnpm = spawn("pnpm", INSTALL, { cwd: FOLDER, env: { ...process.env, ...SETTINGS }, stdio: ["ignore", "pipe", "pipe"] });
  createInterface(pnpm.stdout).on("line", (line) => note(`installing the peers: ${line}`));
  try {
    const [said, [code]] = await Promise.all([text(pnpm.stderr), once(pnpm, "close") as Promise<[number | null]>]);
    return code === 0 ? undefined : `pnpm install ended with ${code}: ${said.replaceAll(FRAME, " ").slice(0, LONGEST)}`;
  } catch (error) {
    return `pnpm install: ${String(error)}`;
  }
}
