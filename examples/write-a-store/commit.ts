import {
  isUnfinished,
  refusalOf,
  type AuditEvent,
  type Batch,
  type Change,
  type CommitRead,
  type Committed,
  type GrantRecord,
} from "@countersign/core/store";
import { deadlineKey, key, keys } from "./keys.ts";
import type { Transaction } from "./kv.ts";
import { recordAt } from "./records.ts";
import { packed, type Packed } from "./thread.ts";

type Put = Extract<Change, { op: "put" }>;
type Add = Extract<Change, { op: "add" }>;
type Drop = Extract<Change, { op: "drop" }>;

/** An event with its place in the order of all commits. */
export interface Numbered {
  readonly position: number;
  readonly event: AuditEvent;
}

/** All or nothing: the whole batch is judged before anything is written. */
export function commit(tx: Transaction, batch: Batch, now: number): Committed {
  const { tenant, changes, events } = batch;
  const refused = refusalOf(reading(tx, tenant, now), batch);
  if (refused) return refused;
  // Puts before additions: a record can be inserted and added to in one batch.
  for (const change of changes) if (change.op === "put") put(tx, tenant, change);
  for (const change of changes) if (change.op === "add") add(tx, tenant, change);
  for (const event of events) append(tx, tenant, event);
  for (const change of changes) if (change.op === "drop") drop(tx, tenant, change);
  return { ok: true };
}

/** What the batch is judged on: nobody writes between this and the puts. */
function reading(tx: Transaction, tenant: string, now: number): CommitRead {
  return {
    now,
    request: (id) => recordAt(tx, "request", keys.request(tenant, id)),
    thread: (id) => recordAt(tx, "thread", keys.thread(tenant, id)),
    grant: (id) => recordAt(tx, "grant", keys.grant(tenant, id)),
    hasEvent: (subject, seq) => tx.get(keys.chain(tenant, subject) + key(seq)) !== undefined,
  };
}

/** `open` and `uses` stay what they are, whatever the record says; an insert starts them at 0. */
function put(tx: Transaction, tenant: string, { kind, record, expects }: Put): void {
  const version = expects + 1;
  const place = keys[kind](tenant, record.id);
  if (kind === "thread") tx.put(place, packed({ ...record, version, open: counter(recordAt(tx, kind, place), kind) ?? 0 }));
  if (kind === "grant") tx.put(place, { ...record, version, uses: counter(recordAt(tx, kind, place), kind) ?? 0 });
  if (kind !== "request") return;
  const old = expects > 0 ? recordAt(tx, kind, place) : undefined;
  tx.put(place, { ...record, version });
  // An edit may draw the deadline nearer.
  if (old) tx.delete(keys.byDeadline(tenant) + deadlineKey(old));
  tx.put(keys.byDeadline(tenant) + deadlineKey(record), place);
  // What has finished leaves the index of what is under way, and never comes back.
  const underWay = keys.unfinished(tenant, record.threadId) + key(record.id);
  if (!isUnfinished(record)) tx.delete(underWay);
  // Where and when it was asked never changes: the other indexes are written once, and hold its key.
  if (expects > 0) return;
  const number = next(tx, tenant, "request");
  if (isUnfinished(record)) tx.put(underWay, { number, place });
  tx.put(keys.byThread(tenant, record.threadId) + key(number), place);
  tx.put(keys.byTurn(tenant, record.threadId, record.turnId) + key(number), place);
  tx.put(keys.byTime(tenant) + key(record.askedAt, record.id), place);
}

function add(tx: Transaction, tenant: string, { kind, id, field, by }: Add): void {
  const record = recordAt(tx, kind, keys[kind](tenant, id));
  tx.put(keys[kind](tenant, id), { ...record, [field]: (counter(record, kind) ?? 0) + by });
}

function counter(record: unknown, kind: Add["kind"]): number | undefined {
  return kind === "thread" ? (record as Packed | undefined)?.open : (record as GrantRecord | undefined)?.uses;
}

/** Numbered in the order of the commits, because one transaction ends before the next begins. */
function append(tx: Transaction, tenant: string, event: AuditEvent): void {
  const numbered: Numbered = { position: next(tx, tenant, "event"), event };
  tx.put(keys.event(tenant) + key(numbered.position), numbered);
  tx.put(keys.chain(tenant, event.subject) + key(event.seq), numbered);
}

/** Numbers are never given out again: the count only goes up. */
function drop(tx: Transaction, tenant: string, { subject, through }: Drop): void {
  for (const numbered of tx.scan(keys.chain(tenant, subject)) as Generator<Numbered>) {
    if (numbered.event.seq > through) break;
    tx.delete(keys.event(tenant) + key(numbered.position));
    tx.delete(keys.chain(tenant, subject) + key(numbered.event.seq));
  }
}

function next(tx: Transaction, tenant: string, of: "request" | "event"): number {
  const number = Number(tx.get(keys.count(tenant, of)) ?? 0) + 1;
  tx.put(keys.count(tenant, of), number);
  return number;
}
