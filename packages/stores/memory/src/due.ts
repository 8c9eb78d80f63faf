import type { Due, DueKind, DueOptions, RequestRecord, ThreadRecord } from "@countersign/core/store";
import type { Tenant } from "./tenant.ts";

/** What is due, the longest overdue first. Threads are leased and fenced; requests are only named. */
export function claimDue(tenant: Tenant, kind: DueKind, options: DueOptions, now: number): readonly Due[] {
  const { agents, limit } = options;
  const candidates = kind === "thread" ? [...tenant.threads.values()] : [...tenant.requests.values()];
  return candidates
    .filter(({ agent }) => agents === undefined || agents.includes(agent))
    .map((record) => ({ id: record.id, since: dueSince(tenant, kind, record) }))
    .filter(({ since }) => since <= now)
    .sort((a, b) => a.since - b.since)
    .slice(0, Math.max(0, limit))
    .map(({ id }) => ({ id, fence: kind === "thread" ? lease(tenant, id, options, now) : 0 }));
}

/** Unix ms; Infinity if it isn't due at any time. */
function dueSince(tenant: Tenant, kind: DueKind, record: RequestRecord | ThreadRecord): number {
  if ("fence" in record) return threadDueSince(record);
  if (kind === "claim" && record.state === "executing") return record.leaseUntil;
  if (kind === "delivery" && record.state === "pending") return record.noticeAt ?? Infinity;
  if (kind === "expiry" && record.state === "pending") return record.expiresAt ?? Infinity;
  if (kind === "expiry" && record.state === "approved" && !record.begun) return executeBy(tenant, record);
  return Infinity;
}

/** A holder that let its lease lapse never released the thread: it must be looked at, decided or not. */
function threadDueSince({ state, open, holder, leaseUntil, notBefore }: ThreadRecord): number {
  return state === "live" && (open === 0 || holder !== undefined) ? Math.max(leaseUntil, notBefore) : Infinity;
}

/** Siblings signed an hour apart have the same time: it counts from the last decision of the turn, once there is one on all. */
function executeBy({ requests }: Tenant, { threadId, turnId, executeWithin = Infinity }: RequestRecord): number {
  const turn = [...requests.values()].filter((sibling) => sibling.threadId === threadId && sibling.turnId === turnId);
  if (turn.some(({ state }) => state === "pending")) return Infinity;
  return Math.max(...turn.map(({ decidedAt }) => decidedAt ?? 0)) + executeWithin;
}

/** Answers the new fence. */
function lease({ threads }: Tenant, id: string, { holder, leaseMs }: DueOptions, now: number): number {
  const thread = threads.get(id);
  if (!thread) return 0;
  const fence = thread.fence + 1;
  threads.set(id, { ...thread, fence, holder, leaseUntil: now + leaseMs, version: thread.version + 1 });
  return fence;
}
