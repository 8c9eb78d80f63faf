import type { Timings } from "../contract/defaults.ts";
import { SYSTEM } from "../contract/principal.ts";
import { CountersignError } from "../errors/error.ts";
import { blankThread } from "../ledger/blank-thread.ts";
import type { Writes } from "../ledger/ledger.ts";
import { putThread } from "../ledger/transition.ts";
import type { ThreadRecord } from "../store/records.ts";
import { NEVER } from "../store/threads.ts";
import { isFramework, isRunner, type Invocation } from "./invocation.ts";

/** A thread that nobody has seen before. */
export function newThread(tenant: string, invocation: Omit<Invocation, "until" | "declared">): ThreadRecord {
  const { threadId, agent, framework, requestedBy, context } = invocation;
  return { ...blankThread(tenant, threadId), agent, framework, requestedBy, context };
}

/** A thread that had only questions by hand becomes a framework's: a worker has to know whose. */
function begun({ agent, framework, requestedBy, context }: Invocation): Partial<ThreadRecord> {
  return { agent, framework, requestedBy, context };
}

/** A live lease of somebody else. */
export function isHeld(thread: ThreadRecord, token: string, now: number): boolean {
  return thread.holder !== undefined && thread.holder !== token && thread.leaseUntil > now;
}

/** A thread that nobody holds. */
export const FREE = { holder: undefined, leaseUntil: 0 } as const;
/** What failed before it came to rest counts no more. */
export const RESTED = { attempts: 0, lastError: undefined, failingSince: undefined, pause: undefined } as const;

/** Somebody else has taken the thread since this invocation read it. */
function isOutdated({ holder, fence }: ThreadRecord, { token, based, held = based }: Invocation): boolean {
  return based !== undefined && holder !== token && fence !== held;
}

/** What a commit of requests leaves behind. */
interface Recorded {
  readonly requests: readonly string[];
  /** The run pauses here: something is to be waited for, or was saved. */
  readonly waits: boolean;
  /** The invocation ends with it, and holds the thread no longer. */
  readonly ends: boolean;
}

/** Nobody wakes a thread for calls that were decided at once, unless it was somebody's to wake already. */
function wakeAt({ version, state, notBefore }: ThreadRecord, waits: boolean): number {
  if (waits) return 0;
  return version > 0 && state === "live" ? notBefore : NEVER;
}

/**
 * The suspending invocation keeps the thread until it ends, so that nobody wakes it while it is in flight. One that ends
 * with this very write lets go of it.
 * @throws THREAD_BUSY if a runner holds it or if it was taken since it was read, THREAD_CLOSED if this invocation's run is over
 */
export function holdThread(
  thread: ThreadRecord,
  invocation: Invocation,
  continuation: Uint8Array | undefined,
  { requests, waits, ends }: Recorded,
  { now, timings }: { readonly now: number; readonly timings: Timings },
): Writes {
  const underRunner = invocation.fence !== undefined;
  if (underRunner && thread.state === "closed") throw new CountersignError("THREAD_CLOSED", { threadId: thread.id });
  if (!underRunner && isFramework(invocation) && isRunner(thread.holder) && isHeld(thread, invocation.token, now)) {
    throw new CountersignError("THREAD_BUSY", { threadId: thread.id });
  }
  if (!underRunner && isOutdated(thread, invocation)) throw new CountersignError("THREAD_BUSY", { threadId: thread.id });
  const until = now + (underRunner ? timings.threadLease : timings.nativeHold);
  const happening = { type: waits ? "suspended" : "recorded", at: now, actor: SYSTEM, data: { requests } };
  // Whoever reads between two writes of a run that is pinned to what it read has read what is no longer so.
  const sameFence = underRunner || (thread.holder === invocation.token && (invocation.based === undefined || !continuation));
  const fence = sameFence ? thread.fence : thread.fence + 1;
  const hold = isFramework(invocation)
    ? {
        ...(thread.framework === "none" ? begun(invocation) : {}),
        state: "live" as const,
        closedAt: undefined,
        holder: invocation.token,
        fence,
        // A hold outside a runner only lapses: nobody has died of it.
        ...(underRunner && !ends ? {} : { releasedFence: fence }),
        leaseUntil: thread.holder === invocation.token ? Math.max(thread.leaseUntil, until) : until,
        notBefore: wakeAt(thread, waits),
        // A run that goes on without a pause has saved nothing yet: if it dies, it begins again with its input.
        input: waits ? undefined : thread.input,
        ...(ends ? { ...FREE, ...RESTED } : {}),
      }
    : {};
  const writes = putThread({ ...thread, ...hold, ...(continuation ? { continuation } : {}) }, thread.version, happening);
  if (!underRunner) return writes;
  return { ...writes, changes: [{ op: "require", threadId: thread.id, fence: invocation.fence }, ...writes.changes] };
}
