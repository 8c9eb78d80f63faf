import { SYSTEM } from "../contract/principal.ts";
import { FREE, RESTED } from "../hold/held-thread.ts";
import type { Invocation } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import { persist } from "../ledger/persist.ts";
import { putThread, together } from "../ledger/transition.ts";
import type { ThreadRead } from "../store/port.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";
import { GIVEN_UP, NEVER } from "../store/threads.ts";
import { cancellation, endsWithRun, isNotAskedAgain, NOT_ASKED_AGAIN } from "../suspend/withdraw.ts";
import { failed, tellGivenUp } from "./attempts.ts";

/** How an invocation ended, and what of it is kept. */
export type Ending =
  | { readonly type: "completed" | "stopped"; readonly outcome: ThreadRecord["outcome"]; readonly continuation: Uint8Array | undefined }
  /** `elsewhere`: the framework waits for something that isn't Countersign's, so nobody shall wake it. */
  | { readonly type: "suspended"; readonly elsewhere: boolean }
  /** `again`: a worker shall try it again after a while. `counts`: it says something of the run. */
  | { readonly type: "failed"; readonly error: string; readonly again: boolean; readonly counts: boolean };

/**
 * The invocation lets go of its thread. Requests that it didn't ask again are withdrawn; at the end of the run all that
 * were not executed. Does nothing if somebody else holds the thread by now. Answers what still waits.
 * @param read the thread, read since this invocation last wrote
 */
export function release(kernel: Kernel, invocation: Invocation, ending: Ending, read?: ThreadRead): Promise<readonly RequestRecord[]> {
  const { ledger } = kernel;
  const { hold } = invocation;
  let known = read ?? withoutRead(invocation, ending);
  hold.forgetWritten();
  return persist(async () => {
    const { thread, unfinished, now = await ledger.now() } = known ?? (await ledger.read(invocation.threadId));
    known = undefined;
    const pending = unfinished.filter(({ state }) => state === "pending");
    if (!thread || thread.state === "closed" || !hold.owns(thread, now)) return pending;
    const withdrawn = unfinished.filter((record) => isWithdrawn(record, invocation, ending));
    const freed = putThread(
      thread,
      { ...FREE, releasedFence: thread.fence, ...after(kernel, thread, ending, now) },
      { type: ending.type, at: now, actor: SYSTEM },
    );
    const batch = together(
      freed,
      ...withdrawn.map((record) => cancellation(record, now, SYSTEM, ending.type === "suspended" ? NOT_ASKED_AGAIN : "the run ended")),
    );
    const committed = await ledger.commit({ ...batch, changes: [...hold.requires(thread.id), ...batch.changes] });
    if (!committed.ok) return undefined;
    if (freed.record.notBefore === GIVEN_UP) tellGivenUp(kernel, freed.record);
    return pending.filter((record) => !withdrawn.includes(record));
  });
}

/**
 * The thread as this invocation last wrote it, if nothing of it can be withdrawn: a failed run withdraws nothing, and one that
 * has seen the end of every request has nothing left. Nobody else asks in a thread that a runner holds, but for questions by
 * hand, which stay. If others have written since, the commit finds out.
 */
function withoutRead(
  { hold, unfinished }: Invocation,
  { type }: Ending,
): (Omit<ThreadRead, "now"> & { readonly now?: number }) | undefined {
  const thread = hold.written;
  const isSure = type === "failed" || (type !== "suspended" && unfinished?.size === 0);
  return thread && isSure ? { thread, unfinished: [] } : undefined;
}

function isWithdrawn(record: RequestRecord, { declared }: Invocation, { type }: Ending): boolean {
  if (type === "failed") return false;
  return type === "suspended" ? isNotAskedAgain(record, declared) : endsWithRun(record);
}

function after({ timings }: Kernel, thread: ThreadRecord, ending: Ending, now: number): Partial<ThreadRecord> {
  switch (ending.type) {
    case "completed":
    case "stopped":
      return {
        state: "closed",
        closedAt: now,
        input: undefined,
        ...RESTED,
        notBefore: 0,
        outcome: ending.outcome,
        continuation: ending.continuation ?? thread.continuation,
      };
    case "suspended":
      return { ...RESTED, notBefore: ending.elsewhere ? NEVER : 0 };
    case "failed": {
      const failure = failed(timings, thread, { ...ending, at: now, times: ending.counts ? 1 : 0 });
      return ending.again ? failure : { ...failure, notBefore: NEVER };
    }
  }
}
