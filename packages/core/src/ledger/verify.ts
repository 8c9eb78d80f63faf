import { hashOf } from "../audit/chain.ts";
import { grantOf, grantSubject, threadOf, threadSubject } from "../audit/subject.ts";
import type { AuditEvent, Verified } from "../contract/event.ts";
import type { Unreadable } from "../contract/request.ts";
import { CountersignError } from "../errors/error.ts";
import type { GrantRecord, RequestRecord, ThreadRecord } from "../store/records.ts";
import { STATUS_OF } from "../store/status.ts";
import { unreadableIn } from "../store/unreadable.ts";
import { FREEZES, freezesDigest } from "./freezes.ts";
import { grantDigest, stateOf } from "./grant.ts";
import type { Ledger } from "./ledger.ts";
import { signedDigest } from "./signed-digest.ts";

const PAGE = 1_000;

/** The end of a chain, and what its last event claims. */
interface Tail {
  /** Number of its first event: more than 1 if a purge removed those before. */
  readonly from: number;
  readonly seq: number;
  readonly head: string;
  readonly state: unknown;
  /** Of the arguments that were asked about or signed last. */
  readonly digest: unknown;
  /** The state in which a purged request had ended. */
  readonly was: unknown;
}

/**
 * Every chain against itself and against its record: changed, reordered and missing events, cut beginnings and tails,
 * changed states and arguments. A record that can't be read is named, and the others are verified.
 * @throws AUDIT_BROKEN naming the first that fails
 */
export async function verify(ledger: Ledger): Promise<Verified> {
  const tails = new Map<string, Tail>();
  const taken = new Map<unknown, number>();
  const unreadable = new Unread();
  let events = 0;
  for await (const event of allEvents(ledger)) {
    tails.set(event.subject, link(tails.get(event.subject), event));
    if (event.type === "granted") taken.set(event.data["grantId"], (taken.get(event.data["grantId"]) ?? 0) + 1);
    events++;
  }
  for await (const subject of subjectsOfRecords(ledger, tails.keys(), unreadable))
    if (!tails.has(subject)) await unreadable.unless(() => compare(ledger, subject, undefined));
  for (const [subject, tail] of tails) await unreadable.unless(() => compare(ledger, subject, tail));
  for (const [id, uses] of taken) await unreadable.unless(() => compareUses(ledger, String(id), uses));
  const found = unreadable.all;
  return { events, subjects: tails.size, ...(found.length > 0 ? { unreadable: found } : {}) };
}

/** Records that could not be read, each once, however often it is met. */
class Unread {
  readonly #found = new Map<string, Unreadable>();

  get all(): readonly Unreadable[] {
    return [...this.#found.values()];
  }

  add(found: readonly Unreadable[] = []): void {
    for (const one of found) this.#found.set(one.id, one);
  }

  async unless(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const found = unreadableIn(error);
      if (!found) throw error;
      this.add([found]);
    }
  }
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

/** Only the event of a purge may stand where others are missing: it takes the place of all before it. */
function link(before: Tail | undefined, event: AuditEvent): Tail {
  const { subject, seq, prev, hash, type, data } = event;
  const follows = seq === (before?.seq ?? 0) + 1 && prev === (before?.head ?? "");
  if (!(follows || type === "purged") || hash !== rehash(event)) throw new CountersignError("AUDIT_BROKEN", { subject, seq });
  const from = follows ? (before?.from ?? 1) : seq;
  return { from, seq, head: hash, state: data["state"], digest: data["digest"] ?? before?.digest, was: data["was"] };
}

/** An event that was made unreadable has no hash. */
function rehash(event: AuditEvent): string | undefined {
  try {
    return hashOf(event);
  } catch {
    return undefined;
  }
}

/** What has a record and so must have a chain. Lists pass purged requests over: those are found by their threads. */
async function* subjectsOfRecords(ledger: Ledger, chains: Iterable<string>, unreadable: Unread): AsyncGenerator<string> {
  const threads = new Set([...chains].flatMap((subject) => threadOf(subject) ?? []));
  for (let after: string | undefined; ;) {
    const page = await ledger.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    unreadable.add(page.unreadable);
    for (const { threadId } of page.items) threads.add(threadId);
    if (page.next === undefined) break;
    after = page.next;
  }
  for (const threadId of threads) {
    yield threadSubject(threadId);
    let found: readonly RequestRecord[] = [];
    await unreadable.unless(async () => {
      const requests = await ledger.readableOfThread(threadId);
      unreadable.add(requests.unreadable);
      found = requests.items;
    });
    for (const { id } of found) yield id;
  }
  let grants: readonly GrantRecord[] = [];
  await unreadable.unless(async () => {
    const listed = await ledger.grants();
    unreadable.add(listed?.unreadable);
    grants = listed?.items ?? [];
  });
  for (const { id } of grants) yield grantSubject(id);
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

/** A record says of its state, its arguments and its beginning what its chain says. */
function agrees(record: AnyRecord, tail: Tail | undefined): boolean {
  if (!tail) return true;
  if ("grant" in record) return tail.from === 1 && isGrantOf(record, tail);
  if (record.state !== tail.state) return false;
  if (record.id === FREEZES) return tail.from === 1 && freezesDigest(record as ThreadRecord) === tail.digest;
  if (!("proposal" in record)) return tail.from === 1 || tail.from === record.purgedSeq;
  if (record.state === "purged") return record.proposal.digest === tail.digest && isEnding(record, tail.was);
  return tail.from === 1 && signedDigest(record) === tail.digest;
}

function isGrantOf(record: GrantRecord, { state, digest }: Tail): boolean {
  return stateOf(record) === state && grantDigest(record) === digest && record.uses <= record.grant.uses;
}

/** A purged request still says how it ended. */
function isEnding({ status, execution }: RequestRecord, was: unknown): boolean {
  const shown = Object.entries(STATUS_OF).find(([state]) => state === was)?.[1];
  return shown?.[0] === status && shown[1] === execution;
}

function recordOf(ledger: Ledger, subject: string): Promise<AnyRecord | undefined> {
  const threadId = threadOf(subject);
  if (threadId !== undefined) return ledger.thread(threadId);
  const grantId = grantOf(subject);
  return grantId === undefined ? ledger.request(subject) : ledger.grant(grantId);
}
