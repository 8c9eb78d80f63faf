import { SYSTEM } from "../contract/principal.ts";
import { executeBy, expire, isOverdue, type Deadline } from "../decide/deadline.ts";
import { isComplete } from "../decide/authorize.ts";
import { termsUnder } from "../decide/edit-terms.ts";
import { judgedAnew } from "../decide/edited-args.ts";
import { CountersignError } from "../errors/error.ts";
import { denial, invalid } from "../gate/refusal.ts";
import { believed } from "../hold/lease.ts";
import type { Kernel } from "../kernel.ts";
import { FREEZES } from "../ledger/reserved.ts";
import type { Changed } from "../ledger/writes.ts";
import { persist } from "../ledger/persist.ts";
import { putThread, together, transition } from "../ledger/transition.ts";
import { toRequest } from "../ledger/to-request.ts";
import type { Judgement } from "../policy/check.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";
import { unlessUnreadable } from "../store/unreadable.ts";
import { cancellation } from "../suspend/withdraw.ts";
import { isEdited } from "./told.ts";
import { refusedUnsigned } from "./unsigned.ts";

/** What stands in the way of an execution, or the claim on it. */
export type Claim =
  | {
      readonly type: "mine";
      readonly record: RequestRecord;
      /** Was an execution begun before this claim? */
      readonly begun: boolean;
      /** This process's clock. */
      readonly until: number;
    }
  | { readonly type: "busy"; readonly record: RequestRecord }
  | { readonly type: "finished"; readonly record: RequestRecord }
  | { readonly type: "pending"; readonly record: RequestRecord };

export interface Claimant {
  /** Of this one claim, not of a process. */
  readonly nonce: string;
  readonly fence: number | undefined;
  /** As the policy sees it in this invocation. Undefined: as the thread has it. */
  readonly context?: unknown;
  /** @throws STATE_INCOMPATIBLE if this process can't run what was signed */
  readonly fits: (record: RequestRecord) => Promise<void>;
}

/**
 * Takes the execution if it is free: compare-and-set on the request itself.
 * @param read the request as this invocation has read it; if it has changed since, the commit finds out
 * @throws EXECUTION_UNKNOWN, FROZEN, PURGED, LEASE_LOST, STATE_INCOMPATIBLE, NOT_APPROVED without a record, AUDIT_BROKEN if its arguments are not those signed
 */
export function claim(kernel: Kernel, id: string, claimant: Claimant, read?: RequestRecord): Promise<Claim> {
  let known = read?.state === "approved" ? read : undefined;
  let begun = false;
  return persist(async () => {
    const record = known ?? (await kernel.ledger.request(id));
    known = undefined;
    if (!record) throw new CountersignError("NOT_APPROVED", { request: undefined });
    if (record.holder !== claimant.nonce) begun = record.begun;
    // Read before the store's clock: however long the answers take, this process never believes its lease to be longer than it is.
    const since = kernel.clock();
    const now = await kernel.ledger.now();
    switch (record.state) {
      case "pending":
        if (!(await isOverdue(kernel, record, now))) return { type: "pending", record };
        await expire(kernel, record, now);
        return undefined;
      case "approved":
        return take(kernel, record, claimant, { now, since });
      case "executing":
        // The acknowledgement of an earlier try of this very claim may have been lost.
        if (record.holder === claimant.nonce)
          return { type: "mine", record, begun, until: believed(since, kernel.timings.claimLease, record.leaseUntil - now) };
        if (record.leaseUntil > now) return { type: "busy", record };
        await kernel.ledger.commit(await lapse(kernel, record, now));
        return undefined;
      case "unknown":
        throw new CountersignError("EXECUTION_UNKNOWN", { request: toRequest(record) });
      case "purged":
        throw new CountersignError("PURGED", { id });
      default:
        return { type: "finished", record };
    }
  });
}

/** What was read before the claim: this process's clock, then the store's. */
interface Moment {
  readonly since: number;
  readonly now: number;
}

async function take(
  kernel: Kernel,
  record: RequestRecord,
  { nonce, fence, context, fits }: Claimant,
  { now, since }: Moment,
): Promise<Claim | undefined> {
  const { ledger, timings } = kernel;
  if (await isOverdue(kernel, record, now)) {
    await expire(kernel, record, now);
    return undefined;
  }
  const refused = (await refusedUnsigned(kernel, record, context)) ?? (await refusedEdit(kernel, record));
  if (refused) {
    await ledger.commit(cancellation(record, now, SYSTEM, refused));
    return undefined;
  }
  await fits(record);
  const brake = { op: "require", threadId: FREEZES, fence: await kernel.freezes.fenceFor(record) } as const;
  const until = believed(since, timings.claimLease);
  const lease = { holder: nonce, leaseUntil: now + timings.claimLease };
  const patch = { state: "executing", begun: true, attempt: record.attempt + 1, ...lease } as const;
  const move = transition(record, patch, { type: "claimed", at: now, actor: SYSTEM });
  const fenced = fence === undefined ? [] : [{ op: "require", threadId: record.threadId, fence } as const];
  const deadline = await executeBy(kernel, record, now);
  const committed = await ledger.commit({ ...move, changes: [...fenced, brake, ...move.changes], before: deadline?.at });
  if (committed.ok) return { type: "mine", record: move.record, begun: record.begun, until };
  if (committed.reason === "FENCED") {
    if (await isLost(kernel, record, fence)) throw new CountersignError("LEASE_LOST", { threadId: record.threadId });
    await kernel.freezes.read();
  }
  if (committed.reason === "TOO_LATE" && (await isStill(kernel, record, deadline, now))) await expire(kernel, record, now);
  return undefined;
}

