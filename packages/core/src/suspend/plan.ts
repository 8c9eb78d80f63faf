import type { ResolvedTimings } from "../contract/defaults.ts";
import type { RecordedParse } from "../contract/parsed.ts";
import { SYSTEM } from "../contract/principal.ts";
import { CountersignError } from "../errors/error.ts";
import type { Question } from "../gate/question.ts";
import { holdThread, newThread } from "../hold/held-thread.ts";
import { isFramework, type Invocation } from "../hold/invocation.ts";
import { takeUses } from "../ledger/grant.ts";
import type { Writes } from "../ledger/writes.ts";
import type { NewRequests } from "../ledger/limits.ts";
import { insertRequest, together, transition } from "../ledger/transition.ts";
import type { GrantRecord, RequestRecord, ThreadRecord } from "../store/records.ts";
import { asked, newRequest } from "./ask.ts";
import { decidedBy, grantsIn } from "./grants.ts";
import { cancellation, isCancellable, isNotAskedAgain, NOT_ASKED_AGAIN } from "./withdraw.ts";

/** What a suspension is planned from. */
export interface Standing {
  readonly thread: ThreadRecord | undefined;
  /** The requests of the turns that are asked about, and what else is under way if some of it may be withdrawn. */
  readonly existing: readonly RequestRecord[];
  /** Those that aren't recorded yet. */
  readonly fresh: readonly Question[];
  /** Ids of all that this invocation asks. */
  readonly asks: readonly string[];
  readonly grants: readonly GrantRecord[];
  /** The rejected request that a question revises, by the question's id. */
  readonly revises: ReadonlyMap<string, string>;
  /** What the tools' schemas make of the arguments, by the question's id. */
  readonly parsed: ReadonlyMap<string, RecordedParse | undefined>;
}

/** How the calls are to be recorded. */
export interface Manner {
  readonly continuation: Uint8Array | undefined;
  /** Only what the policy or a grant decides at once; the rest stays unrecorded. */
  readonly decidedOnly: boolean;
  /** The framework has come to rest: unless nothing waits, the same write lets go of the thread. */
  readonly ends: boolean;
  /** The questions depend on all that is recorded: the thread's version holds them to it. */
  readonly counts: boolean;
}

/** What a suspension writes, and what it leaves behind. */
export interface Plan {
  readonly writes: Writes;
  /** Unix ms: a grant that decides one of the calls ends then. */
  readonly before: number | undefined;
  /** The thread as it then is. Undefined: it stays as it was. */
  readonly thread: ThreadRecord | undefined;
  /** What will wait for people. */
  readonly newRequests: NewRequests;
  /** The new requests, by id. */
  readonly inserted: ReadonlyMap<string, RequestRecord>;
  /** What waits in a thread that is let go. Undefined: the invocation has it still. */
  readonly waiting: readonly RequestRecord[] | undefined;
}

/** The clocks: `now` is the store's; `late` is a time that it has told to be past. */
interface Moment {
  readonly now: number;
  readonly late: number;
  readonly timings: ResolvedTimings;
}

/** A request that will be written. */
interface Insert {
  readonly record: RequestRecord;
  readonly grant: GrantRecord | undefined;
  /** Requests of the same call with other arguments. */
  readonly replaced: readonly RequestRecord[];
}

/**
 * The one write of a suspension: the requests that aren't recorded yet, the uses of grants that decide some of them at
 * once, the continuation, the events, the hold or its end. Pure. Undefined: there is nothing to write.
 * @throws THREAD_BUSY, THREAD_CLOSED, SETUP
 */
