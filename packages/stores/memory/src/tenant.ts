import {
  isUnfinished,
  type AuditEvent,
  type DocumentRecord,
  type GrantRecord,
  type RequestRecord,
  type RequestState,
  type ThreadRead,
  type ThreadRecord,
} from "@countersign/core/store";

/** Everything of one tenant. Maps keep the order of insertion: that is the order of asking, and of commits. */
export interface Tenant {
  readonly requests: Map<string, RequestRecord>;
  /** The ids of each thread's requests, in the order of asking; and of those in each of its turns. */
  readonly asked: Map<string, string[]>;
  readonly turns: Map<string, string[]>;
  /** The ids of each thread's requests that haven't finished, and of those that were rejected, in the order of asking. */
  readonly unfinished: Map<string, Set<string>>;
  readonly rejected: Map<string, Set<string>>;
  readonly threads: Map<string, ThreadRecord>;
  readonly grants: Map<string, GrantRecord>;
  /** By position. */
  readonly events: Map<number, AuditEvent>;
  /** The last that was given out: never again, whatever is dropped. */
  position: number;
  /** Of each chain that has events, their positions by their numbers. */
  readonly chains: Map<string, Map<number, number>>;
  /** By collection and id. */
  readonly documents: Map<string, DocumentRecord>;
  /** How far the look for those that have expired has come. Undefined: it begins again. */
  round: MapIterator<[string, DocumentRecord]> | undefined;
}

export function emptyTenant(): Tenant {
  return {
    requests: new Map(),
    asked: new Map(),
    turns: new Map(),
    unfinished: new Map(),
    rejected: new Map(),
    threads: new Map(),
    grants: new Map(),
    events: new Map(),
    position: 0,
    chains: new Map(),
    documents: new Map(),
    round: undefined,
  };
}

/** @param after only those behind this one. Looked for from the end: it is one of the last. */
export function requestsOfThread({ requests, asked }: Tenant, threadId: string, after?: string): readonly RequestRecord[] {
  const ids = asked.get(threadId) ?? [];
  const from = after === undefined ? 0 : ids.lastIndexOf(after) + 1;
  return named(requests, ids.slice(from));
}

export function requestsOfTurn({ requests, turns }: Tenant, threadId: string, turnId: string): readonly RequestRecord[] {
  return named(requests, turns.get(turnKey(threadId, turnId)));
}

export function readThread({ requests, threads, unfinished }: Tenant, id: string, now: number): ThreadRead {
  return { thread: threads.get(id), unfinished: named(requests, unfinished.get(id)), now };
}

/** A request was asked. */
export function enlist({ asked, turns }: Tenant, { id, threadId, turnId }: RequestRecord): void {
  append(asked, threadId, id);
  append(turns, turnKey(threadId, turnId), id);
}

/** A request is as it is now. */
export function sort({ unfinished, rejected }: Tenant, record: RequestRecord): void {
  keep(unfinished, record, isUnfinished(record));
  keep(rejected, record, record.state === "rejected");
}

/** One that goes from approved to unknown keeps its place. */
function keep(ofThreads: Map<string, Set<string>>, { threadId, id }: RequestRecord, isOne: boolean): void {
  const ids = ofThreads.get(threadId) ?? new Set<string>();
  if (isOne) ofThreads.set(threadId, ids.add(id));
  else if (ids.delete(id) && ids.size === 0) ofThreads.delete(threadId);
}

/** Where to look for requests in these states, of one thread or of all. */
export function candidates(tenant: Tenant, threadId: string | undefined, states: readonly RequestState[]): Iterable<RequestRecord> {
  const { requests, unfinished, rejected } = tenant;
  if (threadId === undefined) return requests.values();
  if (states.every((state) => isUnfinished({ state }))) return named(requests, unfinished.get(threadId));
  return states.every((state) => state === "rejected") ? named(requests, rejected.get(threadId)) : requestsOfThread(tenant, threadId);
}

function named(requests: Tenant["requests"], ids: Iterable<string> = []): readonly RequestRecord[] {
  return [...ids].flatMap((id) => requests.get(id) ?? []);
}

function append(lists: Map<string, string[]>, key: string, id: string): void {
  const list = lists.get(key);
  if (list) list.push(id);
  else lists.set(key, [id]);
}

const turnKey = (threadId: string, turnId: string): string => JSON.stringify([threadId, turnId]);
