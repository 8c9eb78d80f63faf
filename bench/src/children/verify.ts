import { readFileSync } from "node:fs";
import { createGate } from "@countersign/core";
import { openAt, type Address } from "../stores/address.ts";
import { orderOf } from "./child.ts";

/** Verifies a store. Prints the µs that each of its events took, and the most memory that the process ever had, in MB. */
const { address } = orderOf<{ readonly address: Address }>();
await using store = openAt(address);
await store.now();
const begun = performance.now();
const { events } = await createGate({ store }).verify();
const each = ((performance.now() - begun) * 1_000) / events;
process.stdout.write(JSON.stringify({ each, memory: mostMemory() }));

/** In MB. On Linux `maxRSS` begins with what the process had that started this one. */
function mostMemory(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1e3;
  const [, kB] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kB) / 1e3;
}
