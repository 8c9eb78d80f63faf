import { memoryStore } from "@countersign/memory";
import type { Stores } from "./simulate.ts";

/** One memory store, seen by all processes. */
export function inMemory(now: () => number): Stores {
  const store = memoryStore({ now });
  return { connect: () => store, close: () => store.close() };
}
