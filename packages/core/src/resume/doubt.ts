import { CountersignError } from "../errors/error.ts";
import { messageOf } from "../errors/message-of.ts";
import { passingIn } from "../errors/passing.ts";
import type { Kernel } from "../kernel.ts";
import { toRequest } from "../ledger/to-request.ts";
import type { RequestRecord } from "../store/records.ts";
import type { ClaimLease } from "./claim-lease.ts";
import { lapse } from "./claim.ts";
import type { Met } from "./current-call.ts";
import { changeUnlessPassed, isPassed } from "./receipt.ts";

/** What surrounded an effect that threw. */
interface Surroundings {
  readonly met: Met;
  readonly lease: ClaimLease;
  /** On whose behalf it ran. */
  readonly executor: { readonly signal?: AbortSignal | undefined; demandLease(): void };
  readonly options: { readonly signal?: AbortSignal | undefined };
}

/**
 * Does what an effect threw say nothing about whether it happened? So it is when the effect was called off in the middle, when
 * it stood still for longer than its lease, and when something inside it meant "not now": the first half may have happened.
 */
export function isInDoubt(error: unknown, { met, lease, executor, options }: Surroundings): boolean {
  const calledOff = executor.signal?.aborted === true || options.signal?.aborted === true;
  return calledOff || lease.isOver() || hasLostThread(executor) || met.passing !== undefined || passingIn(error) !== undefined;
}

function hasLostThread(executor: Surroundings["executor"]): boolean {
  try {
    executor.demandLease();
    return false;
  } catch {
    return true;
  }
}

/**
 * Records that nobody knows what came of it. Answers the error that leaves in the place of the effect's own: a model that reads
 * of a failure would make the call again. EXECUTION_BUSY if a person has settled the execution in the meantime.
 */
export async function leaveInDoubt(
  kernel: Kernel,
  claimed: RequestRecord,
  error: unknown,
  { passing }: Met,
): Promise<CountersignError<"EXECUTION_UNKNOWN" | "EXECUTION_BUSY">> {
  const failure = { status: "failed", error: messageOf(error) } as const;
  const record = await changeUnlessPassed(kernel, claimed, failure, (current, now) =>
    current.state === "executing" ? lapse(kernel, current, now, failure.error) : current,
  );
  const code = isPassed(record, claimed) ? "EXECUTION_BUSY" : "EXECUTION_UNKNOWN";
  const cause = passing ?? error;
  return new CountersignError(code, { request: toRequest(record) }, { cause, note: `It threw: ${messageOf(cause)}` });
}
