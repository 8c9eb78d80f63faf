import {
  isUnfinished,
  requestMatches,
  threadMatches,
  type GrantRecord,
  type RequestQuery,
  type RequestRecord,
  type ThreadQuery,
  type ThreadRead,
  type ThreadRecord,
} from "@countersign/core/store";
import type { TenantState } from "./state.ts";

/** @param after only those behind this one; all if there is no such request in the thread */
export function ofThread({ requests }: TenantState, threadId: string, after?: string): readonly RequestRecord[] {
  const all = [...requests.values()].filter((record) => record.threadId === threadId);
  return all.slice(all.findIndex(({ id }) => id === after) + 1);
}

/** A thread with what is under way in it, but for the clock. */
export function readOf(state: TenantState, id: string): Omit<ThreadRead, "now"> {
  return { thread: state.threads.get(id), unfinished: ofThread(state, id).filter(isUnfinished) };
}

export function ofTurn(state: TenantState, threadId: string, turnId: string): readonly RequestRecord[] {
  return ofThread(state, threadId).filter((record) => record.turnId === turnId);
}

/** All that match, in the order of the query. */
export function matching(records: Iterable<RequestRecord>, query: RequestQuery): readonly RequestRecord[] {
  const found = [...records].filter((record) => requestMatches(record, query));
  const deadline = ({ expiresAt = Number.MAX_VALUE }: RequestRecord): number => (query.order === "deadline" ? expiresAt : 0);
  const sorted = found.sort((a, b) => deadline(a) - deadline(b) || a.askedAt - b.askedAt || (a.id < b.id ? -1 : 1));
  return query.order === "newest" ? sorted.reverse() : sorted;
}

/** All that match, by their ids. */
export function matchingThreads({ threads }: TenantState, query: ThreadQuery): readonly ThreadRecord[] {
  return [...threads.values()].filter((record) => threadMatches(record, query)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What there is a record or an event of, by name. */
export function subjects({ requests, threads, grants, events }: TenantState): readonly string[] {
  const records = [
    ...requests.keys(),
    ...[...threads.keys()].map((id) => `thread/${id}`),
    ...[...grants.keys()].map((id) => `grant/${id}`),
  ];
  return [...new Set([...records, ...[...events.values()].map(({ subject }) => subject)])].sort();
}

/** Closed before then (Unix ms), the oldest first. */
export function closedThreads({ threads }: TenantState, before: number): readonly ThreadRecord[] {
  return [...threads.values()]
    .filter(({ state, closedAt = Infinity }) => state === "closed" && closedAt < before)
    .sort((a, b) => (a.closedAt ?? 0) - (b.closedAt ?? 0));
}

export function listGrants({ grants }: TenantState, tool: string | undefined): readonly GrantRecord[] {
  return [...grants.values()].filter(({ grant }) => tool === undefined || grant.tool === tool);
}

export function grantsFor(
  { grants }: TenantState,
  call: { readonly namespace: string | undefined; readonly tool: string; readonly agent: string },
): readonly GrantRecord[] {
  return [...grants.values()].filter(
    ({ grant }) => grant.namespace === call.namespace && grant.tool === call.tool && grant.agent === call.agent,
  );
}