/** Or was it the freezes that changed meanwhile? */
async function isLost({ ledger }: Kernel, { threadId }: RequestRecord, fence: number | undefined): Promise<boolean> {
  return fence !== undefined && (await ledger.thread(threadId))?.fence !== fence;
}

/** A decision on a sibling may have moved the deadline while the commit was under way. */
async function isStill(kernel: Kernel, record: RequestRecord, deadline: Deadline | undefined, now: number): Promise<boolean> {
  const current = await executeBy(kernel, record, now);
  return current !== undefined && current.final && current.at === deadline?.at;
}

/** A gate without a policy may have accepted an edit that this one refuses: why it does, or undefined. */
async function refusedEdit(kernel: Kernel, record: RequestRecord): Promise<string | undefined> {
  if (record.begun || !isEdited(record)) return undefined;
  const { judgement } = await judgedAnew(kernel, record, proposedArgs(record));
  const verdict = judgement?.verdict;
  if (verdict?.type === "deny") return denial(verdict.reason).message;
  if (judgement && verdict?.type === "ask" && !isSignedUnder(record, judgement)) return denial(UNSIGNED_EDIT).message;
  if (verdict?.type !== "invalid") return undefined;
  // A schema that takes what the model proposed no more has changed since: the edit is not to blame.
  const proposed = await judgedAnew(kernel, record, record.args);
  if (proposed.judgement?.verdict.type === "invalid") throw new CountersignError("INVALID_ARGS", { issues: verdict.issues });
  return invalid(verdict.issues).message;
}

const UNSIGNED_EDIT = "a reviewer changed the arguments, and these need other signatures than they have";

/** Whoever accepted the edit may have had no policy, or another one. */
function isSignedUnder(record: RequestRecord, judgement: Judgement): boolean {
  const { terms } = termsUnder(record, judgement, record.decidedAt ?? record.askedAt);
  return terms !== undefined && isComplete({ ...record, terms });
}

/**
 * Nobody knows whether the effect happened: the claim's lease ran out, or the effect threw and that tells nothing. An
 * idempotent one may simply be claimed again. An unknown one keeps its thread from going on. Somebody may have read the thread
 * before and take it only now: this commit writes the thread too, so that theirs is refused and they read it again.
 * @param error what the effect threw, for the trail
 */
export async function lapse({ ledger }: Kernel, record: RequestRecord, at: number, error?: string): Promise<Changed> {
  const note = { attempt: record.attempt, ...(error === undefined ? {} : { error: error.toWellFormed() }) };
  const happening = { at, actor: SYSTEM, note };
  if (record.idempotent)
    return transition(record, { state: "approved", endedAt: undefined, leaseUntil: 0 }, { type: "lapsed", ...happening });
  const move = transition(record, { state: "unknown", endedAt: at, leaseUntil: 0 }, { type: "unknown", ...happening });
  // Nobody goes on with a thread that can't be read.
  const thread = await unlessUnreadable(ledger.thread(record.threadId));
  return { ...move, ...(thread && together(move, putThread(thread, {}))) };
}

/** Lapses the claim if its lease has run out by now. */
export function lapseIfOver(kernel: Kernel, id: string): Promise<RequestRecord> {
  return kernel.ledger.change(id, (record, now) =>
    record.state === "executing" && record.leaseUntil <= now ? lapse(kernel, record, now) : record,
  );
}

/** Still this claim, whatever the sweep has made of it meanwhile. */
export function isOf(claimed: RequestRecord, record: RequestRecord): boolean {
  return record.holder === claimed.holder && record.attempt === claimed.attempt;
}

/** The framework itself has paused inside the effect: it goes on later, under the same signature. */
export function park(kernel: Kernel, claimed: RequestRecord): Promise<void> {
  return giveBack(kernel, claimed, "paused", true);
}

/** Only for an executor that has not entered the effect. */
export function giveBackUnstarted(kernel: Kernel, { record, begun }: Extract<Claim, { type: "mine" }>): Promise<void> {
  return giveBack(kernel, record, "not started", begun);
}

/** A claim that has lapsed meanwhile is no longer this executor's to give. */
async function giveBack({ ledger }: Kernel, claimed: RequestRecord, why: "not started" | "paused", begun: boolean): Promise<void> {
  await ledger.change(claimed.id, (record, at) => {
    if (!isOf(claimed, record) || record.state !== "executing") return record;
    const patch = { state: "approved", begun, leaseUntil: 0 } as const;
    return transition(record, patch, { type: "returned", at, actor: SYSTEM, note: { why, attempt: record.attempt } });
  });
}
