import type { ErrorCode } from "./codes.ts";
import { isCountersignError, type CountersignError } from "./error.ts";

const PASSING: ReadonlySet<ErrorCode> = new Set([
  "EXECUTION_BUSY",
  "EXECUTION_UNKNOWN",
  "FROZEN",
  "LEASE_LOST",
  "STORE_UNAVAILABLE",
  "THREAD_BUSY",
  "TOO_MANY_REQUESTS",
]);

/** Does this error mean "not now"? It says nothing of the work that met it, and a model that reads it would take it for a failure. */
export function isPassing(error: unknown): boolean {
  return isCountersignError(error) && PASSING.has(error.code);
}

/** The error that means "not now" in this one, or in what caused it: tools wrap what they meet. */
export function passingIn(error: unknown): CountersignError | undefined {
  const seen = new Set<unknown>();
  for (let each = error; each instanceof Error && !seen.has(each); each = each.cause) {
    if (isCountersignError(each) && isPassing(each)) return each;
    seen.add(each);
  }
  return undefined;
}
