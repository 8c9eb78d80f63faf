import { randomUUID } from "node:crypto";
import { deserialize } from "../canonical/serialize.ts";
import type { CallContext } from "../contract/call.ts";
import type { Effect, EffectOptions, Execution } from "../contract/execution.ts";
import type { JsonObject } from "../contract/json.ts";
import { CountersignError } from "../errors/error.ts";
import { messageOf } from "../errors/message-of.ts";
import type { Kernel } from "../kernel.ts";
import { nextChange } from "../ledger/next-change.ts";
import { toRequest } from "../ledger/to-request.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";
import { keepClaim } from "./claim-lease.ts";
import { claim, giveBackUnstarted, park, type Claim, type Claimant } from "./claim.ts";
import { runningCall, type Met } from "./current-call.ts";
import { isInDoubt, leaveInDoubt } from "./doubt.ts";
import { keptResult, record, type Outcome } from "./receipt.ts";
import { refuseUnfit } from "./fits.ts";
import { notice, refusal } from "./told.ts";

/** The invocation on whose behalf a call is executed. */
export interface Executor {
  readonly fence: number | undefined;
  /** As the policy sees it in this invocation. Undefined: as the thread has it. */
  readonly context?: unknown;
  /** The request as it was read before, if it was. */
  readonly read?: RequestRecord | undefined;
  /** Calls the whole run off. */
  readonly signal?: AbortSignal | undefined;
  /** @throws LEASE_LOST if the thread may be somebody else's by now */
  demandLease(): void;
}

/**
 * Executes a recorded call, once: claims it, runs the effect, records the receipt; or replays what is recorded.
 * @throws EXECUTION_BUSY, EXECUTION_UNKNOWN (also in the place of what the effect threw, if that tells nothing), FROZEN, PURGED,
 * LEASE_LOST, STATE_INCOMPATIBLE, STORE_UNAVAILABLE, and the framework's own pause
 */
export async function executeRecorded<R>(
  kernel: Kernel,
  id: string,
  executor: Executor,
  effect: Effect<R> | undefined,
  options: EffectOptions<R> = {},
): Promise<Execution<R>> {
  let got: JsonObject | undefined;
  const fits = async (record: RequestRecord): Promise<void> => {
    got = await refuseUnfit(record, effect !== undefined, options.parse);
  };
  for (;;) {
    executor.demandLease();
    const claimed = await acquire(kernel, id, executor, fits);
    if (claimed.type === "pending") return { status: "pending", request: toRequest(claimed.record) };
    if (claimed.type === "finished") return replay(claimed.record, options);
    if (!effect || !(await mayStart(kernel, claimed, executor))) continue;
    const execution = await perform(kernel, { ...claimed, got }, executor, effect, options);
    // Not before: a claim that was given back, or has lapsed, may be made again.
    kernel.vouched.delete(id);
    return execution;
  }
}

type Mine = Extract<Claim, { type: "mine" }>;
/** `got`: what the tool is given, if it isn't what was signed. */
type Fitting = Mine & { readonly got: JsonObject | undefined };
type Taken = Exclude<Claim, { type: "busy" }>;

/** Waits while somebody else is executing: their receipt is our result. */
async function acquire(kernel: Kernel, id: string, executor: Executor, fits: Claimant["fits"]): Promise<Taken> {
  const { fence, context } = executor;
  const claimant = { nonce: randomUUID(), fence, context, fits };
  // Mostly it is free, and there is nothing to listen for.
  const first = await claim(kernel, id, claimant, executor.read);
  if (first.type !== "busy") return first;
  const patience = AbortSignal.timeout(kernel.timings.receiptWait);
  for (let pause = 10; ; pause = Math.min(pause * 2, 500)) {
    const hint = nextChange(kernel.ledger, pause, patience);
    try {
      const answer = await claim(kernel, id, claimant);
      if (answer.type !== "busy") return answer;
      if (patience.aborted) throw new CountersignError("EXECUTION_BUSY", { request: toRequest(answer.record) });
      await hint.arrived;
    } finally {
      hint.cancel();
    }
  }
}

/** Between the claim and the effect a process can stand still for longer than its lease. */
async function mayStart(kernel: Kernel, claimed: Mine, executor: Executor): Promise<boolean> {
  const { record, until } = claimed;
  try {
    executor.demandLease();
    kernel.freezes.refuse(record);
    if (kernel.clock() < until) return true;
  } catch (error) {
    await giveBackUnstarted(kernel, claimed);
    throw error;
  }
  await giveBackUnstarted(kernel, claimed);
  return false;
}

/** Once the effect is entered, only its own outcome or the framework's own pause ends the claim. */
async function perform<R>(
  kernel: Kernel,
  { record: claimed, until, got }: Fitting,
  executor: Executor,
  effect: Effect<R>,
  options: EffectOptions<R>,
): Promise<Execution<R>> {
  const args = proposedArgs(claimed);
  const { id, attempt, threadId } = claimed;
  const context: CallContext = { idempotencyKey: id, attempt, threadId, request: toRequest(claimed) };
  const met: Met = {};
  const lease = keepClaim(kernel, claimed, until);
  let result: R;
  try {
    result = await runningCall.run({ context, requestId: id, met }, () => effect(structuredClone(args), context));
  } catch (error) {
    lease.stop();
    if (options.paused?.(error)) {
      await park(kernel, claimed);
      throw error;
    }
    if (isInDoubt(error, { met, lease, executor, options })) throw await leaveInDoubt(kernel, claimed, error, met);
    await record(kernel, claimed, { status: "failed", error: messageOf(error), args: got });
    return { status: "failed", error, replayed: false };
  }
  lease.stop();
  await record(kernel, claimed, { ...outcomeOf(result, options), args: got });
  return { status: "ran", result, args, notice: notice(claimed, got), replayed: false };
}

function outcomeOf<R>(result: R, { encode }: EffectOptions<R>): Outcome {
  return { status: "done", result: keptResult(encode ? encode(result) : result) };
}

function replay<R>(finished: RequestRecord, { decode }: EffectOptions<R>): Execution<R> {
  if (finished.state === "failed") return { status: "failed", error: new Error(finished.error), replayed: true };
  if (finished.state !== "done") return refusal(finished);
  const kept = deserialize(finished.result);
  const result = decode ? decode(kept) : (kept as R);
  return { status: "ran", result, args: proposedArgs(finished), notice: notice(finished), replayed: true };
}
