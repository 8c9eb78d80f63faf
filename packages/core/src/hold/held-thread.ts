import type { ResolvedTimings } from "../contract/defaults.ts";
import { SYSTEM } from "../contract/principal.ts";
import { blankThread } from "../ledger/blank-thread.ts";
import type { Writes } from "../ledger/writes.ts";
import { putThread } from "../ledger/transition.ts";
import type { ThreadRecord } from "../store/records.ts";
import { NEVER } from "../store/threads.ts";
import { countedIn, isFramework, type Invocation } from "./invocation.ts";

/** Whose thread it is, and for whom. */
type Identity = Pick<Invocation, "agent" | "wokenAs" | "framework" | "requestedBy" | "context">;

/** A thread that nobody has seen before. */
export function newThread(tenant: string, invocation: Identity & Pick<Invocation, "threadId">): ThreadRecord {
  return { ...blankThread(tenant, invocation.threadId), ...identityOf(invocation) };
}

/** A thread that had only questions by hand becomes a framework's: a worker has to know whose. */
function identityOf({ agent, wokenAs = agent, framework, requestedBy, context }: Identity) {
  return { agent: wokenAs, framework, requestedBy, context };
}

/** A thread that nobody holds. */
export const FREE = { holder: undefined, leaseUntil: 0 } as const;
/** What failed before it came to rest counts no more. */
export const RESTED = { attempts: 0, lastError: undefined, failingSince: undefined, pause: undefined } as const;

/** What a commit of requests leaves behind. */
interface Recorded {
  readonly requests: readonly string[];
  readonly continuation: Uint8Array | undefined;
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
  { requests, continuation, waits, ends }: Recorded,
  { now, timings }: { readonly now: number; readonly timings: ResolvedTimings },
): Writes & { readonly record: ThreadRecord } {
  const { hold } = invocation;
  hold.refuseWrite(thread, now);
  const until = now + timings[hold.keeps];
  const fence = hold.fenceAfter(thread, continuation !== undefined);
  const held = isFramework(invocation)
    ? {
        ...(thread.framework === "none" ? identityOf(invocation) : {}),
        state: "live" as const,
        closedAt: undefined,
        holder: hold.token,
        fence,
        // A hold outside a runner only lapses: nobody has died of it.
        ...(hold.keeps === "threadLease" && !ends ? {} : { releasedFence: fence }),
        leaseUntil: thread.holder === hold.token ? Math.max(thread.leaseUntil, until) : until,
        notBefore: wakeAt(thread, waits),
        // A run that goes on without a pause has saved nothing yet: if it dies, it begins again with its input.
        input: waits ? undefined : thread.input,
        ...(ends ? { ...FREE, ...RESTED } : {}),
      }
    : {};
  const event = { type: waits ? "suspended" : "recorded", at: now, actor: SYSTEM, note: { requests } };
  const put = putThread(thread, { ...held, counted: countedIn(invocation, thread), ...(continuation ? { continuation } : {}) }, event);
  return { ...put, changes: [...hold.requires(thread.id), ...put.changes] };
}
