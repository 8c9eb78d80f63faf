import type { Continuation } from "../contract/continuation.ts";
import { SYSTEM } from "../contract/principal.ts";
import { CountersignError } from "../errors/error.ts";
import { holdThread, newThread } from "../hold/hold.ts";
import { isFramework, type Invocation } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import { takeUses } from "../ledger/grant.ts";
import { persist, type Writes } from "../ledger/ledger.ts";
import type { Crowd } from "../ledger/limits.ts";
import { insertRequest, moveRequest, together } from "../ledger/transition.ts";
import type { GrantRecord, RequestRecord, ThreadRecord } from "../store/records.ts";
import { asked, newRequest, type Ask } from "./ask.ts";
import { encodeContinuation } from "./continuation.ts";
import { coverBy, decidedBy, grantsOn } from "./grants.ts";
import { cancellation, isCancellable, isNotAskedAgain, NOT_ASKED_AGAIN } from "./withdraw.ts";

/** What is to be asked, given all that is recorded of the thread: looked at anew by every attempt to write it. */
export type Counting = (recorded: readonly RequestRecord[]) => readonly Ask[];

interface SuspendOptions {
  /** Only what the policy or a grant decides at once; the rest stays unrecorded. */
  readonly decidedOnly?: boolean;
  /** The framework has come to rest already: unless nothing waits, the same write lets go of the thread, as `release` would. */
  readonly ends?: boolean;
}

export interface Suspension {
  /** Of all asks, also of those that were there before. */
  readonly records: readonly RequestRecord[];
  /** What waits in a thread that was let go. Undefined: the invocation has it still. */
  readonly waiting?: readonly RequestRecord[];
}

/**
 * One atomic write: the requests that aren't recorded yet, the uses of grants that decide some of them at once, the
 * continuation, the events, the hold or its end.
 * @throws DUPLICATE_CALL, TOO_MANY_REQUESTS, THREAD_BUSY, THREAD_CLOSED, LEASE_LOST, STATE_NOT_SERIALIZABLE, SETUP
 */
