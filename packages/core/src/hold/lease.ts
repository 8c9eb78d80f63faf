import { CountersignError } from "../errors/error.ts";
import type { Kernel } from "../kernel.ts";
import { persist } from "../ledger/persist.ts";
import { CLOCK_LAG } from "../store/clock.ts";
import type { ThreadRecord } from "../store/records.ts";
import type { RunnerHold } from "./hold.ts";
import type { Invocation } from "./invocation.ts";

export interface Heartbeat {
  /** Aborts with LEASE_LOST when somebody else holds the thread. */
  readonly signal: AbortSignal;
  stop(): void;
}

/**
 * Until when a lease may be believed in, by this process's clock: at `since` or later it was written for so long (ms), or so
 * much of it was `left`. The clock that told that may be behind the one that others judge it by.
 */
export function believed(since: number, lease: number, left: number = lease): number {
  // Of a whole lease that is hardly longer than that, half is left: with nothing left, whoever claims would give it back for ever.
  return since + left - Math.min(CLOCK_LAG, lease / 2);
}

/** A runner's signs of life: the lease is extended after each third of it. */
export function keepLease(kernel: Kernel, threadId: string, hold: RunnerHold): Heartbeat {
  const { timings, clock } = kernel;
  const lost = new AbortController();
  const beat = async (): Promise<void> => {
    const until = believed(clock(), timings.threadLease);
    if (await extendLease(kernel, threadId, hold.token, timings.threadLease)) hold.extend(until);
    else lost.abort(new CountersignError("LEASE_LOST", { threadId }));
  };
  // An unanswered beat changes nothing: the hold is over by this process's clock, and no effect is started after it.
  const timer = setInterval(() => void beat().catch(() => {}), timings.threadLease / 3);
  return { signal: lost.signal, stop: () => clearInterval(timer) };
}

/** The same for a suspension outside a runner while its in-process reviewer thinks. A runner keeps its lease anyway. */
export function keepHold(kernel: Kernel, { threadId, hold }: Invocation): { stop(): void } {
  if (hold.keeps === "threadLease") return { stop: () => {} };
  const { nativeHold } = kernel.timings;
  const timer = setInterval(() => void extendLease(kernel, threadId, hold.token, nativeHold).catch(() => {}), nativeHold / 3);
  return { stop: () => clearInterval(timer) };
}

function extendLease({ ledger }: Kernel, threadId: string, token: string, by: number): Promise<boolean> {
  return persist(async () => {
    const [thread, now] = await Promise.all([ledger.thread(threadId), ledger.now()]);
    if (!thread || thread.holder !== token) return false;
    // An earlier beat may be answered after a later one: a lease never gets shorter.
    const record: ThreadRecord = { ...thread, version: thread.version + 1, leaseUntil: Math.max(thread.leaseUntil, now + by) };
    return (await ledger.commit({ changes: [{ op: "put", kind: "thread", record, expects: thread.version }], events: [] })).ok || undefined;
  });
}

/** @throws LEASE_LOST if this invocation may not hold its thread any more */
export function demandLease({ clock }: Kernel, { threadId, hold }: Pick<Invocation, "threadId" | "hold">): void {
  if (hold.isOver(clock())) throw new CountersignError("LEASE_LOST", { threadId });
}
