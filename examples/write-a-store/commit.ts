import type { AuditEvent, Batch, Change, Committed, GrantRecord } from "@countersign/core/store";
import { key, keys } from "./keys.ts";
import type { Transaction } from "./kv.ts";
import { recordAt } from "./records.ts";
import { packed, type Packed } from "./thread.ts";

type Put = Extract<Change, { op: "put" }>;
type Add = Extract<Change, { op: "add" }>;
type Drop = Extract<Change, { op: "drop" }>;
type Refused = Extract<Committed, { ok: false }>;

/** An event with its place in the order of all commits. */
export interface Numbered {
  readonly position: number;
  readonly event: AuditEvent;
}

/** All or nothing: the whole batch is judged before anything is written. */
export function commit(tx: Transaction, { tenant, changes, events, before }: Batch, now: number): Committed {
  if (before !== undefined && now >= before) return { ok: false, reason: "TOO_LATE" };
  const refused = refusal(tx, tenant, changes) ?? (isTaken(tx, tenant, events) ? ({ ok: false, reason: "CONFLICT" } as const) : undefined);
  if (refused) return refused;
  // Puts before additions: a record can be inserted and added to in one batch.
  for (const change of changes) if (change.op === "put") put(tx, tenant, change);
  for (const change of changes) if (change.op === "add") add(tx, tenant, change);
  for (const event of events) append(tx, tenant, event);
  for (const change of changes) if (change.op === "drop") drop(tx, tenant, change);
  return { ok: true };
}

function refusal(tx: Transaction, tenant: string, changes: readonly Change[]): Refused | undefined {
  const puts = changes.filter((change) => change.op === "put");
  const counts = new Map<string, number>();
  for (const change of changes) {
    if (change.op === "require") {
      const thread = recordAt(tx, "thread", keys.thread(tenant, change.threadId));
      if (thread?.fence !== change.fence) return { ok: false, reason: "FENCED", change };
    }
    if (change.op === "put") {
      const there = recordAt(tx, change.kind, keys[change.kind](tenant, change.record.id));
      if ((there?.version ?? 0) !== change.expects) return { ok: false, reason: "CONFLICT", change };
    }
    if (change.op === "add") {
      const { kind, id, by, floor = -Infinity } = change;
      const place = keys[kind](tenant, id);
      const inserted = puts.some((one) => one.kind === kind && one.record.id === id) ? 0 : undefined;
      // Several additions to one counter count together.
      const count = counts.get(place) ?? counter(recordAt(tx, kind, place), kind) ?? inserted;
      if (count === undefined || count + by < floor) return { ok: false, reason: "FLOOR", change };
      counts.set(place, count + by);
    }
  }
  return undefined;
}

/** One event for each place in a chain: in the store, and in this batch. */
function isTaken(tx: Transaction, tenant: string, events: readonly AuditEvent[]): boolean {
  const places = events.map(({ subject, seq }) => keys.chain(tenant, subject) + key(seq));
  return new Set(places).size < places.length || places.some((place) => tx.get(place) !== undefined);
}

/** `open` and `uses` stay what they are, whatever the record says; an insert starts them at 0. */
function put(tx: Transaction, tenant: string, { kind, record, expects }: Put): void {
  const version = expects + 1;
  const place = keys[kind](tenant, record.id);
  if (kind === "thread") tx.put(place, packed({ ...record, version, open: counter(recordAt(tx, kind, place), kind) ?? 0 }));
  if (kind === "grant") tx.put(place, { ...record, version, uses: counter(recordAt(tx, kind, place), kind) ?? 0 });
  if (kind !== "request") return;
  tx.put(place, { ...record, version });
  // Where and when it was asked never changes: the indexes are written once, and hold its key.
  if (expects > 0) return;
  const number = next(tx, tenant, "request");
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
