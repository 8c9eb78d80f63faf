import { SYSTEM } from "../contract/principal.ts";
import { FREE, NEVER, RESTED } from "../hold/held-thread.ts";
import type { Invocation } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import { persist } from "../ledger/ledger.ts";
import { putThread, together } from "../ledger/transition.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";
import { cancellation, endsWithRun, isNotAskedAgain, NOT_ASKED_AGAIN } from "../suspend/withdraw.ts";

/** How an invocation ended, and what of it is kept. */
export type Ending =
  | { readonly type: "completed" | "stopped"; readonly outcome: ThreadRecord["outcome"]; readonly continuation: Uint8Array | undefined }
  /** `elsewhere`: the framework waits for something that isn't Countersign's, so nobody shall wake it. */
  | { readonly type: "suspended"; readonly elsewhere: boolean }
  /** `again`: a worker shall try it again after a while. */
  | { readonly type: "failed"; readonly error: string; readonly again: boolean };

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
    const event = {
      type: ending.type,
      at: now,
      actor: SYSTEM,
      data: ending.type === "failed" ? { error: ending.error.toWellFormed() } : {},
    };
    const free = { ...thread, ...FREE, ...after(kernel, thread, ending, now) };
    const batch = together(
      putThread(free, thread.version, event),
      ...withdrawn.map((record) => cancellation(record, now, SYSTEM, ending.type === "suspended" ? NOT_ASKED_AGAIN : "the run ended")),
    );
    const committed = await ledger.commit({ ...batch, changes: [...hold.requires(thread.id), ...batch.changes] });
    return committed.ok ? pending.filter((record) => !withdrawn.includes(record)) : undefined;
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
      const backoff = Math.min(timings.backoffMin * 2 ** thread.attempts, timings.backoffMax);
      return { attempts: thread.attempts + 1, lastError: ending.error, notBefore: ending.again ? now + backoff : NEVER };
    }
  }
}
