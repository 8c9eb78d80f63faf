import type { Continuation } from "../contract/continuation.ts";
import type { ParsedArgs } from "../contract/parsed.ts";
import { CountersignError } from "../errors/error.ts";
import { parsedBy } from "../gate/parsed.ts";
import type { Question } from "../gate/question.ts";
import type { Invocation } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import { persist } from "../ledger/persist.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";
import { encodeContinuation } from "./continuation.ts";
import { grantsOn } from "./grants.ts";
import { planOf, type Manner } from "./plan.ts";
import { revisedBy } from "./revised.ts";

/** What is to be asked, given all that is recorded of the thread: looked at anew by every attempt to write it. */
export type Counting = (recorded: readonly RequestRecord[]) => readonly Question[];

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
  const parsed = new Map<string, ParsedArgs | undefined>();
  let tried: Tried = { again: false, unanswered: false, late: 0 };
  return persist(async () => {
    const until = kernel.clock() + timings.threadLease;
    const [now, read] = await Promise.all([ledger.now(), readFor(kernel, invocation, asking, ends, tried.again)]);
    const { thread, existing, asks } = read;
    tried = { ...tried, again: true };
    const { unanswered, late } = tried;
    hold.read(thread);
    const known = new Map(existing.map((record) => [record.id, record]));
    const recordedWith = (inserted?: ReadonlyMap<string, RequestRecord>): Suspension => ({
      records: asks.flatMap(({ id }) => inserted?.get(id) ?? known.get(id) ?? []),
    });
    const fresh = asks.filter(({ id }) => !known.has(id));
    if (fresh.length === 0) {
      if (!frozen) return recordedWith();
      // That try has let go of the thread, and somebody else may have it by now.
      if (ends && unanswered && thread?.holder !== hold.token) return { ...recordedWith(), waiting: existing.filter(isPending) };
    }

    const [grants, revises] = await Promise.all([
      grantsOn(kernel, invocation, fresh),
      revisedBy(kernel, invocation, fresh, read),
      parseInto(parsed, fresh),
    ]);
    const standing = { thread, existing, fresh, grants, revises, parsed, asks: asks.map(({ id }) => id) };
    const plan = planOf(ledger.tenant, invocation, standing, manner, { now, late, timings });
    if (!plan) return recordedWith();
    tried = { ...tried, unanswered: true };
    const committed = await kernel.limits.admit(plan.newRequests, () => ledger.commit({ ...plan.writes, before: plan.before }));
    if (committed.ok) {
      hold.wrote(plan.thread, until);
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
async function parseInto(parsed: Map<string, ParsedArgs | undefined>, questions: readonly Question[]): Promise<void> {
  const open = questions.filter(({ id, parse }) => parse && !parsed.has(id));
  await Promise.all(open.map(async ({ id, parse, call }) => parsed.set(id, await parsedBy(parse, call.args))));
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
  /** The requests of the turns that are asked about, or of the whole thread. */
  readonly existing: readonly RequestRecord[];
  readonly whole: boolean;
  readonly asks: readonly Question[];
}

async function readFor(
  kernel: Kernel,
  invocation: Invocation,
  asking: readonly Question[] | Counting,
  ends: boolean,
  again: boolean,
): Promise<Read> {
  const { ledger } = kernel;
  const { threadId, first, declared } = invocation;
  // If others have written since, the commit finds out; and then the store is asked.
  const written = again ? undefined : invocation.hold.written;
  if (typeof asking !== "function") {
    // Nothing can be recorded of a thread that this very invocation began, until it asks for the first time.
    if (written && first && declared.size === 0) return { thread: written, existing: [], whole: true, asks: asking };
    if (!ends) {
      const known = asking.filter(({ fresh, id }) => again || fresh !== true || declared.has(id));
      const [existing, thread] = await Promise.all([recordsOfTurns(kernel, threadId, known), written ?? ledger.thread(threadId)]);
      return { thread, existing, whole: false, asks: asking };
    }
  }
  // The thread first: what is recorded after this read makes the commit that expects its version fail. The requests always:
  // what was asked by hand counts too, and leaves the version as it was.
  const thread = written ?? (await ledger.thread(threadId));
  const existing = await ledger.ofThread(threadId);
  return { thread, existing, whole: true, asks: typeof asking === "function" ? asking(existing) : asking };
}

const isPending = ({ state }: RequestRecord): boolean => state === "pending";

function refuseDuplicates(asks: readonly Question[]): void {
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
