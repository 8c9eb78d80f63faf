import { LIMITS, TIMINGS, type Limits, type ResolvedTimings, type Timings } from "./contract/defaults.ts";
import { isTooLong, TOO_LONG } from "./contract/name.ts";
import type { Duration } from "./contract/json.ts";
import { timerMs } from "./contract/terms.ts";
import { CountersignError } from "./errors/error.ts";
import { shown } from "./errors/shown.ts";

/** Which times each setting is about. `lease` comes first: what follows may say otherwise. */
const TIMES: { readonly [K in keyof Required<Timings>]: readonly (keyof ResolvedTimings)[] } = {
  lease: ["threadLease", "claimLease"],
  claimLease: ["claimLease"],
  sweepEvery: ["sweepEvery"],
  retryUpTo: ["retryUpTo"],
  nativeHold: ["nativeHold"],
  receiptWait: ["receiptWait"],
  backoffMin: ["backoffMin"],
  backoffMax: ["backoffMax"],
};

/** All times of a gate in ms. @throws SETUP for a key that isn't one, and for a value that isn't a duration */
export function readTimings(given: Timings = {}, reviewWithin?: Duration): ResolvedTimings {
  demandKeys("timings", given, Object.keys(TIMES), 'lease, sweepEvery and retryUpTo, as in { lease: "60s" }');
  const resolved: { -readonly [K in keyof ResolvedTimings]: number } = { ...TIMINGS };
  for (const [key, times] of Object.entries(TIMES)) {
    const value = given[key as keyof Timings];
    if (value !== undefined) for (const time of times) resolved[time] = readTime(`timings.${key}`, value);
  }
  if (reviewWithin !== undefined) resolved.reviewWithin = readTime("reviewWithin", reviewWithin);
  return resolved;
}

/** @throws SETUP for a key that isn't one, and for a limit that isn't one */
export function readLimits(given: Partial<Limits> = {}): Limits {
  demandKeys("limits", given, Object.keys(LIMITS), "thread and requester, as in { thread: 20 }");
  const limits = { ...LIMITS, ...Object.fromEntries(Object.entries(given).filter(([, limit]) => limit !== undefined)) } as Limits;
  for (const [scope, limit] of Object.entries(limits)) {
    if (limit === false || (Number.isInteger(limit) && limit > 0)) continue;
    throw setup(`limits.${scope} is ${shown(limit)}. Write a whole number from 1, or false for no limit`);
  }
  return limits;
}

/** @throws SETUP for anything but a text with something in it, and for one that is too long */
export function readName(key: string, value: unknown): string {
  if (typeof value !== "string" || value === "") throw setup(`${key} is ${shown(value)}. Write text with at least one character`);
  if (isTooLong(value)) throw setup(`${key} is ${TOO_LONG}. Write a shorter one`);
  return value;
}

function readTime(key: string, value: unknown): number {
  const ms = timerMs(value);
  if (ms !== undefined) return ms;
  throw setup(`${key} is ${shown(value)}. Write milliseconds above 0, or text such as "60s" or "5m"; 24d at most`);
}

function demandKeys(name: string, given: unknown, keys: readonly string[], right: string): void {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw setup(`${name} is ${shown(given)}. Write an object with ${right}`);
  const unknown = Object.keys(given).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw setup(`there is no ${name}.${unknown}. There are ${right}`);
}

function setup(hint: string): CountersignError<"SETUP"> {
  return new CountersignError("SETUP", { hint: `createGate: ${hint}.` });
}