export async function suspend(
  kernel: Kernel,
  invocation: Invocation,
  asking: readonly Ask[] | Counting,
  continuation: Continuation | null,
  { decidedOnly = false, ends = false }: SuspendOptions = {},
): Promise<Suspension> {
  if (typeof asking !== "function") refuseDuplicates(asking);
  const { ledger, timings } = kernel;
  const frozen = continuation ? await encodeContinuation(continuation) : undefined;
  let written = invocation.written;
  let late = 0;
  let unanswered = false;
  let again = false;
  return persist(async () => {
    const since = kernel.clock();
    const [now, { thread, existing, asks }] = await Promise.all([
      ledger.now(),
      standing(kernel, invocation, { asking, written, ends, again }),
    ]);
    written = undefined;
    again = true;
    const known = new Map(existing.map((record) => [record.id, record]));
    const answer = (inserted?: ReadonlyMap<string, RequestRecord>): Suspension => ({
      records: asks.flatMap(({ id }) => inserted?.get(id) ?? known.get(id) ?? []),
    });
    // Written by a try of this same call that was never answered.
    if (thread?.holder === invocation.token) invocation.held = thread.fence;
    const fresh = asks.filter(({ id }) => !known.has(id));
    if (fresh.length === 0 && !frozen) return answer();
    // That try has let go of the thread, and somebody else may have it by now.
    if (fresh.length === 0 && ends && unanswered && thread?.holder !== invocation.token)
      return { ...answer(), waiting: existing.filter(isPending) };

    const grants = await grantsOn(kernel, invocation, fresh);
    const questions = await Promise.all(
      fresh.map(async (ask) => {
        refuseUnknowableRequester(ask, invocation);
        const replaced = existing.filter(({ callId, turnId }) => callId === ask.call.callId && turnId === ask.call.turnId);
        const revises = thread && !ask.allowed ? await rejectedForRevision(kernel, invocation, ask) : undefined;
        return { replaced, record: newRequest(ledger.tenant, invocation, ask, { supersedes: replaced.at(-1), revises }, now) };
      }),
    );
    // In the order of the calls: the last use is the first one's.
    const cover = coverBy(grants, Math.max(now, late));
    const inserts = questions
      .map(({ replaced, record }) => ({ replaced, record, grant: record.state === "pending" ? cover(record) : undefined }))
      .filter(({ record, grant }) => !decidedOnly || grant !== undefined || record.state !== "pending");
    if (inserts.length === 0 && !frozen) return answer();
    const waiting = inserts.filter(({ record, grant }) => record.state === "pending" && !grant);
    const waits = frozen !== undefined || waiting.length > 0;
    const rest = restOf(existing, inserts, new Set([...invocation.declared, ...asks.map(({ id }) => id)]));
    const rests = ends && rest.waiting.length + waiting.length > 0;

    const hold =
      isFramework(invocation) || !thread || typeof asking === "function"
        ? holdThread(thread ?? newThread(ledger.tenant, invocation), invocation, frozen, { requests: asks.map(({ id }) => id), waits, ends: rests }, { now, timings }) // prettier-ignore
        : together();
    const withdrawn = rests ? rest.left.map((record) => cancellation(record, now, SYSTEM, NOT_ASKED_AGAIN)) : [];
    const batch = together(hold, ...inserts.map((insert) => insertion(insert, now)), ...withdrawn);
    const before = Math.min(...inserts.map(({ grant }) => grant?.expiresAt ?? Infinity));
    const write = () => ledger.commit({ ...batch, before: before === Infinity ? undefined : before });
    unanswered = true;
    const committed = await kernel.floodgate.admit(crowdOf(waiting, invocation, thread, now), write);
    unanswered = false;
    if (committed.ok) {
      invocation.written = writtenBy(hold) ?? invocation.written;
      if (invocation.fence === undefined) invocation.held = writtenBy(hold)?.fence;
      else invocation.until = Math.max(invocation.until, since + timings.threadLease);
      const inserted = new Map(
        batch.changes.flatMap((change) => (change.op === "put" && change.kind === "request" ? [[change.record.id, change.record]] : [])),
      );
      const recorded = answer(inserted);
      return rests
        ? { ...recorded, waiting: [...rest.waiting, ...waiting.flatMap(({ record }) => inserted.get(record.id) ?? [])] }
        : recorded;
    }
    if (committed.reason === "FENCED") throw new CountersignError("LEASE_LOST", { threadId: invocation.threadId });
    // By the store's own clock: a grant that ends then doesn't count any more.
    if (committed.reason === "TOO_LATE") late = before;
    return undefined;
  });
}

interface Standing {
  readonly thread: ThreadRecord | undefined;
  /** The requests of the turns that are asked about; of the whole thread if they are counted, or withdrawn. */
  readonly existing: readonly RequestRecord[];
  readonly asks: readonly Ask[];
}

interface Question {
  readonly asking: readonly Ask[] | Counting;
  /** The thread as this invocation last wrote it: if others have written since, the commit finds out. */
  readonly written: ThreadRecord | undefined;
  readonly ends: boolean;
  /** An earlier try failed: what seemed fresh may be there. */
  readonly again: boolean;
}

/** What the requests are recorded against. */
async function standing(kernel: Kernel, invocation: Invocation, { asking, written, ends, again }: Question): Promise<Standing> {
  const { ledger } = kernel;
  const { threadId } = invocation;
  if (typeof asking !== "function") {
    if (written && isUntouched(invocation)) return { thread: written, existing: [], asks: asking };
    if (!ends) {
      const known = asking.filter(({ fresh, id }) => again || fresh !== true || invocation.declared.has(id));
      const [existing, thread] = await Promise.all([recordsOfTurns(kernel, invocation, known), written ?? ledger.thread(threadId)]);
      return { thread, existing, asks: asking };
    }
  }
  // The thread first: what is recorded after this read makes the commit that expects its version fail. The requests always:
  // what was asked by hand counts too, and leaves the version as it was.
  const thread = written ?? (await ledger.thread(threadId));
  const existing = await ledger.ofThread(threadId);
  return { thread, existing, asks: typeof asking === "function" ? asking(existing) : asking };
}

const isPending = ({ state }: RequestRecord): boolean => state === "pending";

