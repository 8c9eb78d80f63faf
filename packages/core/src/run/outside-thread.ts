import { CountersignError } from "../errors/error.ts";
import { currentThread } from "./current-thread.ts";

/** What a gated tool throws that finds no thread of its own gate. */
export function outsideThread(tool: string): CountersignError<"THREAD_UNKNOWN"> {
  return new CountersignError("THREAD_UNKNOWN", currentThread() ? { tool, otherGate: true } : { tool });
}
