import type { AuditEvent } from "../contract/event.ts";
import type { Batch, Change, Committed } from "./port.ts";
import type { GrantRecord, RequestRecord, ThreadRecord } from "./records.ts";

/** A commit's answer when nothing was written. */
export type Refusal = Extract<Committed, { readonly ok: false }>;

/** What is there before the batch, read in the transaction that will write it. Undefined: no such record. */
export interface CommitRead {
  /** The store's clock, Unix ms. Read it when nobody else can write any more: waiting for a lock may take until the deadline. */
  readonly now: number;
  request(id: string): Pick<RequestRecord, "version"> | undefined;
  thread(id: string): Pick<ThreadRecord, "version" | "fence" | "open"> | undefined;
  grant(id: string): Pick<GrantRecord, "version" | "uses"> | undefined;
  /** Is there an event at this place in its chain, kept and not dropped? */
  hasEvent(subject: string, seq: number): boolean;
}

type Put = Extract<Change, { readonly op: "put" }>;
type Add = Extract<Change, { readonly op: "add" }>;

/**
 * Why a store must not write this batch, as `commit` of the port says it; undefined: it must. Of several reasons the first:
 * `before`, requires, expectations, floors, places in chains. `change` is the one that doesn't fit; a deadline and a taken
 * place have none. Throws what `read` throws. For stores that look at records one by one.
 */
export function refusalOf(read: CommitRead, { changes, events, before }: Omit<Batch, "tenant">): Refusal | undefined {
  if (before !== undefined && read.now >= before) return { ok: false, reason: "TOO_LATE" };
  const puts = changes.filter((change) => change.op === "put");
  const adds = changes.filter((change) => change.op === "add");
  const fenced = changes.find((change) => change.op === "require" && read.thread(change.threadId)?.fence !== change.fence);
  if (fenced) return { ok: false, reason: "FENCED", change: fenced };
  const conflict = puts.find((put, index) => (read[put.kind](put.record.id)?.version ?? 0) !== put.expects || isRepeated(puts, index));
  if (conflict) return { ok: false, reason: "CONFLICT", change: conflict };
  const short = firstShort(read, puts, adds);
  if (short) return { ok: false, reason: "FLOOR", change: short };
  return isTaken(read, events) ? { ok: false, reason: "CONFLICT" } : undefined;
}

/** The second put of one record in a batch can't be what its author meant, whatever version it expects. */
function isRepeated(puts: readonly Put[], index: number): boolean {
  return puts.slice(0, index).some((other) => isOf(other, puts[index]?.kind, puts[index]?.record.id));
}

/** Several additions to one counter count together, in order. */
function firstShort(read: CommitRead, puts: readonly Put[], adds: readonly Add[]): Add | undefined {
  const counts = new Map<string, number>();
  return adds.find(({ kind, id, by, floor = -Infinity }) => {
    const counter = `${kind}/${id}`;
    const count = counts.get(counter) ?? countOf(read, puts, kind, id);
    counts.set(counter, (count ?? 0) + by);
    return count === undefined || count + by < floor;
  });
}

/** Puts are written before additions: a record of the same batch is there by then, and counts from 0. */
function countOf(read: CommitRead, puts: readonly Put[], kind: Add["kind"], id: string): number | undefined {
  const count = kind === "thread" ? read.thread(id)?.open : read.grant(id)?.uses;
  return count ?? (puts.some((put) => isOf(put, kind, id)) ? 0 : undefined);
}

function isOf({ kind, record }: Put, otherKind: Put["kind"] | undefined, id: string | undefined): boolean {
  return kind === otherKind && record.id === id;
}

/** One event for each place in a chain: in the store, and in this batch. */
function isTaken(read: CommitRead, events: readonly AuditEvent[]): boolean {
  const places = new Set(events.map(({ subject, seq }) => `${seq}/${subject}`));
  return places.size < events.length || events.some(({ subject, seq }) => read.hasEvent(subject, seq));
}