/** Of what was recorded before, what an invocation leaves behind that ends here: what still waits, and what is withdrawn. */
function restOf(existing: readonly RequestRecord[], inserts: readonly Insert[], declared: ReadonlySet<string>) {
  const replaced = new Set(inserts.flatMap((insert) => insert.replaced));
  const left = existing.filter((record) => !replaced.has(record) && isNotAskedAgain(record, declared));
  return { left, waiting: existing.filter((record) => isPending(record) && !replaced.has(record) && !left.includes(record)) };
}

interface Insert {
  readonly record: RequestRecord;
  readonly grant: GrantRecord | undefined;
  /** Requests of the same call with other arguments. */
  readonly replaced: readonly RequestRecord[];
}

/** What will wait for people. A thread that this invocation wrote itself doesn't count what it asked since. */
function crowdOf(inserts: readonly Insert[], { threadId, declared }: Invocation, thread: ThreadRecord | undefined, now: number): Crowd {
  const replaced = inserts.flatMap((insert) => insert.replaced).filter(isPending).length;
  return { threadId, waiting: inserts.map(({ record }) => record), replaced, open: (thread?.open ?? 0) + declared.size, now };
}

function insertion({ record, grant, replaced }: Insert, now: number): Writes {
  const decided = grant ? decidedBy(grant, record) : record;
  const superseded = replaced.map((old) => supersede(old, record.id, now));
  const use: Writes = { changes: grant ? [takeUses(grant.id, 1)] : [], events: [] };
  return together(insertRequest(decided, asked(decided, grant)), use, ...superseded);
}

function writtenBy({ changes }: Writes): ThreadRecord | undefined {
  return changes.flatMap((change) => (change.op === "put" && change.kind === "thread" ? [change.record] : [])).at(-1);
}

/** Nothing can be recorded of a thread that this very invocation began, until it asks for the first time. */
function isUntouched({ first, declared }: Invocation): boolean {
  return first === true && declared.size === 0;
}

function refuseDuplicates(asks: readonly Ask[]): void {
  const seen = new Set<string>();
  for (const { call } of asks) {
    const key = JSON.stringify([call.turnId, call.callId]);
    if (seen.has(key)) throw new CountersignError("DUPLICATE_CALL", { turnId: call.turnId, callId: call.callId });
    seen.add(key);
  }
}

/** Four eyes without a known requester would let whoever asked sign. */
function refuseUnknowableRequester(ask: Ask, { requestedBy, threadId }: Invocation): void {
  if (ask.allowed || !ask.terms.fourEyes || (ask.requestedBy ?? requestedBy)) return;
  const hint = `The terms of ${ask.call.tool} demand four eyes, but thread ${threadId} doesn't say who asks: pass requestedBy.`;
  throw new CountersignError("SETUP", { hint });
}

async function recordsOfTurns({ ledger }: Kernel, { threadId }: Invocation, asks: readonly Ask[]): Promise<readonly RequestRecord[]> {
  const turns = [...new Set(asks.map(({ call }) => call.turnId))];
  return (await Promise.all(turns.map((turnId) => ledger.ofTurn(threadId, turnId)))).flat();
}

/** The same call with other arguments: nobody shall sign a call that can't run any more. */
function supersede(old: RequestRecord, by: string, at: number): Writes {
  if (!isCancellable(old)) return together();
  return moveRequest(old, { state: "cancelled", error: "superseded" }, { type: "superseded", at, actor: SYSTEM, data: { by } });
}

/** The last rejected call of this tool in the thread, if its reviewer invited a revision. */
async function rejectedForRevision({ ledger }: Kernel, invocation: Invocation, { call }: Ask): Promise<string | undefined> {
  if (isUntouched(invocation)) return undefined;
  const { items } = await ledger.list({ threadId: invocation.threadId, tool: call.tool, status: "rejected", order: "newest", limit: 1 });
  const last = items[0];
  const decision = last?.decisions.at(-1)?.decision;
  const invited = decision?.type === "reject" && decision.then === "revise";
  return last && invited && last.turnId !== call.turnId && last.namespace === call.namespace ? last.id : undefined;
}
