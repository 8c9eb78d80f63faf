import { hashOf } from "../audit/chain.ts";
import { grantOf, grantSubject, threadOf, threadSubject } from "../audit/subject.ts";
import type { AuditEvent } from "../contract/event.ts";
import { CountersignError } from "../errors/error.ts";
import type { GrantRecord, RequestRecord, ThreadRecord } from "../store/records.ts";
import { grantDigest, stateOf } from "./grant.ts";
import { signedDigest } from "./signed-digest.ts";
import type { Ledger } from "./ledger.ts";

const PAGE = 1_000;

/** The end of a chain, and the state that its last event claims. */
interface Tail {
  readonly seq: number;
  readonly head: string;
  readonly state: unknown;
  /** Of the arguments that were asked about or signed last. */
  readonly digest: unknown;
}

/**
 * Every chain against itself and against its record: changed, reordered and missing events, cut tails, changed states and
 * arguments.
 * @throws AUDIT_BROKEN naming the first that fails
 */
export async function verify(ledger: Ledger): Promise<{ events: number; subjects: number }> {
  const tails = new Map<string, Tail>();
  const taken = new Map<unknown, number>();
  let events = 0;
  for await (const event of allEvents(ledger)) {
    tails.set(event.subject, link(tails.get(event.subject), event));
    if (event.type === "granted") taken.set(event.data["grantId"], (taken.get(event.data["grantId"]) ?? 0) + 1);
    events++;
  }
  for (const subject of await subjectsOfRecords(ledger)) if (!tails.has(subject)) await compare(ledger, subject, undefined);
  for (const [subject, tail] of tails) await compare(ledger, subject, tail);
  for (const [id, uses] of taken) await compareUses(ledger, String(id), uses);
  return { events, subjects: tails.size };
}

/** The audit chain of one subject, oldest first. */
export async function* history(ledger: Ledger, subject: string): AsyncGenerator<AuditEvent> {
  yield* allEvents(ledger, subject);
}

async function* allEvents(ledger: Ledger, subject?: string): AsyncGenerator<AuditEvent> {
  for (let after: string | undefined; ;) {
    const { events, position } = await ledger.events(after, PAGE, subject);
    yield* events;
    if (events.length === 0) return;
    after = position;
  }
}

function link(before: Tail | undefined, event: AuditEvent): Tail {
  const { subject, seq, prev, hash } = event;
  const fits = seq === (before?.seq ?? 0) + 1 && prev === (before?.head ?? "") && hash === rehash(event);
  if (!fits) throw new CountersignError("AUDIT_BROKEN", { subject, seq });
  return { seq, head: hash, state: event.data["state"], digest: event.data["digest"] ?? before?.digest };
}

/** An event that was made unreadable has no hash. */
function rehash(event: AuditEvent): string | undefined {
  try {
    return hashOf(event);
  } catch {
    return undefined;
  }
}

async function subjectsOfRecords(ledger: Ledger): Promise<ReadonlySet<string>> {
  const subjects = new Set<string>();
  for (let after: string | undefined; ;) {
    const page = await ledger.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { id, threadId } of page.items) subjects.add(id).add(threadSubject(threadId));
    if (page.next === undefined) break;
    after = page.next;
  }
  for (const { id } of (await ledger.grants()) ?? []) subjects.add(grantSubject(id));
  return subjects;
}

/** A grant never decides more calls than it was given for. It may have decided more since its uses were counted, never fewer. */
async function compareUses(ledger: Ledger, id: string, taken: number): Promise<void> {
  const record = await ledger.grant(id);
  if (!record || record.uses + taken > record.grant.uses) throw new CountersignError("AUDIT_BROKEN", { subject: grantSubject(id), seq: 0 });
}

/** The chain's end must be what its record says. Both may have moved on since they were read: then the rest is read too. */
async function compare(ledger: Ledger, subject: string, seen: Tail | undefined): Promise<void> {
  let tail = seen;
  for (let tries = 0; tries < 3; tries++) {
    const record = await recordOf(ledger, subject);
    if (record && record.seq === (tail?.seq ?? 0) && record.head === (tail?.head ?? "") && agrees(record, tail)) return;
    tail = undefined;
    for await (const event of allEvents(ledger, subject)) tail = link(tail, event);
  }
  throw new CountersignError("AUDIT_BROKEN", { subject, seq: tail?.seq ?? 0 });
}

type AnyRecord = RequestRecord | ThreadRecord | GrantRecord;

/** A record says of its state and its arguments what its chain says. */
function agrees(record: AnyRecord, tail: Tail | undefined): boolean {
  if (!tail) return true;
  if ("grant" in record) {
    return stateOf(record) === tail.state && grantDigest(record) === tail.digest && record.uses <= record.grant.uses;
  }
  return record.state === tail.state && (!("proposal" in record) || signedDigest(record) === tail.digest);
}

function recordOf(ledger: Ledger, subject: string): Promise<AnyRecord | undefined> {
  const threadId = threadOf(subject);
  if (threadId !== undefined) return ledger.thread(threadId);
  const grantId = grantOf(subject);
  return grantId === undefined ? ledger.request(subject) : ledger.grant(grantId);
}
