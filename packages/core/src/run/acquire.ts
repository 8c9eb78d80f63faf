import type { Principal } from "../contract/principal.ts";
import { SYSTEM } from "../contract/principal.ts";
import { expireIfOverdue, isOverdue } from "../decide/deadline.ts";
import { CountersignError } from "../errors/error.ts";
import { newThread, RESTED } from "../hold/held-thread.ts";
import { isHeld, RunnerHold, runnerToken } from "../hold/hold.ts";
import { believed } from "../hold/lease.ts";
import type { Invocation } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import type { Writes } from "../ledger/writes.ts";
import { persist } from "../ledger/persist.ts";
import { isPurged } from "../ledger/purged.ts";
import { putThread, together } from "../ledger/transition.ts";
import { toRequest } from "../ledger/to-request.ts";
import { lapseIfOver } from "../resume/claim.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";
import { isUnfinished } from "../store/status.ts";
import { refuseOtherFramework } from "../suspend/continuation.ts";
import { cancellation, isCancellable } from "../suspend/withdraw.ts";

/** A thread under this process's lease. */
export interface Acquired {
  readonly thread: ThreadRecord;
  readonly invocation: Invocation & { readonly hold: RunnerHold };
  /** What was under way in it. */
  readonly unfinished: readonly RequestRecord[];
}

/** The store's clock, and this process's before that was asked: so a lease is never believed to be longer than it is. */
interface Moment {
  readonly now: number;
  readonly since: number;
}

interface Starting {
  readonly threadId: string;
  readonly agent: string;
  readonly framework: string;
  readonly requestedBy: Principal | undefined;
  readonly context: unknown;
  readonly pending: "refuse" | "cancel";
  /** Kept for a start that dies before anything is saved. */
  readonly input: unknown;
}

/**
 * Takes the thread for a new input.
 * @throws THREAD_BUSY, THREAD_SUSPENDED, EXECUTION_UNKNOWN, AGENT_UNKNOWN, STATE_INCOMPATIBLE for a thread of another framework
 */
export function acquireForStart(kernel: Kernel, starting: Starting): Promise<Acquired> {
  const { threadId, agent, framework, requestedBy, context, input } = starting;
  const token = runnerToken();
  return persist(async () => {
    const { thread, unfinished, now, since } = await standing(kernel, threadId);
    const found = thread ?? newThread(kernel.ledger.tenant, starting);
    refuseOthers(found, starting);
    if (isHeld(found, token, now)) throw new CountersignError("THREAD_BUSY", { threadId });
    if (unfinished.some(({ state, framework }) => state === "executing" && framework !== "none"))
      throw new CountersignError("THREAD_BUSY", { threadId });
    refuseUnknown(unfinished);
    const awaited = awaitedIn(found, unfinished);
    if (awaited.length > 0 && starting.pending === "refuse") {
      throw new CountersignError("THREAD_SUSPENDED", {
        threadId,
        pending: awaited.filter(({ state }) => state === "pending").map(toRequest),
      });
    }
    const by = requestedBy ?? SYSTEM;
    const withdrawn = awaited.filter(isCancellable);
    const withdrawals = withdrawn.map((record) => cancellation(record, now, by, "a new input came instead"));
    const fresh = { agent, framework, requestedBy, context, input, outcome: undefined };
    const left = unfinished.filter((record) => !withdrawn.includes(record));
    const taken = await take(kernel, { thread: found, unfinished: left }, fresh, token, "started", { now, since }, withdrawals);
    return taken && (thread ? taken : { ...taken, invocation: { ...taken.invocation, first: true } });
  });
}

/** The calls of a run that a new input would come in the way of. What a run that has ended left half-way, nobody goes on with. */
export function awaitedIn(thread: ThreadRecord, unfinished: readonly RequestRecord[]): readonly RequestRecord[] {
  return thread.state === "closed" ? [] : unfinished.filter(isAwaited);
}

function isAwaited({ framework, state }: RequestRecord): boolean {
  return framework !== "none" && (state === "pending" || state === "approved");
}

/** What `resume` finds: the thread, taken, or a reason to leave it as it is. */
export type Resumable =
  | ({ readonly type: "acquired" } & Acquired)
  | { readonly type: "closed"; readonly thread: ThreadRecord }
  | { readonly type: "suspended"; readonly pending: readonly RequestRecord[] }
  | { readonly type: "running" };

/**
 * Takes the thread to go on with it, if all is decided.
 * @throws THREAD_UNKNOWN, THREAD_CLOSED for a purged one, AGENT_UNKNOWN, STATE_INCOMPATIBLE for a thread of another framework,
 * EXECUTION_UNKNOWN
 */
