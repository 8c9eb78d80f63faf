import { dueSince, type DueKind, type DueOptions, type RequestRecord, type ThreadRecord } from "@countersign/core/store";
import { ofTurn, type Book } from "./book.ts";

/** What is due, the longest overdue first. */
export function dueIn(book: Book, kind: DueKind, { agents, limit }: DueOptions, now: number): readonly (RequestRecord | ThreadRecord)[] {
  const turn = (threadId: string, turnId: string) => ofTurn(book, threadId, turnId);
  const candidates = kind === "thread" ? [...book.threads.values()] : [...book.requests.values()];
  return candidates
    .filter(({ agent }) => agents === undefined || agents.includes(agent))
    .map((record) => ({ record, since: dueSince(kind, record, turn) }))
    .filter(({ since }) => since <= now)
    .sort((a, b) => a.since - b.since)
    .slice(0, Math.max(0, limit))
    .map(({ record }) => record);
}
