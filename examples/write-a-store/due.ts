import { dueSince, readEach, type DueItem, type DueKind, type DueOptions, type RequestRecord } from "@countersign/core/store";
import { keys } from "./keys.ts";
import type { Transaction } from "./kv.ts";
import { readThread } from "./read-thread.ts";
import { readable, recordAt } from "./records.ts";
import type { Packed } from "./thread.ts";

/**
 * What is due, the longest overdue first. Threads are leased and fenced in the same transaction; requests are only
 * named. Looks at everything: a store for many records keeps an index of what can be due.
 */
export function claimDue(tx: Transaction, kind: DueKind, options: DueOptions, now: number): readonly DueItem[] {
  const { tenant, agents, limit } = options;
  const turn = (threadId: string, turnId: string) => turnOf(tx, keys.byTurn(tenant, threadId, turnId));
  // What can't be read is nobody's to do, and keeps none of the others from being found.
  const records: readonly (Packed | RequestRecord)[] = readable(tx, tenant, kind === "thread" ? "thread" : "request");
  return records
    .filter(({ agent }) => agents === undefined || agents.includes(agent))
    .map((record) => ({ record, since: dueSince(kind, record, turn) }))
    .filter(({ since }) => since <= now)
    .sort((a, b) => a.since - b.since)
    .slice(0, Math.max(0, limit))
    .map(({ record }) => ("fence" in record ? lease(tx, record, options, now) : { id: record.id, fence: 0 }));
}

/** What can't be read keeps none of its siblings from being found either. */
function turnOf(tx: Transaction, index: string): readonly RequestRecord[] {
  return readEach([...tx.scan(index)], (place) => recordAt(tx, "request", String(place))).items.flatMap((record) => record ?? []);
}

function lease(tx: Transaction, thread: Packed, { tenant, holder, leaseMs }: DueOptions, now: number): DueItem {
  const { id } = thread;
  const fence = thread.fence + 1;
  tx.put(keys.thread(tenant, id), { ...thread, fence, holder, leaseUntil: now + leaseMs, version: thread.version + 1 });
  // Nothing unless all of it can be read: then core reads it by itself, and says what is wrong with it.
  const [read] = readEach([id], () => readThread(tx, tenant, id, now)).items;
  return { id, fence, read };
}
