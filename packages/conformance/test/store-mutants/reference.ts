import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { deserialize, serialize } from "node:v8";
import {
  CountersignError,
  comparing,
  cursorOf,
  pageLimit,
  pageStart,
  readEach,
  threadCursorOf,
  threadPageStart,
  unreadableRecord,
  type Batch,
  type Committed,
  type RequestQuery,
  type RequestRecord,
  type StorePort,
  type ThreadRecord,
} from "@countersign/core/store";
import { reasonsAgainst, write } from "../../src/store-suite/model/commit.ts";
import { change } from "../../src/store-suite/model/documents.ts";
import { dueNow, leased } from "../../src/store-suite/model/due.ts";
import {
  closedThreads,
  grantsFor,
  listGrants,
  matching,
  matchingThreads,
  ofThread,
  ofTurn,
  readOf,
  subjects,
} from "../../src/store-suite/model/reads.ts";
import { idsOf } from "../../src/store-suite/records.ts";
import { emptyState, type TenantState } from "../../src/store-suite/model/state.ts";
import { referenceDocuments, type DocumentEntry, type WeakDocuments } from "./reference-documents.ts";

type Entry =
  | { readonly op: "commit"; readonly batch: Batch }
  | { readonly op: "claim"; readonly tenant: string; readonly ids: readonly string[]; readonly holder: string; readonly until: number }
  | DocumentEntry
  | { readonly op: "damage"; readonly id: string };

/** Where mutants get at what can't be wrapped. */
export interface Weak {
  /** Really written only after so many changes, or when it is closed. */
  readonly flushEvery?: number;
  readonly due?: typeof dueNow;
  /** Looks for what is due, and leases it a moment later. */
  readonly gap?: boolean;
  /** Goes on from the last event that is there, wherever positions had come. */
  readonly positionsAgain?: boolean;
  readonly documents?: WeakDocuments;
}

/** From now on this record's bytes are not what was written. */
export function damageAt(path: string, id: string): void {
  const database = new DatabaseSync(path);
  database.prepare("INSERT INTO log (n, entry) SELECT max(n) + 1, ? FROM log").run(serialize({ op: "damage", id } satisfies Entry));
  database.close();
}

