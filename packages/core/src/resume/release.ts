import { SYSTEM } from "../contract/principal.ts";
import { CountersignError } from "../errors/error.ts";
import { cancellation, isCancellable } from "../decide/cancel.ts";
import type { Kernel } from "../gate/kernel.ts";
import { persist } from "../ledger/ledger.ts";
import { putThread, together } from "../ledger/move.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";
import { isHeld } from "../suspend/hold.ts";
import type { Invocation } from "../suspend/invocation.ts";

/** How an invocation ended, and what of it is kept. */
export type Ending =
  | { readonly type: "completed" | "stopped"; readonly outcome: ThreadRecord["outcome"]; readonly continuation: Uint8Array | undefined }
  /** `elsewhere`: the framework waits for something that isn't Countersign's, so nobody shall wake it. */
  | { readonly type: "suspended"; readonly elsewhere: boolean }
  /** `again`: a worker shall try it again after a while. */
  | { readonly type: "failed"; readonly error: string; readonly again: boolean };

/**
 * The invocation lets go of its thread. Requests that it didn't ask again are withdrawn; at the end of the run all that
 * were not executed. Does nothing if somebody else holds the thread by now. Answers what still waits.
 * @param read all requests of the thread, read since this invocation last wrote
 */
export function release(
  kernel: Kernel,
  invocation: Invocation,
  ending: Ending,
  read?: readonly RequestRecord[],
): Promise<readonly RequestRecord[]> {
  const { ledger } = kernel;
  let known = { thread: invocation.written, requests: read };
  invocation.written = undefined;
  return persist(async () => {
    // The thread first: what is suspended after this read makes the commit that expects its version fail.
    const thread = known.thread ?? (await ledger.thread(invocation.threadId));
    const [requests, now] = await Promise.all([known.requests ?? ledger.ofThread(invocation.threadId), ledger.now()]);
    known = { thread: undefined, requests: undefined };
    const pending = requests.filter(({ state }) => state === "pending");
    if (!thread || thread.state === "closed" || !isOurs(thread, invocation, now)) return pending;
    const withdrawn = requests.filter((record) => isWithdrawn(record, invocation, ending));
    const happening = {
      type: ending.type,
      at: now,
      actor: SYSTEM,
      data: ending.type === "failed" ? { error: ending.error.toWellFormed() } : {},
    };
    const free = { ...thread, holder: undefined, leaseUntil: 0, ...after(kernel, thread, ending, now) };
    const batch = together(
      putThread(free, thread.version, happening),
      ...withdrawn.map((record) => cancellation(record, now, SYSTEM, ending.type === "suspended" ? "not asked again" : "the run ended")),
    );
    const fenced = invocation.fence === undefined ? [] : [{ op: "require", threadId: thread.id, fence: invocation.fence } as const];
    const committed = await ledger.commit({ ...batch, changes: [...fenced, ...batch.changes] });
    return committed.ok ? pending.filter((record) => !withdrawn.includes(record)) : undefined;
  });
}

/** A native invocation that never suspended has no fence of its own: it may let go of what nobody holds. */
function isOurs(thread: ThreadRecord, { fence, held = fence, token }: Invocation, now: number): boolean {
  return held === undefined ? !isHeld(thread, token, now) : thread.fence === held;
}

function isWithdrawn(record: RequestRecord, { declared }: Invocation, ending: Ending): boolean {
  if (record.framework === "none" || ending.type === "failed" || !isCancellable(record)) return false;
  if (ending.type !== "suspended") return true;
  const asked = declared.has(record.id) || (record.parent !== undefined && declared.has(record.parent));
  return !asked && !(record.ticket && record.state === "approved");
}

const NEVER = Number.MAX_SAFE_INTEGER;

function after({ timings }: Kernel, thread: ThreadRecord, ending: Ending, now: number): Partial<ThreadRecord> {
  switch (ending.type) {
    case "completed":
    case "stopped":
      return {
        state: "closed",
        closedAt: now,
        input: undefined,
        attempts: 0,
        lastError: undefined,
        notBefore: 0,
        outcome: ending.outcome,
        continuation: ending.continuation ?? thread.continuation,
      };
    case "suspended":
      return { attempts: 0, lastError: undefined, notBefore: ending.elsewhere ? NEVER : 0 };
    case "failed": {
      const backoff = Math.min(timings.backoffMin * 2 ** thread.attempts, timings.backoffMax);
      return { attempts: thread.attempts + 1, lastError: ending.error, notBefore: ending.again ? now + backoff : NEVER };
    }
  }
}

/** @throws LEASE_LOST if this invocation may not hold its thread any more */
export function demandLease({ clock }: Kernel, { threadId, until }: Invocation): void {
  if (clock() >= until) throw new CountersignError("LEASE_LOST", { threadId });
}
