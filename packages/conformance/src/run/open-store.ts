import { isCountersignError } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import type { StoreHarness } from "../contract/harness.ts";
import { byHarness, HarnessError, nameOf } from "./load.ts";

/** Without these no case gets anywhere. The others may still have to be written: the cases that need them say so. */
const FIRST = ["commit", "now", "getRequest", "getThread", "close"] as const;
const OTHERS = [
  "readThread",
  "requestsOfThread",
  "requestsOfTurn",
  "listRequests",
  "countRequests",
  "grantsFor",
  "listEvents",
  "claimDue",
  "watch",
] as const;

/**
 * What the harness opens. An error with a code comes through as it is: it is for the case to judge.
 * @throws HarnessError for another error, and for something that is no store
 */
export async function openedBy(url: string, harness: StoreHarness, location: string): Promise<StorePort> {
  const store: unknown = await opened(url, harness, location);
  if (typeof store !== "object" || store === null) throw new HarnessError(noStore(url, `it is ${String(store)}`));
  if (!isMissing(store, FIRST)) return store as StorePort;
  const missing = [...FIRST, ...OTHERS].filter((name) => isMissing(store, [name]));
  throw new HarnessError(noStore(url, `it has no ${missing.map((name) => `\`${name}\``).join(", ")}`));
}

async function opened(url: string, harness: StoreHarness, location: string): Promise<unknown> {
  try {
    return await harness.open(location);
  } catch (error) {
    if (isCountersignError(error)) throw error;
    return byHarness(url, "open", () => Promise.reject(error as Error));
  }
}

function isMissing(store: object, names: readonly string[]): boolean {
  return names.some((name) => typeof Reflect.get(store, name) !== "function");
}

function noStore(url: string, why: string): string {
  return `\`open\` of ${nameOf(url)} gave something that is no store: ${why}. Return the store that your package makes.`;
}
