import type { Continuation } from "../contract/continuation.ts";
import type { RecordedParse } from "../contract/parsed.ts";
import { CountersignError } from "../errors/error.ts";
import { parsedBy } from "../gate/parsed.ts";
import type { Question } from "../gate/question.ts";
import { see, type Invocation } from "../hold/invocation.ts";
import { believed } from "../hold/lease.ts";
import type { Kernel } from "../kernel.ts";
import { persist } from "../ledger/persist.ts";
import type { ThreadRead } from "../store/port.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";
import { encodeContinuation } from "./continuation.ts";
import { grantsOn } from "./grants.ts";
import { planOf, type Manner } from "./plan.ts";
import { revisedBy } from "./revised.ts";

/** What is to be asked, given what is recorded of the thread: found out anew by every attempt to write it. */
export type Counting = (thread: ThreadRecord | undefined) => Promise<Pick<Read, "existing" | "asks">>;

export interface Suspension {
  /** Of all asks, also of those that were there before. */
  readonly records: readonly RequestRecord[];
  /** What waits in a thread that was let go. Undefined: the invocation has it still. */
  readonly waiting?: readonly RequestRecord[];
}

/**
 * Records what is asked, in one atomic write.
 * @throws DUPLICATE_CALL, TOO_MANY_REQUESTS, THREAD_BUSY, THREAD_CLOSED, LEASE_LOST, STATE_NOT_SERIALIZABLE, SETUP
 */
export async function suspend(
  kernel: Kernel,
  invocation: Invocation,
  asking: readonly Question[] | Counting,
  continuation: Continuation | null,
  { decidedOnly = false, ends = false }: Partial<Pick<Manner, "decidedOnly" | "ends">> = {},
): Promise<Suspension> {
  if (typeof asking !== "function") refuseDuplicates(asking);
  const { ledger, timings } = kernel;
  const { hold } = invocation;
  const frozen = continuation ? await encodeContinuation(continuation) : undefined;
  const manner = { continuation: frozen, decidedOnly, ends, counts: typeof asking === "function" };
  const parsed = new Map<string, RecordedParse | undefined>();
  let tried: Tried = { again: false, unanswered: false, late: 0 };
  return persist(async () => {
    const until = believed(kernel.clock(), timings.threadLease);
    const [now, { thread, existing, asks }] = await Promise.all([ledger.now(), readFor(kernel, invocation, asking, ends, tried.again)]);
    tried = { ...tried, again: true };
    const { unanswered, late } = tried;
    hold.read(thread);
    for (const record of existing) see(invocation, record);
    const known = new Map(existing.map((record) => [record.id, record]));
    const recordedWith = (inserted?: ReadonlyMap<string, RequestRecord>): Suspension => ({
      records: asks.flatMap(({ id }) => inserted?.get(id) ?? known.get(id) ?? []),
    });
    const fresh = asks.filter(({ id }) => !known.has(id));
    if (fresh.length === 0) {
      // That try has let go of the thread, and somebody else may have it by now.
      if (ends && unanswered && thread?.holder !== hold.token) return { ...recordedWith(), waiting: existing.filter(isPending) };
      if (!frozen) return recordedWith();
    }

    const [grants, revises] = await Promise.all([
      grantsOn(kernel, invocation, fresh),
      revisedBy(kernel, invocation, fresh, thread),
      parseInto(parsed, fresh),
    ]);
    const standing = { thread, existing, fresh, grants, revises, parsed, asks: asks.map(({ id }) => id) };
    const plan = planOf(ledger.tenant, invocation, standing, manner, { now, late, timings });
    if (!plan) return recordedWith();
    tried = { ...tried, unanswered: true };
    const committed = await kernel.limits.admit(plan.newRequests, () => ledger.commit({ ...plan.writes, before: plan.before }));
    if (committed.ok) {
      hold.wrote(plan.thread, until);
      for (const record of plan.inserted.values()) see(invocation, record);
      vouchFor(kernel, plan.inserted);
      return { ...recordedWith(plan.inserted), ...(plan.waiting ? { waiting: plan.waiting } : {}) };
    }
    if (committed.reason === "FENCED") throw new CountersignError("LEASE_LOST", { threadId: invocation.threadId });
    // By the store's own clock: a grant that ends then doesn't count any more.
    tried = { again: true, unanswered: false, late: committed.reason === "TOO_LATE" ? (plan.before ?? late) : late };
    return undefined;
  });
}