export function planOf(tenant: string, invocation: Invocation, standing: Standing, manner: Manner, moment: Moment): Plan | undefined {
  const { thread, existing, asks } = standing;
  const { continuation, ends, counts } = manner;
  const { now } = moment;
  const inserts = insertsOf(tenant, invocation, standing, manner, moment);
  if (inserts.length === 0 && !continuation) return undefined;

  const waiting = inserts.filter(({ record, grant }) => record.state === "pending" && !grant);
  const rest = restOf(existing, inserts, new Set([...invocation.declared, ...asks]));
  const rests = ends && rest.waiting.length + waiting.length > 0;
  const waits = continuation !== undefined || waiting.length > 0;
  const hold =
    isFramework(invocation) || !thread || counts
      ? holdThread(thread ?? newThread(tenant, invocation), invocation, { requests: asks, continuation, waits, ends: rests }, moment)
      : undefined;
  const withdrawn = rests ? rest.left.map((record) => cancellation(record, now, SYSTEM, NOT_ASKED_AGAIN)) : [];
  const insertions = inserts.map((insert) => insertion(insert, now));
  const inserted = new Map(insertions.map(({ record }) => [record.id, record]));
  const before = Math.min(...inserts.map(({ grant }) => grant?.expiresAt ?? Infinity));
  return {
    writes: together(hold ?? together(), ...insertions, ...withdrawn),
    before: before === Infinity ? undefined : before,
    thread: hold?.record,
    newRequests: newRequestsOf(waiting, invocation, thread, now),
    inserted,
    waiting: rests ? [...rest.waiting, ...waiting.flatMap(({ record }) => inserted.get(record.id) ?? [])] : undefined,
  };
}

/** In the order of the calls: the last use of a grant is the first one's. */
function insertsOf(
  tenant: string,
  invocation: Invocation,
  { existing, fresh, grants, revises, parsed }: Standing,
  { decidedOnly }: Manner,
  { now, late }: Moment,
): readonly Insert[] {
  const grantFor = grantsIn(grants, Math.max(now, late));
  return fresh
    .map((question): Insert => {
      refuseUnknownRequester(question, invocation);
      const { callId, turnId } = question.call;
      const replaced = existing.filter((record) => record.callId === callId && record.turnId === turnId);
      const { id } = question;
      const ancestry = { supersedes: replaced.at(-1), revises: revises.get(id), parsed: parsed.get(id) };
      const record = newRequest(tenant, invocation, question, ancestry, now);
      return { replaced, record, grant: record.state === "pending" ? grantFor(record) : undefined };
    })
    .filter(({ record, grant }) => !decidedOnly || grant !== undefined || record.state !== "pending");
}

/** Four eyes without a known requester would let whoever asked sign. */
function refuseUnknownRequester({ allowed, terms, call, requestedBy }: Question, invocation: Invocation): void {
  if (allowed || !terms.fourEyes || (requestedBy ?? invocation.requestedBy)) return;
  const hint = `The terms of ${call.tool} need four eyes, and nobody knows who asks in thread ${invocation.threadId}. Pass requestedBy when you start it.`;
  throw new CountersignError("SETUP", { hint });
}

const isPending = ({ state }: RequestRecord): boolean => state === "pending";

/** Of what was recorded before, what an invocation leaves behind that ends here: what still waits, and what is withdrawn. */
function restOf(existing: readonly RequestRecord[], inserts: readonly Insert[], declared: ReadonlySet<string>) {
  const replaced = new Set(inserts.flatMap((insert) => insert.replaced));
  const left = existing.filter((record) => !replaced.has(record) && isNotAskedAgain(record, declared));
  return { left, waiting: existing.filter((record) => isPending(record) && !replaced.has(record) && !left.includes(record)) };
}

/** What will wait for people. A thread that this invocation wrote itself doesn't count what it asked since. */
function newRequestsOf(
  inserts: readonly Insert[],
  { threadId, declared }: Invocation,
  thread: ThreadRecord | undefined,
  now: number,
): NewRequests {
  const replaced = inserts.flatMap((insert) => insert.replaced).filter(isPending).length;
  return { threadId, waiting: inserts.map(({ record }) => record), replaced, open: (thread?.open ?? 0) + declared.size, now };
}

function insertion({ record, grant, replaced }: Insert, now: number): Writes & { readonly record: RequestRecord } {
  const decided = grant ? decidedBy(grant, record) : record;
  const superseded = replaced.map((old) => supersede(old, record.id, now));
  const use: Writes = { changes: grant ? [takeUses(grant.id, 1)] : [], events: [] };
  const insert = insertRequest(decided, asked(decided, grant));
  return { ...together(insert, use, ...superseded), record: insert.record };
}

/** The same call with other arguments: nobody shall sign a call that can't run any more. */
function supersede(old: RequestRecord, by: string, at: number): Writes {
  if (!isCancellable(old)) return together();
  return transition(old, { state: "cancelled", error: "superseded" }, { type: "superseded", at, actor: SYSTEM, note: { by } });
}
