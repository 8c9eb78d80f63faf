import type { DueKind } from "./port.ts";
import type { RequestRecord, ThreadRecord } from "./records.ts";

/** What {@link dueSince} looks at in a thread. */
export type DueThread = Pick<ThreadRecord, "fence" | "state" | "open" | "holder" | "leaseUntil" | "notBefore">;

/** What {@link dueSince} looks at in a request. */
export type DueRequest = Pick<
  RequestRecord,
  "threadId" | "turnId" | "state" | "expiresAt" | "decidedAt" | "executeWithin" | "begun" | "leaseUntil" | "noticeAt"
>;

/** All requests of a tenant with this thread id and this turn id. */
type TurnRead = (threadId: string, turnId: string) => readonly DueRequest[];

/**
 * Since when this record has been due, as `claimDue` of the port defines it. Unix ms: the record is due once the store's
 * clock has reached that, and the lowest comes first. Infinity: no time makes it due.
 *
 * `turn` gives all requests of the tenant with this thread id and this turn id. It is called only for an approved request
 * that can run out; what it throws is thrown. For stores without an index of what is due.
 */
export function dueSince(kind: DueKind, record: DueThread | DueRequest, turn: TurnRead): number {
  if ("fence" in record) return kind === "thread" ? threadSince(record) : Infinity;
  if (kind === "claim" && record.state === "executing") return record.leaseUntil;
  if (kind === "notice" && record.state === "pending") return record.noticeAt ?? Infinity;
  if (kind === "expiry" && record.state === "pending") return record.expiresAt ?? Infinity;
  if (kind === "expiry" && record.state === "approved" && !record.begun) return executeBy(record, turn);
  return Infinity;
}

/** A holder that let its lease lapse never released the thread: somebody must look at it, decided or not. */
function threadSince({ state, open, holder, leaseUntil, notBefore }: DueThread): number {
  return state === "live" && (open === 0 || holder !== undefined) ? Math.max(leaseUntil, notBefore) : Infinity;
}

/** Siblings signed an hour apart have the same time. While one is pending, nobody knows when it ends. */
function executeBy(record: DueRequest, turn: TurnRead): number {
  if (record.executeWithin === undefined) return Infinity;
  return (lastDecidedAt([record, ...turn(record.threadId, record.turnId)]) ?? Infinity) + record.executeWithin;
}

/** When the last of a turn's requests was decided, Unix ms. Undefined: one is pending, and it will be later than now. */
export function lastDecidedAt(turn: readonly Pick<DueRequest, "state" | "decidedAt">[]): number | undefined {
  if (turn.some(({ state }) => state === "pending")) return undefined;
  return Math.max(...turn.map(({ decidedAt = 0 }) => decidedAt));
}
