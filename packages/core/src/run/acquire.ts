import type { Principal } from "../contract/principal.ts";
import { SYSTEM } from "../contract/principal.ts";
import { expireIfOverdue, isOverdue } from "../decide/deadline.ts";
import { CountersignError } from "../errors/error.ts";
import { newThread, RESTED } from "../hold/held-thread.ts";
import { isHeld, RunnerHold, runnerToken } from "../hold/hold.ts";
import type { Invocation } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import type { Writes } from "../ledger/writes.ts";
import { persist } from "../ledger/persist.ts";
import { isPurged } from "../ledger/purged.ts";
import { putThread, together } from "../ledger/transition.ts";
import { toRequest } from "../ledger/to-request.ts";
import { lapseIfOver } from "../resume/claim.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";
import { refuseOtherFramework } from "../suspend/continuation.ts";
import { cancellation, isCancellable } from "../suspend/withdraw.ts";

/** A thread under this process's lease. */
export interface Acquired {
  readonly thread: ThreadRecord;
  readonly invocation: Invocation & { readonly hold: RunnerHold };
  /** All that is recorded in it, where that was read. */
  readonly requests?: readonly RequestRecord[] | undefined;
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
    const { thread, requests, now, since } = await standing(kernel, threadId);
    const found = thread ?? newThread(kernel.ledger.tenant, starting);
    refuseOthers(found, starting);
    if (isHeld(found, token, now)) throw new CountersignError("THREAD_BUSY", { threadId });
    if (requests.some(({ state, framework }) => state === "executing" && framework !== "none"))
      throw new CountersignError("THREAD_BUSY", { threadId });
    refuseUnknown(requests);
    const unfinished = requests.filter(isUnfinished);
    if (unfinished.length > 0 && starting.pending === "refuse") {
      throw new CountersignError("THREAD_SUSPENDED", {
        threadId,
        pending: unfinished.filter(({ state }) => state === "pending").map(toRequest),
      });
    }
    const by = requestedBy ?? SYSTEM;
    const withdrawn = unfinished.filter(isCancellable).map((record) => cancellation(record, now, by, "a new input came instead"));
    const fresh = { agent, framework, requestedBy, context, input, outcome: undefined };
    const acquired = await take(kernel, found, fresh, token, "started", { now, since }, withdrawn);
    return acquired && (thread ? acquired : { ...acquired, invocation: { ...acquired.invocation, first: true }, requests: [] });
  });
}

/** A call of a run that a new input would come in the way of. */
export function isUnfinished({ framework, state }: RequestRecord): boolean {
  return framework !== "none" && (state === "pending" || state === "approved");
}

/** What `resume` finds: the thread, taken, or a reason to leave it as it is. */
export type Resumable =
  | ({ readonly type: "acquired" } & Acquired)
  | { readonly type: "closed"; readonly thread: ThreadRecord; readonly requests: readonly RequestRecord[] }
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
    const { thread, requests, now, since } = await standing(kernel, threadId);
    // Questions by hand make a thread too, but no run that could go on.
    if (!thread || thread.framework === "none") throw new CountersignError("THREAD_UNKNOWN", { threadId });
    refuseOthers(thread, runner);
    // What it came to is gone: any other answer would be made up.
    if (isPurged(thread)) throw new CountersignError("THREAD_CLOSED", { threadId });
    if (thread.state === "closed") return { type: "closed", thread, requests };
    refuseUnknown(requests);
    const pending = requests.filter(({ state }) => state === "pending");
    if (pending.length > 0) return { type: "suspended", pending };
    if (isHeld(thread, token, now)) return { type: "running" };
    const acquired = await take(kernel, thread, {}, token, "resumed", { now, since }, []);
    return acquired && { type: "acquired", ...acquired, requests };
  });
}

/** A thread that a worker's `claimDue`, called at `since`, has leased and fenced already. Undefined: it was taken from us meanwhile. */
export function adopt(
  { timings }: Kernel,
  thread: ThreadRecord,
  { fence, token, since }: { readonly fence: number; readonly token: string; readonly since: number },
): Acquired | undefined {
  if (thread.fence !== fence || thread.holder !== token) return undefined;
  return { thread, invocation: invocationOn(thread, new RunnerHold(token, thread, since + timings.threadLease)) };
}

/** The thread with its requests, after whatever is overdue has been expired or lapsed. */
async function standing(
  kernel: Kernel,
  threadId: string,
): Promise<{ readonly thread: ThreadRecord | undefined; readonly requests: readonly RequestRecord[] } & Moment> {
  const { ledger } = kernel;
  const since = kernel.clock();
  const [{ thread, records }, now] = await Promise.all([recordedIn(kernel, threadId), ledger.now(), kernel.freezes.look()]);
  const requests = await Promise.all(
    records.map(async (record) => {
      if (record.state === "executing" && record.leaseUntil <= now) return lapseIfOver(kernel, record.id);
      return (await isOverdue(kernel, record, now)) ? expireIfOverdue(kernel, record.id) : record;
    }),
  );
  return { thread, requests, since, now };
}

/** The thread first: what is suspended after this read makes the commit that expects its version fail. Without one there is nothing in it. */
async function recordedIn({ ledger }: Kernel, threadId: string) {
  const thread = await ledger.thread(threadId);
  return { thread, records: thread ? await ledger.ofThread(threadId) : [] };
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

function refuseUnknown(requests: readonly RequestRecord[]): void {
  const unknown = requests.find(({ state }) => state === "unknown");
  if (unknown) throw new CountersignError("EXECUTION_UNKNOWN", { request: toRequest(unknown) });
}

async function take(
  kernel: Kernel,
  thread: ThreadRecord,
  next: Partial<ThreadRecord>,
  token: string,
  type: "started" | "resumed",
  { now, since }: Moment,
  withdrawn: readonly Writes[],
): Promise<Acquired | undefined> {
  const { ledger, timings } = kernel;
  const until = since + timings.threadLease;
  // By hand: whatever failed before, and whoever died, counts no more.
  const anew = { ...RESTED, notBefore: 0, releasedFence: thread.fence };
  const lease = { ...anew, fence: thread.fence + 1, holder: token, leaseUntil: now + timings.threadLease };
  const event = { type, at: now, actor: { ...thread, ...next }.requestedBy ?? SYSTEM };
  const taken = putThread(thread, { ...next, ...lease, state: "live", closedAt: undefined }, event);
  const committed = await ledger.commit(together(taken, ...withdrawn));
  return committed.ok
    ? { thread: taken.record, invocation: invocationOn(taken.record, new RunnerHold(token, taken.record, until)) }
    : undefined;
}

function invocationOn({ id, agent, framework, requestedBy, context }: ThreadRecord, hold: RunnerHold): Acquired["invocation"] {
  return { threadId: id, agent, framework, requestedBy, context, hold, declared: new Set() };
}
