import { SYSTEM } from "../contract/principal.ts";
import { FREE, RESTED } from "../hold/held-thread.ts";
import type { Invocation } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import { persist } from "../ledger/persist.ts";
import { putThread, together } from "../ledger/transition.ts";
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

/** All requests of a thread, and the store's time. */
export interface Read {
  readonly requests: readonly RequestRecord[];
  readonly now: number;
}

export async function readNow({ ledger }: Kernel, threadId: string): Promise<Read> {
  const [requests, now] = await Promise.all([ledger.ofThread(threadId), ledger.now()]);
  return { requests, now };
}

/**
 * The invocation lets go of its thread. Requests that it didn't ask again are withdrawn; at the end of the run all that
 * were not executed. Does nothing if somebody else holds the thread by now. Answers what still waits.
 * @param read all requests of the thread and the store's time, read since this invocation last wrote
 */
export function release(kernel: Kernel, invocation: Invocation, ending: Ending, read?: Read): Promise<readonly RequestRecord[]> {
  const { ledger } = kernel;
  const { hold } = invocation;
  let known = { thread: hold.written, read };
  hold.forgetWritten();
  return persist(async () => {
    // The thread first: what is suspended after this read makes the commit that expects its version fail.
    const thread = known.thread ?? (await ledger.thread(invocation.threadId));
    const { requests, now } = known.read ?? (await readNow(kernel, invocation.threadId));
    known = { thread: undefined, read: undefined };
    const pending = requests.filter(({ state }) => state === "pending");
    if (!thread || thread.state === "closed" || !hold.owns(thread, now)) return pending;
    const withdrawn = requests.filter((record) => isWithdrawn(record, invocation, ending));
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
