import { DatabaseSync } from "node:sqlite";
import {
  CountersignError,
  isUnfinished,
  refusalOf,
  requestMatches,
  type Batch,
  type Committed,
  type DueItem,
  type DueKind,
  type DueOptions,
  type StorePort,
  type ThreadRead,
} from "@countersign/core/store";
import { emptyBook, ofThread, ofTurn, reading, write, type Book } from "./book.ts";
import { dueIn } from "./due.ts";
import { eventsOf, pageOf, threadsOf } from "./pages.ts";

type Entry = Pick<Batch, "tenant" | "changes" | "events">;
const POLL_MS = 50;

/**
 * The suite's own store, so that an adapter's author needs none: an append-only journal in one file, which every process
 * replays into memory. Shared, durable, and slow where the real ones are fast. SQLite gives it the lock that a killed
 * process lets go of.
 */
export function journalStore(path: string): StorePort {
  const file = new DatabaseSync(path);
  file.exec("PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  file.exec("CREATE TABLE IF NOT EXISTS journal (position INTEGER PRIMARY KEY, entry TEXT NOT NULL)");
  const read = file.prepare("SELECT position, entry FROM journal WHERE position > ? ORDER BY position");
  const append = file.prepare("INSERT INTO journal (entry) VALUES (?)");
  const books = new Map<string, Book>();
  const listeners = new Set<() => void>();
  let replayed = 0;
  let polling: NodeJS.Timeout | undefined;
  let closed = false;

  function replay(): void {
    if (closed) throw new CountersignError("STORE_UNAVAILABLE", { retryable: false, closed: true });
    const rows = read.all(replayed);
    for (const row of rows) {
      const entry = revived(String(row["entry"]));
      write(bookOf(entry.tenant), entry);
      replayed = Number(row["position"]);
    }
    if (rows.length > 0) for (const listener of listeners) setImmediate(() => listeners.has(listener) && listener());
  }

  function bookOf(tenant: string): Book {
    const book = books.get(tenant) ?? emptyBook();
    books.set(tenant, book);
    return book;
  }

  function fresh(tenant: string): Book {
    replay();
    return bookOf(tenant);
  }

  /** One writer at a time: what is judged is what is written to. */
  function locked<T>(work: () => T): T {
    file.exec("BEGIN IMMEDIATE");
    try {
      replay();
      const result = work();
      file.exec("COMMIT");
      replay();
      return result;
    } catch (error) {
      file.exec("ROLLBACK");
      throw error;
    }
  }

  function claim(kind: DueKind, options: DueOptions): readonly DueItem[] {
    const { tenant, holder, leaseMs } = options;
    const now = Date.now();
    const due = dueIn(bookOf(tenant), kind, options, now);
    if (kind !== "thread") return due.map(({ id }) => ({ id, fence: 0 }));
    const changes = due.flatMap((thread) => {
      if (!("fence" in thread)) return [];
      const record = { ...thread, fence: thread.fence + 1, holder, leaseUntil: now + leaseMs };
      return [{ op: "put", kind: "thread", record, expects: thread.version } as const];
    });
    if (changes.length > 0) append.run(written({ tenant, changes, events: [] }));
    return changes.map(({ record }) => ({ id: record.id, fence: record.fence }));
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    clearInterval(polling);
    file.close();
  }

  return {
    capabilities: { durable: true, shared: true, push: true },
    commit: async (batch: Batch): Promise<Committed> =>
      locked(() => {
        const refused = refusalOf(reading(bookOf(batch.tenant), Date.now()), batch);
        if (!refused) append.run(written(batch));
        return refused ?? { ok: true };
      }),
    now: async () => Date.now(),
    getRequest: async (tenant, id) => fresh(tenant).requests.get(id),
    getThread: async (tenant, id) => fresh(tenant).threads.get(id),
    readThread: async (tenant, id) => readOf(fresh(tenant), id),
    requestsOfThread: async (tenant, threadId, after) => ofThread(fresh(tenant), threadId, after),
    requestsOfTurn: async (tenant, threadId, turnId) => ofTurn(fresh(tenant), threadId, turnId),
    listRequests: async (tenant, query) => pageOf(fresh(tenant), query),
    countRequests: async (tenant, query, cap) =>
      Math.min(cap, [...fresh(tenant).requests.values()].filter((record) => requestMatches(record, query)).length),
    listThreads: async (tenant, query) => threadsOf(fresh(tenant), query),
    grantsFor: async (tenant, { namespace, tool, agent }) =>
      [...fresh(tenant).grants.values()].filter(
        ({ grant }) => grant.namespace === namespace && grant.tool === tool && grant.agent === agent,
      ),
    listGrants: async (tenant, tool) => [...fresh(tenant).grants.values()].filter(({ grant }) => tool === undefined || grant.tool === tool),
    listEvents: async (tenant, after, limit, subject) => eventsOf(fresh(tenant), after, limit, subject),
    claimDue: async (kind, options) => locked(() => claim(kind, options)),
    watch(listener) {
      listeners.add(listener);
      polling ??= setInterval(replay, POLL_MS).unref();
      return () => void listeners.delete(listener);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function readOf({ threads, requests }: Book, id: string): ThreadRead {
  const unfinished = [...requests.values()].filter((record) => record.threadId === id && isUnfinished(record));
  return { thread: threads.get(id), unfinished, now: Date.now() };
}

/** Bytes have no JSON: they travel as base64 under a key that no record has. */
const BYTES = "~bytes";

function written({ tenant, changes, events }: Entry): string {
  return JSON.stringify({ tenant, changes, events }, (_key, value: unknown) =>
    value instanceof Uint8Array ? { [BYTES]: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") } : value,
  );
}

function revived(entry: string): Entry {
  return JSON.parse(entry, (_key, value: unknown) => {
    const bytes =
      typeof value === "object" && value !== null && Object.hasOwn(value, BYTES) ? (value as Record<string, unknown>)[BYTES] : undefined;
    return typeof bytes === "string" ? new Uint8Array(Buffer.from(bytes, "base64")) : value;
  }) as Entry;
}