/** More than these wait for nobody. */
const VOUCHED = 10_000;

function vouchFor({ vouched }: Kernel, inserted: ReadonlyMap<string, RequestRecord>): void {
  if (vouched.size > VOUCHED) vouched.clear();
  for (const { id, state } of inserted.values()) if (state === "approved") vouched.add(id);
}

/** Once about each, however often the write is tried. */
async function parseInto(parsed: Map<string, RecordedParse | undefined>, questions: readonly Question[]): Promise<void> {
  const open = questions.filter(({ id, parse }) => parse && !parsed.has(id));
  await Promise.all(open.map(async ({ id, parse, args, redact }) => parsed.set(id, await parsedBy(parse, args, redact))));
}

/** What earlier attempts of the same suspension have found out. */
interface Tried {
  /** An earlier one failed: what seemed fresh may be there. */
  readonly again: boolean;
  /** The last one was never answered: it may have been written. */
  readonly unanswered: boolean;
  /** Unix ms: a time that is past by the store's clock. */
  readonly late: number;
}

/** What the requests are recorded against. */
interface Read {
  readonly thread: ThreadRecord | undefined;
  /** The requests of the turns that are asked about, and what else is under way. */
  readonly existing: readonly RequestRecord[];
  readonly asks: readonly Question[];
}

async function readFor(
  kernel: Kernel,
  invocation: Invocation,
  asking: readonly Question[] | Counting,
  ends: boolean,
  again: boolean,
): Promise<Read> {
  // If others have written since, the commit finds out; and then the store is asked.
  const written = again ? undefined : invocation.hold.written;
  if (typeof asking === "function") return readToCount(kernel, invocation.threadId, asking, written);
  const [{ thread, unfinished }, ofTurns] = await Promise.all([
    readThread(kernel, invocation, written, ends),
    recordsOfTurns(kernel, invocation.threadId, mayBeRecorded(asking, invocation, again)),
  ]);
  const read = new Set(ofTurns.map(({ id }) => id));
  return { thread, existing: [...ofTurns, ...unfinished.filter(({ id }) => !read.has(id))], asks: asking };
}

/** The thread, and what is under way in it if the invocation ends here and doesn't know that all of it has ended. */
async function readThread(
  { ledger }: Kernel,
  { threadId, unfinished }: Invocation,
  written: ThreadRecord | undefined,
  ends: boolean,
): Promise<Pick<ThreadRead, "thread" | "unfinished">> {
  if (ends && !(written && unfinished?.size === 0)) return ledger.read(threadId);
  return { thread: written ?? (await ledger.thread(threadId)), unfinished: [] };
}

/** Nothing can be recorded of a thread that this very invocation began, until it asks for the first time. */
function mayBeRecorded(asking: readonly Question[], { first, declared }: Invocation, again: boolean): readonly Question[] {
  if (first && declared.size === 0 && !again) return [];
  return asking.filter(({ fresh, id }) => again || fresh !== true || declared.has(id));
}

/**
 * The thread first: what is recorded after this read makes the commit that expects its version fail. The requests always: what
 * was asked by hand counts too, and leaves the version as it was.
 */
async function readToCount({ ledger }: Kernel, threadId: string, asking: Counting, written: ThreadRecord | undefined): Promise<Read> {
  const thread = written ?? (await ledger.thread(threadId));
  return { thread, ...(await asking(thread)) };
}

const isPending = ({ state }: RequestRecord): boolean => state === "pending";

/** @throws DUPLICATE_CALL */
export function refuseDuplicates(asks: readonly Question[]): void {
  const seen = new Set<string>();
  for (const { call } of asks) {
    const key = JSON.stringify([call.turnId, call.callId]);
    if (seen.has(key)) throw new CountersignError("DUPLICATE_CALL", { turnId: call.turnId, callId: call.callId });
    seen.add(key);
  }
}

async function recordsOfTurns({ ledger }: Kernel, threadId: string, asks: readonly Question[]): Promise<readonly RequestRecord[]> {
  const turns = [...new Set(asks.map(({ call }) => call.turnId))];
  return (await Promise.all(turns.map((turnId) => ledger.ofTurn(threadId, turnId)))).flat();
}