/** An honest store for mutants to spoil: the suite's own model, and a log of what happened to it, in order, in one file. */
export function referenceStore(
  path: string,
  { flushEvery = 1, due = dueNow, gap = false, positionsAgain = false, documents = {} }: Weak = {},
): StorePort {
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA busy_timeout = 20000; PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS log (n INTEGER PRIMARY KEY, entry BLOB NOT NULL)",
  );
  const append = database.prepare("INSERT INTO log (n, entry) VALUES (?, ?)");
  const since = database.prepare("SELECT n, entry FROM log WHERE n > ? ORDER BY n");
  const version = database.prepare("PRAGMA data_version");
  const tenants = new Map<string, TenantState>();
  const damaged = new Set<string>();
  const listeners = new Set<() => void>();
  let seen = 0;
  let listed: { readonly of: string; readonly records: readonly RequestRecord[] } | undefined;
  let unflushed = 0;
  let heard = version.get()?.["data_version"];
  const poll = setInterval(() => {
    const now = database.isOpen ? version.get()?.["data_version"] : heard;
    if (now !== heard) notify();
    heard = now;
  }, 20).unref();

  function notify(): void {
    for (const listener of listeners) queueMicrotask(() => listeners.has(listener) && listener());
  }

  function demandOpen(): void {
    if (!database.isOpen) throw new CountersignError("STORE_UNAVAILABLE", { retryable: false, closed: true });
  }

  function of(tenant: string): TenantState {
    const state = tenants.get(tenant) ?? emptyState();
    tenants.set(tenant, state);
    return state;
  }

  function apply(entry: Entry): void {
    if (entry.op === "commit") {
      const state = of(entry.batch.tenant);
      write(state, entry.batch);
      if (positionsAgain) state.position = Math.max(0, ...state.events.keys());
      return;
    }
    if (entry.op === "document") {
      const state = of(entry.tenant);
      for (const one of entry.changes) change(state, one);
      return write(state, { tenant: entry.tenant, changes: [], events: entry.events });
    }
    if (entry.op === "damage") return void damaged.add(entry.id);
    const { threads } = of(entry.tenant);
    for (const id of entry.ids) {
      const thread = threads.get(id);
      if (thread) threads.set(id, leased(thread, entry.holder, entry.until));
    }
  }

  function catchUp(): void {
    for (const row of since.iterate(seen)) {
      apply(deserialize(row["entry"] as Uint8Array) as Entry);
      seen = Number(row["n"]);
    }
  }

  /** Alone from reading to writing. */
  function exclusively<T>(work: (record: (entry: Entry) => void) => T): T {
    demandOpen();
    if (!database.isTransaction) database.exec("BEGIN IMMEDIATE");
    catchUp();
    try {
      return work((entry) => {
        const bytes = serialize(entry);
        append.run(seen + 1, bytes);
        apply(deserialize(bytes) as Entry);
        seen++;
        unflushed++;
        notify();
      });
    } finally {
      if (unflushed >= flushEvery || (unflushed === 0 && flushEvery === 1)) {
        database.exec("COMMIT");
        unflushed = 0;
      }
    }
  }

  async function read<T>(tenant: string, work: (state: TenantState) => T): Promise<T> {
    demandOpen();
    catchUp();
    return structuredClone(work(of(tenant)));
  }

  /** Looks through all requests once for the pages of one list, as long as nothing is written. */
  function matchingNow(tenant: string, { after: _, limit: __, ...query }: RequestQuery): readonly RequestRecord[] {
    const wanted = JSON.stringify([seen, tenant, query]);
    if (listed?.of !== wanted) listed = { of: wanted, records: matching(of(tenant).requests.values(), query) };
    return listed.records;
  }

  function whole(record: RequestRecord): RequestRecord {
    if (damaged.has(record.id)) throw unreadableRecord(record.id, "it was damaged");
    return record;
  }

  function wholeThread(record: ThreadRecord): ThreadRecord {
    const id = `thread/${record.id}`;
    if (damaged.has(id)) throw unreadableRecord(id, "it was damaged");
    return record;
  }

  async function close(): Promise<void> {
    clearInterval(poll);
    listeners.clear();
    if (!database.isOpen) return;
    if (database.isTransaction) database.exec("COMMIT");
    database.close();
  }

  return {
    capabilities: { durable: true, shared: true, push: true },
    now: async () => {
      demandOpen();
      return Date.now();
    },
    commit: async (batch) =>
      exclusively((record): Committed => {
        const [reason] = reasonsAgainst(of(batch.tenant), batch, Date.now());
        if (reason) return { ok: false, reason };
        record({ op: "commit", batch });
        return { ok: true };
      }),
    claimDue: async (kind, { tenant, agents, holder, leaseMs, limit }) => {
      const look = () => due(of(tenant), kind, agents, Date.now()).slice(0, limit);
      const early = gap ? exclusively(look) : undefined;
      if (early) await sleep(2);
      return exclusively((record) => {
        const found = early ?? look();
        if (kind !== "thread") return found.map(({ id }) => ({ id, fence: 0 }));
        if (found.length > 0) record({ op: "claim", tenant, ids: found.map(({ id }) => id), holder, until: Date.now() + leaseMs });
        return found.map(({ id }) => ({ id, fence: of(tenant).threads.get(id)?.fence ?? 0 }));
      });
    },
    getRequest: (tenant, id) =>
      read(tenant, ({ requests }) => {
        const record = requests.get(id);
        return record && whole(record);
      }),
    getThread: (tenant, id) =>
      read(tenant, ({ threads }) => {
        const record = threads.get(id);
        return record && wholeThread(record);
      }),
    readThread: (tenant, id) =>
      read(tenant, (state) => {
        const { thread, unfinished } = readOf(state, id);
        return { thread: thread && wholeThread(thread), unfinished: unfinished.map(whole), now: Date.now() };
      }),
    requestsOfThread: (tenant, threadId, after) => read(tenant, (state) => ofThread(state, threadId, after).map(whole)),
    requestsOfTurn: (tenant, threadId, turnId) => read(tenant, (state) => ofTurn(state, threadId, turnId).map(whole)),
    closedThreads: (tenant, before, limit) => read(tenant, (state) => idsOf(closedThreads(state, before)).slice(0, limit)),
    grantsFor: (tenant, call) => read(tenant, (state) => grantsFor(state, call)),
    listGrants: (tenant, tool) => read(tenant, (state) => listGrants(state, tool)),
    countRequests: (tenant, query, cap) => read(tenant, () => Math.min(cap, matchingNow(tenant, query).length)),
    listRequests: (tenant, query) =>
      read(tenant, () => {
        const [limit, start] = [pageLimit(query), pageStart(query)];
        const compare = comparing(query.order);
        const rest = matchingNow(tenant, query).filter((record) => !start || compare(record, start) > 0);
        const page = rest.slice(0, limit);
        const last = page.at(-1);
        return { ...readEach(page, whole), next: last && rest.length > limit ? cursorOf(last, query.order) : undefined };
      }),
    listThreads: (tenant, query) =>
      read(tenant, (state) => {
        const [limit, start] = [pageLimit(query), threadPageStart(query)];
        const rest = matchingThreads(state, query).filter(({ id }) => start === undefined || id > start);
        const page = rest.slice(0, limit);
        const last = page.at(-1);
        return { ...readEach(page, wholeThread), next: last && rest.length > limit ? threadCursorOf(last.id) : undefined };
      }),
    listSubjects: (tenant, after, limit) =>
      read(tenant, (state) =>
        subjects(state)
          .filter((subject) => after === undefined || subject > after)
          .slice(0, limit),
      ),
    listEvents: (tenant, after, limit, subject) =>
      read(tenant, ({ events }) => {
        if (after !== undefined && !/^\d+$/.test(after)) throw new CountersignError("INVALID_ARGS", { issues: [] });
        const start = Number(after ?? 0);
        const found = [...events].filter(([position, event]) => position > start && (subject ?? event.subject) === event.subject);
        const page = found.slice(0, limit);
        return { events: page.map(([, event]) => event), position: String(page.at(-1)?.[0] ?? start) };
      }),
    documents: referenceDocuments({ of, read, exclusively, damaged }, documents),
    endOfEvents: (tenant) => read(tenant, ({ position }) => String(position)),
    watch: (listener) => {
      demandOpen();
      const watching = (): void => listener();
      listeners.add(watching);
      return () => void listeners.delete(watching);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
