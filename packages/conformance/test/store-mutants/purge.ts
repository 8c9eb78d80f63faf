import type { AuditEvent, StorePort } from "@countersign/core/store";
import { having } from "../../src/store-suite/optional.ts";
import { changes, versionOf, weak, wrapped, type Mutant } from "./mutant.ts";

/** Every purged request that the suite makes. */
async function purgedIn(store: StorePort, tenant: string): Promise<readonly Awaited<ReturnType<StorePort["requestsOfThread"]>>[number][]> {
  return (await store.requestsOfThread(tenant, "pay-001")).filter(({ state }) => state === "purged");
}

/** `closedThreads` that asks otherwise, or answers otherwise. */
const closedAs = (
  name: string,
  fails: readonly string[],
  closed: (of: NonNullable<StorePort["closedThreads"]>, tenant: string, before: number, limit: number) => Promise<readonly string[]>,
): Mutant =>
  wrapped(name, fails, (store) => ({ closedThreads: (...query) => closed(having(store, "closedThreads").closedThreads, ...query) }));

export const purgeMutants: readonly Mutant[] = [
  changes("drops-nothing", ["store.purge.drop", "store.purge.atomic", "store.purge.reopened", "store.model.purge"], (change) =>
    change.op === "drop" ? [] : change,
  ),
  changes("drops-the-whole-chain", ["store.purge.drop", "store.model.purge"], (change) =>
    change.op === "drop" ? { ...change, through: Infinity } : change,
  ),
  changes("drops-what-begins-alike", ["store.purge.drop"], (change) =>
    change.op === "drop" ? [change, { ...change, subject: `${change.subject}0` }] : change,
  ),
  wrapped("drops-before-it-judges", ["store.purge.atomic", "store.model.purge"], (store) => ({
    commit: async (batch) => {
      const drops = batch.changes.filter(({ op }) => op === "drop");
      await store.commit({ tenant: batch.tenant, changes: drops, events: [] });
      return store.commit(batch);
    },
  })),
  weak("gives-positions-again", ["store.purge.positions", "store.purge.reopened", "store.model.purge"], { positionsAgain: true }),
  wrapped("counts-what-is-left", ["store.purge.positions", "store.model.purge"], (store) => ({
    listEvents: async (tenant, after, limit, subject) => {
      if (subject !== undefined) return store.listEvents(tenant, after, limit, subject);
      const all: readonly AuditEvent[] = (await store.listEvents(tenant, undefined, 1_000_000)).events;
      const start = Number(after ?? 0);
      const events = all.slice(start, start + limit);
      return { events, position: String(start + events.length) };
    },
  })),
  wrapped("lists-the-purged", ["store.purge.record"], (store) => ({
    listRequests: async (tenant, query) => {
      const page = await store.listRequests(tenant, query);
      return page.next === undefined ? { ...page, items: [...page.items, ...(await purgedIn(store, tenant))] } : page;
    },
  })),
  wrapped("counts-the-purged", ["store.purge.record"], (store) => ({
    countRequests: async (tenant, query, cap) =>
      Math.min(cap, (await store.countRequests(tenant, query, cap)) + (await purgedIn(store, tenant)).length),
  })),
  wrapped("hides-the-purged", ["store.purge.record", "store.purge.atomic"], (store) => ({
    getRequest: async (tenant, id) => {
      const record = await store.getRequest(tenant, id);
      return record?.state === "purged" ? undefined : record;
    },
  })),
  wrapped("frees-purged-ids", ["store.purge.record"], (store) => ({
    commit: async (batch) => {
      const freed = batch.changes.map(async (change) => {
        if (change.op !== "put" || change.kind !== "request" || change.expects > 0) return change;
        const there = await store.getRequest(batch.tenant, change.record.id);
        return there?.state === "purged" ? { ...change, expects: await versionOf(store, batch.tenant, change) } : change;
      });
      return store.commit({ ...batch, changes: await Promise.all(freed) });
    },
  })),
  closedAs("last-closed-first", ["store.purge.closed-threads"], async (of, tenant, before, limit) =>
    [...(await of(tenant, before, 1_000))].reverse().slice(0, limit),
  ),
  closedAs("closed-by-then", ["store.purge.closed-threads"], (of, tenant, before, limit) => of(tenant, before + 1, limit)),
  closedAs("all-that-closed", ["store.purge.closed-threads"], (of, tenant, before) => of(tenant, before, 1_000)),
  closedAs("closed-threads-of-all", ["store.purge.tenants"], async (of, _tenant, before, limit) =>
    [...(await of("default", before, limit)), ...(await of("other", before, limit))].slice(0, limit),
  ),
  wrapped("drops-for-all-tenants", ["store.purge.tenants"], (store) => ({
    commit: async (batch) => {
      const committed = await store.commit(batch);
      const drops = batch.changes.filter(({ op }) => op === "drop");
      if (committed.ok && drops.length > 0) await store.commit({ tenant: "other", changes: drops, events: [] });
      return committed;
    },
  })),
  wrapped("forgets-when-it-closed", ["store.read.thread-members"], (store) => ({
    getThread: async (tenant, id) => {
      const thread = await store.getThread(tenant, id);
      return thread && { ...thread, closedAt: undefined };
    },
  })),
];
