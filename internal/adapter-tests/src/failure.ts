import { isCountersignError } from "@countersign/core";

/** What a tool does that fails. */
export async function bankIsDown(): Promise<string> {
  throw new Error("bank is down");
}

/** What a piece of work threw. */
export function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "nothing thrown",
    (error: unknown) => error,
  );
}

/** What a piece of work says to be missing or wrong in the set-up. Empty: nothing. */
export async function hintOf(work: () => unknown): Promise<string> {
  try {
    await work();
    return "";
  } catch (error) {
    if (isCountersignError(error, "SETUP")) return error.details.hint;
    throw error;
  }
}
