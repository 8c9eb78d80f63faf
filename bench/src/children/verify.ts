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
process.stdout.write(JSON.stringify({ each, memory: process.resourceUsage().maxRSS / 1e3 }));