export function acquireForResume(kernel: Kernel, threadId: string, runner: Identity): Promise<Resumable> {
  const token = runnerToken();
  return persist<Resumable>(async () => {
    const { thread, unfinished, now, since } = await standing(kernel, threadId);
    // Questions by hand make a thread too, but no run that could go on.
    if (!thread || thread.framework === "none") throw new CountersignError("THREAD_UNKNOWN", { threadId });
    refuseOthers(thread, runner);
    // What it came to is gone: any other answer would be made up.
    if (isPurged(thread)) throw new CountersignError("THREAD_CLOSED", { threadId });
    if (thread.state === "closed") return { type: "closed", thread };
    refuseUnknown(unfinished);
    const pending = unfinished.filter(({ state }) => state === "pending");
    if (pending.length > 0) return { type: "suspended", pending };
    if (isHeld(thread, token, now)) return { type: "running" };
    const taken = await take(kernel, { thread, unfinished }, {}, token, "resumed", { now, since }, []);
    return taken && { type: "acquired", ...taken };
  });
}

/** A thread, and what is under way in it. */
export interface Found {
  readonly thread: ThreadRecord;
  readonly unfinished: readonly RequestRecord[];
}

/** A thread that a worker's `claimDue`, called at `since`, has leased and fenced already. Undefined: it was taken from us meanwhile. */
export function adopt(
  { timings }: Kernel,
  { thread, unfinished }: Found,
  { fence, token, since }: { readonly fence: number; readonly token: string; readonly since: number },
): Acquired | undefined {
  if (thread.fence !== fence || thread.holder !== token) return undefined;
  return acquired({ thread, unfinished }, new RunnerHold(token, thread, believed(since, timings.threadLease)));
}

/** The thread with what is under way in it, after whatever is overdue has been expired or lapsed. */
async function standing(
  kernel: Kernel,
  threadId: string,
): Promise<{ readonly thread: ThreadRecord | undefined; readonly unfinished: readonly RequestRecord[] } & Moment> {
  const since = kernel.clock();
  const [{ thread, unfinished, now }] = await Promise.all([kernel.ledger.read(threadId), kernel.freezes.look()]);
  const left = await Promise.all(
    unfinished.map(async (record) => {
      if (record.state === "executing" && record.leaseUntil <= now) return lapseIfOver(kernel, record.id);
      return (await isOverdue(kernel, record, now)) ? expireIfOverdue(kernel, record.id) : record;
    }),
  );
  return { thread, unfinished: left.filter(isUnfinished), since, now };
}

/** Who goes on with a thread. */
interface Identity {
  readonly agent: string;
  readonly framework: string;
}

/** What one framework has frozen another can't go on with, even if the agent has kept its name. */
function refuseOthers({ framework, agent }: ThreadRecord, runner: Identity): void {
  if (framework === "none") return;
  if (agent !== runner.agent) throw new CountersignError("AGENT_UNKNOWN", { agent });
  refuseOtherFramework(framework, runner.framework);
}

function refuseUnknown(unfinished: readonly RequestRecord[]): void {
  const unknown = unfinished.find(({ state }) => state === "unknown");
  if (unknown) throw new CountersignError("EXECUTION_UNKNOWN", { request: toRequest(unknown) });
}

async function take(
  kernel: Kernel,
  { thread, unfinished }: Found,
  next: Partial<ThreadRecord>,
  token: string,
  type: "started" | "resumed",
  { now, since }: Moment,
  withdrawn: readonly Writes[],
): Promise<Acquired | undefined> {
  const { ledger, timings } = kernel;
  // By hand: whatever failed before, and whoever died, counts no more.
  const anew = { ...RESTED, notBefore: 0, releasedFence: thread.fence };
  const lease = { ...anew, fence: thread.fence + 1, holder: token, leaseUntil: now + timings.threadLease };
  const event = { type, at: now, actor: { ...thread, ...next }.requestedBy ?? SYSTEM };
  const taken = putThread(thread, { ...next, ...lease, state: "live", closedAt: undefined }, event);
  const committed = await ledger.commit(together(taken, ...withdrawn));
  if (!committed.ok) return undefined;
  return acquired({ thread: taken.record, unfinished }, new RunnerHold(token, taken.record, believed(since, timings.threadLease)));
}

function acquired({ thread, unfinished }: Found, hold: RunnerHold): Acquired {
  const { id, agent, framework, requestedBy, context } = thread;
  const known = new Set(unfinished.map((record) => record.id));
  const invocation = { threadId: id, agent, framework, requestedBy, context, hold, declared: new Set<string>(), unfinished: known };
  return { thread, invocation, unfinished };
}
