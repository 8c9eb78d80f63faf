import { demand, timerMs } from "@countersign/core/policy";

/** A timer takes what is no number of ms for none at all, and runs without a pause. @throws SETUP */
export function demandInterval(every: unknown, call: string): void {
  demand(typeof every === "number" && timerMs(every) !== undefined, every, "every", call);
}
