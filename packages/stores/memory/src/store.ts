import { CountersignError, demandFunctions, demandOptions, type Batch, type StorePort } from "@countersign/core/store";
import { commit } from "./commit.ts";
import { closedThreads } from "./closed.ts";
import { copy } from "./copy.ts";
import { documentsIn } from "./documents.ts";
import { claimDue } from "./due.ts";
import { countRequests, listEvents, listRequests, listSubjects, listThreads } from "./pages.ts";
import { emptyTenant, readThread, requestsOfThread, requestsOfTurn, type Tenant } from "./tenant.ts";

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** The store's clock, Unix ms. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/**
 * The reference store: everything in this process, nothing on disk. For tests and for trying things out; it shows what
 * every other store must do. Records are copied in and out, so nothing is shared with the caller.
 *
 * After `close()` all data is gone, and every call throws STORE_UNAVAILABLE (`closed`).
 * @throws SETUP for an option that there isn't
 */
export function memoryStore(options: MemoryStoreOptions = {}): StorePort {
  demandOptions(options, ["now"], "memoryStore({ now: () => time })");
  demandFunctions(options, ["now"], "memoryStore({ now: () => time })");
  const { now = Date.now } = options;
  const tenants = new Map<string, Tenant>();
  const listeners = new Set<() => void>();
  let closed = false;

  function open(): void {
    if (closed) throw new CountersignError("STORE_UNAVAILABLE", { retryable: false, closed: true });
  }

  function of(name: string): Tenant {
    open();
    const tenant = tenants.get(name) ?? emptyTenant();
    tenants.set(name, tenant);
    return tenant;
  }

  function notify(): void {
    for (const listener of listeners) queueMicrotask(() => listeners.has(listener) && listener());
  }

  async function close(): Promise<void> {
    closed = true;
    tenants.clear();
    listeners.clear();
  }

  return {
    capabilities: { durable: false, shared: false, push: true },
    commit: async (batch: Batch) => {
      const committed = commit(of(batch.tenant), batch, now());
      if (committed.ok) notify();
      return committed;
    },
    now: async () => {
      open();
      return now();
    },
    getRequest: async (tenant, id) => copy(of(tenant).requests.get(id)),
    getThread: async (tenant, id) => copy(of(tenant).threads.get(id)),
    readThread: async (tenant, id) => copy(readThread(of(tenant), id, now())),
    requestsOfThread: async (tenant, threadId, after) => copy(requestsOfThread(of(tenant), threadId, after)),
    requestsOfTurn: async (tenant, threadId, turnId) => copy(requestsOfTurn(of(tenant), threadId, turnId)),
    listRequests: async (tenant, query) => listRequests(of(tenant), query),
    countRequests: async (tenant, query, cap) => countRequests(of(tenant), query, cap),
    listThreads: async (tenant, query) => listThreads(of(tenant), query),
    grantsFor: async (tenant, { namespace, tool, agent }) =>
      copy(
        [...of(tenant).grants.values()].filter(
          ({ grant }) => grant.namespace === namespace && grant.tool === tool && grant.agent === agent,
        ),
      ),
    listGrants: async (tenant, tool) =>
      structuredClone([...of(tenant).grants.values()].filter(({ grant }) => tool === undefined || grant.tool === tool)),
    listEvents: async (tenant, after, limit, subject) => listEvents(of(tenant), after, limit, subject),
    endOfEvents: async (tenant) => String(of(tenant).position),
    listSubjects: async (tenant, after, limit) => listSubjects(of(tenant), after, limit),
    closedThreads: async (tenant, before, limit) => closedThreads(of(tenant), before, limit),
    claimDue: async (kind, options) => {
      const due = copy(claimDue(of(options.tenant), kind, options, now()));
      if (kind === "thread" && due.length > 0) notify();
      return due;
    },
    documents: documentsIn({ of, now, written: notify }),
    watch: (listener) => {
      open();
      // A wrapper of its own, so that the same function watching twice is heard and taken off twice.
      const watching = (): void => listener();
      listeners.add(watching);
      return () => void listeners.delete(watching);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
