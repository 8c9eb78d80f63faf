import {
  comparing,
  cursorOf,
  pageLimit,
  pageStart,
  requestMatches,
  threadCursorOf,
  threadMatches,
  threadPageStart,
  type AuditEvent,
  type Page,
  type RequestQuery,
  type RequestRecord,
  type ThreadHead,
  type ThreadQuery,
} from "@countersign/core/store";
import type { Book } from "./book.ts";

/** @throws INVALID_ARGS for a bad limit or cursor */
export function pageOf({ requests }: Book, query: RequestQuery): Page<RequestRecord> {
  const limit = pageLimit(query);
  const start = pageStart(query);
  const compare = comparing(query.order);
  const found = [...requests.values()]
    .filter((record) => requestMatches(record, query) && (!start || compare(record, start) > 0))
    .sort(compare);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last && found.length > limit ? cursorOf(last, query.order) : undefined };
}

/** @throws INVALID_ARGS for a bad limit or cursor */
export function threadsOf({ threads }: Book, query: ThreadQuery): Page<ThreadHead> {
  const limit = pageLimit(query);
  const start = threadPageStart(query);
  const found = [...threads.values()]
    .filter((record) => threadMatches(record, query) && (start === undefined || record.id > start))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: last && found.length > limit ? threadCursorOf(last.id) : undefined };
}

/** A position is the number of events up to it. */
export function eventsOf(
  { events }: Book,
  after: string | undefined,
  limit: number,
  subject: string | undefined,
): { readonly events: readonly AuditEvent[]; readonly position: string } {
  const start = Number(after ?? 0);
  const found = events
    .map((event, index) => ({ event, position: index + 1 }))
    .filter(({ event, position }) => position > start && (subject === undefined || event.subject === subject))
    .slice(0, Math.max(0, limit));
  return { events: found.map(({ event }) => event), position: String(found.at(-1)?.position ?? start) };
}
