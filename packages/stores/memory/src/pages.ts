import {
  comparing,
  CountersignError,
  cursorOf,
  pageLimit,
  pageStart,
  requestMatches,
  statesOf,
  threadCursorOf,
  threadMatches,
  threadPageStart,
  type AuditEvent,
  type Page,
  type RequestQuery,
  type RequestRecord,
  type ThreadHead,
  type ThreadQuery,
  type ThreadRecord,
} from "@countersign/core/store";
import { copy } from "./copy.ts";
import { candidates, type Tenant } from "./tenant.ts";

/** @throws INVALID_ARGS for a bad limit or cursor */
export function listRequests(tenant: Tenant, query: RequestQuery): Page<RequestRecord> {
  const limit = pageLimit(query);
  const start = pageStart(query);
  const compare = comparing(query.order);
  const found = matching(tenant, query)
    .filter((record) => !start || compare(record, start) > 0)
    .sort(compare);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return copy({ items, next: last && found.length > limit ? cursorOf(last, query.order) : undefined });
}

export function countRequests(tenant: Tenant, query: RequestQuery, cap: number): number {
  return Math.min(Math.max(0, cap), matching(tenant, query).length);
}

function matching(tenant: Tenant, query: RequestQuery): readonly RequestRecord[] {
  return [...candidates(tenant, query.threadId, statesOf(query))].filter((record) => requestMatches(record, query));
}

/** @throws INVALID_ARGS for a bad limit or cursor */
export function listThreads({ threads }: Tenant, query: ThreadQuery): Page<ThreadHead> {
  const limit = pageLimit(query);
  const start = threadPageStart(query);
  const found = [...threads.values()]
    .filter((record) => threadMatches(record, query) && (start === undefined || record.id > start))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return copy({ items: items.map(headOf), next: last && found.length > limit ? threadCursorOf(last.id) : undefined });
}

/** Without what can be large. */
function headOf({ context: _context, input: _input, continuation: _continuation, outcome: _outcome, ...head }: ThreadRecord): ThreadHead {
  return head;
}

/** @throws INVALID_ARGS for an `after` that is no position */
export function listEvents(
  tenant: Tenant,
  after: string | undefined,
  limit: number,
  subject: string | undefined,
): { readonly events: readonly AuditEvent[]; readonly position: string } {
  const start = positionOf(after);
  const all = subject === undefined ? [...tenant.events.keys()] : [...(tenant.chains.get(subject)?.values() ?? [])].sort((a, b) => a - b);
  const found = all.filter((position) => position > start).slice(0, Math.max(0, limit));
  return copy({ events: found.flatMap((position) => tenant.events.get(position) ?? []), position: String(found.at(-1) ?? start) });
}

/** Of records and of chains, in the order of their names. */
export function listSubjects({ requests, threads, grants, chains }: Tenant, after: string | undefined, limit: number): readonly string[] {
  const records = [
    ...requests.keys(),
    ...[...threads.keys()].map((id) => `thread/${id}`),
    ...[...grants.keys()].map((id) => `grant/${id}`),
  ];
  const beyond = [...new Set([...records, ...chains.keys()])].filter((subject) => after === undefined || subject > after);
  return beyond.sort().slice(0, Math.max(0, limit));
}

function positionOf(after: string | undefined): number {
  if (after === undefined) return 0;
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new CountersignError("INVALID_ARGS", {
    issues: [{ message: "not a position: give `position` of the last answer, unchanged", path: ["after"] }],
  });
}
