import type { DueKind, DueOptions, RequestRecord, ThreadRecord } from "@countersign/core/store";
import type { Book } from "./book.ts";

/** What is due, the longest overdue first. */
export function dueIn(book: Book, kind: DueKind, { agents, limit }: DueOptions, now: number): readonly (RequestRecord | ThreadRecord)[] {
  const candidates = kind === "thread" ? [...book.threads.values()] : [...book.requests.values()];
  return candidates
    .filter(({ agent }) => agents === undefined || agents.includes(agent))
    .map((record) => ({ record, since: "fence" in record ? threadSince(record) : requestSince(book, kind, record) }))
    .filter(({ since }) => since <= now)
    .sort((a, b) => a.since - b.since)
    .slice(0, Math.max(0, limit))
    .map(({ record }) => record);
}

/** Unix ms. A holder that let its lease lapse never released the thread: it must be looked at, decided or not. */
function threadSince({ state, open, holder, leaseUntil, notBefore }: ThreadRecord): number {
  return state === "live" && (open === 0 || holder !== undefined) ? Math.max(leaseUntil, notBefore) : Infinity;
}

/** Unix ms. */
function requestSince(book: Book, kind: DueKind, record: RequestRecord): number {
  if (kind === "claim") return record.state === "executing" ? record.leaseUntil : Infinity;
  if (kind === "delivery") return record.state === "pending" ? (record.noticeAt ?? Infinity) : Infinity;
  if (kind !== "expiry") return Infinity;
  if (record.state === "pending") return record.expiresAt ?? Infinity;
  if (record.state !== "approved" || record.begun || record.executeWithin === undefined) return Infinity;
  const turn = [...book.requests.values()].filter(({ threadId, turnId }) => threadId === record.threadId && turnId === record.turnId);
  if (turn.some(({ state }) => state === "pending")) return Infinity;
  return Math.max(...turn.map(({ decidedAt }) => decidedAt ?? 0)) + record.executeWithin;
}
