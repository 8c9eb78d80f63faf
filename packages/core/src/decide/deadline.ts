import { SYSTEM } from "../contract/principal.ts";
import type { Kernel } from "../kernel.ts";
import type { Changed } from "../ledger/writes.ts";
import { transition } from "../ledger/transition.ts";
import { lastDecidedAt } from "../store/due.ts";
import type { RequestRecord } from "../store/records.ts";

/** When an approved call that was never begun may no longer be. */
export interface Deadline {
  /** Unix ms: the last decision of the turn plus `executeWithin`. */
  readonly at: number;
  /** A turn that still waits for a decision can only get a later one; else siblings signed an hour apart would expire the first. */
  readonly final: boolean;
}

export async function executeBy({ ledger }: Kernel, record: RequestRecord, now: number): Promise<Deadline | undefined> {
  if (record.executeWithin === undefined || record.begun) return undefined;
  const decidedAt = lastDecidedAt([record, ...(await ledger.ofTurn(record.threadId, record.turnId))]);
  return { at: (decidedAt ?? now) + record.executeWithin, final: decidedAt !== undefined };
}

/** Is this request past the deadline that holds in its state? */
export async function isOverdue(kernel: Kernel, record: RequestRecord, now: number): Promise<boolean> {
  if (record.state === "pending") return record.expiresAt !== undefined && now >= record.expiresAt;
  if (record.state !== "approved") return false;
  const deadline = await executeBy(kernel, record, now);
  return deadline !== undefined && deadline.final && now >= deadline.at;
}

/** Whoever touches an overdue request expires it, sweeper or not. Answers the record as it then is. */
export function expireIfOverdue(kernel: Kernel, id: string): Promise<RequestRecord> {
  return kernel.ledger.change(id, async (record, now) => ((await isOverdue(kernel, record, now)) ? expiry(record, now) : record));
}

/** For a request whose deadline the store itself says has passed. Undefined: it changed meanwhile. */
export async function expire({ ledger }: Kernel, record: RequestRecord, at: number): Promise<RequestRecord | undefined> {
  const expired = expiry(record, at);
  return (await ledger.commit(expired)).ok ? expired.record : undefined;
}

/** The writes that expire a request. */
export function expiry(record: RequestRecord, at: number): Changed {
  const reason = record.state === "approved" ? "approved, but not begun in time" : "nobody decided in time";
  const patch = { state: "expired", error: reason, decidedAt: record.decidedAt ?? at } as const;
  return transition(record, patch, { type: "expired", at, actor: SYSTEM });
}
