import { ATTEMPTS, type ResolvedTimings } from "../contract/defaults.ts";
import type { ErrorCode } from "../errors/codes.ts";
import { passingIn } from "../errors/passing.ts";
import type { Kernel } from "../kernel.ts";
import type { ThreadRecord } from "../store/records.ts";
import { GIVEN_UP } from "../store/threads.ts";

/** These pass by themselves, however long that takes: the run would have gone on. */
const NOT_OF_THE_RUN: ReadonlySet<ErrorCode> = new Set(["EXECUTION_BUSY", "FROZEN", "STORE_UNAVAILABLE", "THREAD_BUSY"]);

/** Does this failure say something of the run? Then it counts as an attempt. Frameworks wrap what they meet. */
export function isOfTheRun(error: unknown): boolean {
  const passing = passingIn(error);
  return passing === undefined || !NOT_OF_THE_RUN.has(passing.code);
}

interface Failure {
  readonly error: string;
  /** Unix ms. */
  readonly at: number;
  /** How many attempts it counts as. */
  readonly times: number;
}

/** What becomes of a thread whose run failed once more: it is tried again after a longer pause, until it is given up. */
export function failed(timings: ResolvedTimings, thread: ThreadRecord, { error, at, times }: Failure): Partial<ThreadRecord> {
  const attempts = thread.attempts + times;
  const failingSince = thread.failingSince ?? (times > 0 ? at : undefined);
  const pause = Math.min(thread.pause === undefined ? timings.backoffMin : thread.pause * 2, timings.backoffMax);
  const isGivenUp = times > 0 && attempts >= ATTEMPTS && at - (failingSince ?? at) >= timings.retryUpTo;
  return { attempts, failingSince, pause, lastError: error, notBefore: isGivenUp ? GIVEN_UP : at + pause };
}

/** From here on nothing happens by itself: so somebody is told. */
export function tellGivenUp({ warn }: Kernel, { id, agent, attempts, failingSince, lastError }: ThreadRecord): void {
  const since = failingSince === undefined ? "" : ` since ${new Date(failingSince).toISOString()}`;
  warn(
    `Workers no longer try thread ${id} of ${agent}: its run failed ${attempts} times in a row${since}, the last time with: ${lastError}. ` +
      "Mend the cause, then call runner.resume for the thread.",
  );
}
