import { CountersignError, type Duration } from "@countersign/core";
import { durationMs } from "@countersign/core/policy";

/** How long a session lasts at the most, and how long it lasts unused. Both in ms. */
export interface Lasting {
  readonly lasts: number;
  readonly idle: number;
}

/** @throws SETUP for what is no duration */
export function readLasting(lasts: Duration, idle: Duration): Lasting {
  return { lasts: readDuration(lasts, "lasts"), idle: readDuration(idle, "idle") };
}

/** @throws SETUP for what is no duration */
export function readDuration(given: Duration, name: string): number {
  const ms = durationMs(given);
  if (ms !== undefined) return Math.floor(ms);
  throw new CountersignError("SETUP", { hint: `${name} is no duration: ${JSON.stringify(given)}. Write "90s", "15m", "12h" or "3d".` });
}
