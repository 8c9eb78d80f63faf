import type { DueKind, RequestRecord, ThreadRecord } from "@countersign/core/store";
import type { TenantState } from "./state.ts";

/** What is due, the longest overdue first. */
export function dueNow(
  state: TenantState,
  kind: DueKind,
  agents: readonly string[] | undefined,
  now: number,
): readonly { readonly id: string; readonly since: number }[] {
  const records = kind === "thread" ? [...state.threads.values()] : [...state.requests.values()];
  return records
    .filter(({ agent }) => agents === undefined || agents.includes(agent))
    .map((record) => ({ id: record.id, since: "fence" in record ? threadSince(record) : requestSince(state, kind, record) }))
    .filter(({ since }) => since <= now)
    .sort((a, b) => a.since - b.since);
}

/** Unix ms; Infinity if it isn't due at any time. */
function threadSince({ state, open, holder, leaseUntil, notBefore }: ThreadRecord): number {
  return state === "live" && (open === 0 || holder !== undefined) ? Math.max(leaseUntil, notBefore) : Infinity;
}

function requestSince(state: TenantState, kind: DueKind, record: RequestRecord): number {
  if (kind === "claim" && record.state === "executing") return record.leaseUntil;
  if (kind === "notice" && record.state === "pending") return record.noticeAt ?? Infinity;
  if (kind === "expiry" && record.state === "pending") return record.expiresAt ?? Infinity;
  if (kind !== "expiry" || record.state !== "approved" || record.begun || record.executeWithin === undefined) return Infinity;
  const turn = [...state.requests.values()].filter(({ threadId, turnId }) => threadId === record.threadId && turnId === record.turnId);
  if (turn.some(({ state }) => state === "pending")) return Infinity;
  return Math.max(...turn.map(({ decidedAt }) => decidedAt ?? 0)) + record.executeWithin;
}

/** A claimed thread: the next fence, a new holder, another version. */
export function leased(thread: ThreadRecord, holder: string, leaseUntil: number): ThreadRecord {
  return { ...thread, fence: thread.fence + 1, version: thread.version + 1, holder, leaseUntil };
}
