import {
  CountersignError,
  cursorOf,
  pageLimit,
  pageStart,
  readEach,
  requestMatches,
  threadCursorOf,
  threadMatches,
  threadPageStart,
  type AuditEvent,
  type Page,
  type RequestQuery,
  type RequestRecord,
  type StorePort,
  type ThreadHead,
  type ThreadQuery,
  type Unreadable,
} from "@countersign/core/store";
import { commit, type Numbered } from "./commit.ts";
import { claimDue } from "./due.ts";
import { deadlineKey, idIn, key, keys } from "./keys.ts";
import { Kv, type Transaction } from "./kv.ts";
import { readThread } from "./read-thread.ts";
import { readable, recordAt } from "./records.ts";
import { unpacked } from "./thread.ts";

/** A complete store: records in a transactional key-value database. For one process at a time. */
export function kvStore(path: string): StorePort {
  const kv = new Kv(path);
  const listeners = new Set<() => void>();
  let isOpen = true;

  /** Everything is one transaction, and nothing is after the end. */
  async function answer<T>(work: (tx: Transaction) => T): Promise<T> {
    if (!isOpen) throw new CountersignError("STORE_UNAVAILABLE", { retryable: false, closed: true });
    try {
      return kv.transaction(work);
    } catch (cause) {
      // What the file system says becomes the one code that callers know.
      if (!(cause instanceof Error && "syscall" in cause)) throw cause;
      throw new CountersignError("STORE_UNAVAILABLE", { retryable: false }, { cause });
    }
  }

  function notify(): void {
    for (const listener of listeners) queueMicrotask(() => listeners.has(listener) && listener());
  }

  async function close(): Promise<void> {
    if (isOpen) kv.close();
    isOpen = false;
    listeners.clear();
  }

  return {
    capabilities: { durable: true, shared: false, push: true },
    now: () => answer(() => Date.now()),
    commit: async (batch) => {
      const committed = await answer((tx) => commit(tx, batch, Date.now()));
      if (committed.ok) notify();
      return committed;
    },
    closedThreads: (tenant, before, limit) => answer((tx) => closedThreads(tx, tenant, before, limit)),
    claimDue: async (kind, options) => {
      const due = await answer((tx) => claimDue(tx, kind, options, Date.now()));
      if (kind === "thread" && due.length > 0) notify();
      return due;
    },
    getRequest: (tenant, id) => answer((tx) => recordAt(tx, "request", keys.request(tenant, id))),
    getThread: (tenant, id) =>
      answer((tx) => {
        const thread = recordAt(tx, "thread", keys.thread(tenant, id));
        return thread && unpacked(thread);
      }),
    readThread: (tenant, id) => answer((tx) => readThread(tx, tenant, id, Date.now())),
    requestsOfThread: (tenant, threadId, after) =>
      answer((tx) => requestsAt(tx, keys.byThread(tenant, threadId), after && keys.request(tenant, after))),
    requestsOfTurn: (tenant, threadId, turnId) => answer((tx) => requestsAt(tx, keys.byTurn(tenant, threadId, turnId))),
    listRequests: (tenant, query) => answer((tx) => listRequests(tx, tenant, query)),
    countRequests: (tenant, query, cap) =>
      answer((tx) => Math.min(cap, readable(tx, tenant, "request").filter((record) => requestMatches(record, query)).length)),
    listThreads: (tenant, query) => answer((tx) => listThreads(tx, tenant, query)),
    grantsFor: (tenant, call) =>
      answer((tx) =>
        [...tx.keys(key(tenant, "grant"))]
          .flatMap((place) => recordAt(tx, "grant", place) ?? [])
          .filter(({ grant }) => grant.namespace === call.namespace && grant.tool === call.tool && grant.agent === call.agent),
      ),
    listSubjects: (tenant, after, limit) => answer((tx) => listSubjects(tx, tenant, after, limit)),
    listEvents: (tenant, after, limit, subject) => answer((tx) => listEvents(tx, tenant, after, limit, subject)),
    watch: (listener) => {
      if (!isOpen) throw new CountersignError("STORE_UNAVAILABLE", { retryable: false, closed: true });
      const watching = (): void => listener();
      listeners.add(watching);
      return () => void listeners.delete(watching);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Looks at every thread, as {@link claimDue} does. */
function closedThreads(tx: Transaction, tenant: string, before: number, limit: number): readonly string[] {
  return readable(tx, tenant, "thread")
    .flatMap(({ id, state, closedAt = Infinity }) => (state === "closed" && closedAt < before ? [{ id, closedAt }] : []))
    .sort((a, b) => a.closedAt - b.closedAt)
    .slice(0, limit)
    .map(({ id }) => id);
}

/** An index holds keys of requests. All of them, or none: whoever asks for a thread must know of every one. */
function requestsAt(tx: Transaction, index: string, after?: string): readonly RequestRecord[] {
  const places = [...tx.scan(index)].map(String);
  return places.slice(places.indexOf(after ?? "") + 1).flatMap((place) => recordAt(tx, "request", place) ?? []);
}

/** A page begins beyond where the last one ended, whatever has been written since. What can't be read may match. */
function listRequests(tx: Transaction, tenant: string, query: RequestQuery): Page<RequestRecord> {
  const limit = pageLimit(query);
  const start = pageStart(query);
  const isByDeadline = query.order === "deadline";
  const index = isByDeadline ? keys.byDeadline(tenant) : keys.byTime(tenant);
  const from = start && index + (isByDeadline ? deadlineKey(start) : key(start.askedAt, start.id));
  const items: RequestRecord[] = [];
  const unreadable: Unreadable[] = [];
  for (const place of tx.scan(index, { from, backwards: query.order === "newest" })) {
    const read = readEach([String(place)], (at) => recordAt(tx, "request", at));
    const [record] = read.items;
    if (record ? !requestMatches(record, query) : !read.unreadable) continue;
    const last = items.at(-1);
    if (items.length === limit && last) return { items, unreadable, next: cursorOf(last, query.order) };
    if (record) items.push(record);
    unreadable.push(...(read.unreadable ?? []));
  }
  return { items, unreadable, next: undefined };
}

/** Along their keys, which have their ids in them. @throws INVALID_ARGS for a bad limit or cursor */
function listThreads(tx: Transaction, tenant: string, query: ThreadQuery): Page<ThreadHead> {
  const limit = pageLimit(query);
  const start = threadPageStart(query);
  const found: string[] = [];
  const page: ThreadHead[] = [];
  const unreadable: Unreadable[] = [];
  for (const place of tx.keys(key(tenant, "thread"), { from: start === undefined ? undefined : keys.thread(tenant, start) })) {
    const read = readEach([place], (at) => recordAt(tx, "thread", at));
    const [thread] = read.items;
    if (thread ? !threadMatches(thread, query) : !read.unreadable) continue;
    const last = found.at(-1);
    if (found.length === limit && last) return { items: page, unreadable, next: threadCursorOf(last) };
    // Of the key: the thread may be unreadable.
    found.push(idIn(place));
    if (thread) page.push(unpacked(thread));
    unreadable.push(...(read.unreadable ?? []));
  }
  return { items: page, unreadable, next: undefined };
}

/** Records by their keys, so that unreadable ones are named as well, and chains by their events. */
function listSubjects(tx: Transaction, tenant: string, after: string | undefined, limit: number): readonly string[] {
  const ids = (kind: string): readonly string[] => [...tx.keys(key(tenant, kind))].map(idIn);
  const chains = [...tx.scan(keys.event(tenant))].map((found) => (found as Numbered).event.subject);
  const records = [...ids("request"), ...ids("thread").map((id) => `thread/${id}`), ...ids("grant").map((id) => `grant/${id}`)];
  const beyond = [...new Set([...records, ...chains])].filter((subject) => after === undefined || subject > after);
  return beyond.toSorted().slice(0, limit);
}

/** @throws INVALID_ARGS for an `after` that isn't a position */
function listEvents(
  tx: Transaction,
  tenant: string,
  after: string | undefined,
  limit: number,
  subject: string | undefined,
): Awaited<ReturnType<StorePort["listEvents"]>> {
  if (after !== undefined && !/^\d{1,15}$/.test(after)) {
    throw new CountersignError("INVALID_ARGS", { issues: [{ message: "not a position", path: ["after"] }] });
  }
  let position = Number(after ?? 0);
  const events: AuditEvent[] = [];
  const index = subject === undefined ? keys.event(tenant) : keys.chain(tenant, subject);
  // A chain is sorted by its own numbers: what was read of it is passed over.
  const from = subject === undefined && after !== undefined ? index + key(position) : undefined;
  for (const found of tx.scan(index, { from })) {
    const numbered = found as Numbered;
    if (events.length >= limit) break;
    if (numbered.position <= Number(after ?? 0)) continue;
    events.push(numbered.event);
    position = numbered.position;
  }
  return { events, position: String(position) };
}
