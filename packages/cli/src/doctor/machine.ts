import type { StorePort } from "@countersign/core/store";
import { ok, problem, warning, type Finding } from "./finding.ts";

const TOLERATED = 5_000;
/** Their end of life: 22 in April 2027. */
const CURRENT = 24;

export function node(version: string = process.versions.node): readonly Finding[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 13)) return [problem("node", `Node ${version} is too old.`, "Install Node 22.13 or newer.")];
  if (major < CURRENT) return [warning("node", `Node ${version} works.`, `Node ${CURRENT} is supported longer, and has a newer SQLite.`)];
  return [ok("node", `Node ${version}.`)];
}

/** Deadlines go by the store's clock, and what people see of them by this one. */
export async function clock(store: StorePort): Promise<readonly Finding[]> {
  const before = Date.now();
  const theirs = await store.now();
  const after = Date.now();
  const off = theirs < before ? before - theirs : Math.max(theirs - after, 0);
  if (off <= TOLERATED) return [ok("clock", `The clocks of this machine and of the store differ by at most ${Math.max(off, 1)} ms.`)];
  const message = `The clocks of this machine and of the store differ by ${Math.round(off / 1_000)} s. Deadlines follow the store's clock.`;
  return [warning("clock", message, "Set both clocks by NTP.")];
}
