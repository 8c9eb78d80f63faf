import { readEach, type Due, type DueKind, type DueOptions, type RequestRecord } from "@countersign/core/store";
import { keys } from "./keys.ts";
import type { Transaction } from "./kv.ts";
import { readable, recordAt } from "./records.ts";
import type { Packed } from "./thread.ts";

/**
 * What is due, the longest overdue first. Threads are leased and fenced in the same transaction; requests are only
 * named. Looks at everything: a store for many records keeps an index of what can be due.
 */
export function claimDue(tx: Transaction, kind: DueKind, options: DueOptions, now: number): readonly Due[] {
  const { tenant, agents, limit } = options;
  // What can't be read is nobody's to do, and keeps none of the others from being found.
  const records: readonly (Packed | RequestRecord)[] = readable(tx, tenant, kind === "thread" ? "thread" : "request");
  return records
    .filter(({ agent }) => agents === undefined || agents.includes(agent))
    .map((record) => ({ record, since: "fence" in record ? threadSince(record) : requestSince(tx, kind, record) }))
    .filter(({ since }) => since <= now)
    .sort((a, b) => a.since - b.since)
    .slice(0, Math.max(0, limit))
    .map(({ record }) => ({ id: record.id, fence: "fence" in record ? lease(tx, record, options, now) : 0 }));
}

/** Unix ms; Infinity if it isn't due at any time. A holder whose lease lapsed never released the thread. */
function threadSince({ state, open, holder, leaseUntil, notBefore }: Packed): number {
  return state === "live" && (open === 0 || holder !== undefined) ? Math.max(leaseUntil, notBefore) : Infinity;
}

function requestSince(tx: Transaction, kind: DueKind, record: RequestRecord): number {
  const { tenant, threadId, turnId, state, begun, executeWithin } = record;
  if (kind === "claim" && state === "executing") return record.leaseUntil;
  if (kind === "delivery" && state === "pending") return record.noticeAt ?? Infinity;
  if (kind === "expiry" && state === "pending") return record.expiresAt ?? Infinity;
  if (kind !== "expiry" || state !== "approved" || begun || executeWithin === undefined) return Infinity;
  // It counts from the last decision of the turn: siblings may be signed hours apart.
  const places = [...tx.scan(keys.byTurn(tenant, threadId, turnId))];
  const turn = readEach(places, (place) => recordAt(tx, "request", String(place))).items.flatMap((record) => record ?? []);
  return Math.max(...turn.map(({ decidedAt }) => decidedAt ?? 0)) + executeWithin;
}

/** Answers the new fence. */
function lease(tx: Transaction, thread: Packed, { tenant, holder, leaseMs }: DueOptions, now: number): number {
  const fence = thread.fence + 1;
  tx.put(keys.thread(tenant, thread.id), { ...thread, fence, holder, leaseUntil: now + leaseMs, version: thread.version + 1 });
  return fence;
}
