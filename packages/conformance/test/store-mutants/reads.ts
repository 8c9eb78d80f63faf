import { setTimeout as sleep } from "node:timers/promises";
import type { Principal } from "@countersign/core";
import {
  audienceOf,
  barredFrom,
  invitationsFor,
  type Change,
  type RequestQuery,
  type RequestRecord,
  type StorePort,
} from "@countersign/core/store";
import { batches, changes, wrapped, type Mutant } from "./mutant.ts";

const defined = (record: object): object => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

/** Every request, through this. */
const seenAs = (store: StorePort, look: (record: RequestRecord) => RequestRecord): Partial<StorePort> => ({
  getRequest: async (tenant, id) => {
    const record = await store.getRequest(tenant, id);
    return record && look(record);
  },
  listRequests: async (tenant, query) => {
    const page = await store.listRequests(tenant, query);
    return { ...page, items: page.items.map(look) };
  },
});

/** Lists and counts that leave a part of the query out. */
const without = (key: keyof RequestQuery, fails: readonly string[]): Mutant =>
  wrapped(`ignores-${key.toLowerCase()}`, fails, (store) => {
    const less = ({ [key]: _, ...query }: RequestQuery): RequestQuery => query;
    return {
      listRequests: (tenant, query) => store.listRequests(tenant, less(query)),
      countRequests: (tenant, query, cap) => store.countRequests(tenant, less(query), cap),
    };
  });

/** Lists and counts for somebody else than was asked about. */
const asking = (name: string, fails: readonly string[], change: (reviewer: Principal) => Principal): Mutant =>
  wrapped(name, fails, (store) => {
    const other = ({ reviewableBy, ...query }: RequestQuery): RequestQuery =>
      reviewableBy ? { ...query, reviewableBy: change(reviewableBy) } : query;
    return {
      listRequests: (tenant, query) => store.listRequests(tenant, other(query)),
      countRequests: (tenant, query, cap) => store.countRequests(tenant, other(query), cap),
    };
  });

export const readMutants: readonly Mutant[] = [
  wrapped("null-for-nothing", ["store.read.absent"], (store) => ({
    getRequest: async (tenant, id) => (await store.getRequest(tenant, id)) ?? (null as unknown as undefined),
  })),
  batches("merges-puts", ["store.read.request-members", "store.read.thread-members"], async (batch, store) => {
    const all = batch.changes.map(async (change) => {
      if (change.op !== "put" || change.kind === "grant") return change;
      const old =
        change.kind === "request"
          ? await store.getRequest(batch.tenant, change.record.id)
          : await store.getThread(batch.tenant, change.record.id);
      return { ...change, record: { ...old, ...defined(change.record) } } as typeof change;
    });
    return { ...batch, changes: await Promise.all(all) };
  }),
  wrapped("forgets-deadlines-in-lists", ["store.read.request-members"], (store) => ({
    requestsOfTurn: async (...of) => (await store.requestsOfTurn(...of)).map((record) => ({ ...record, executeWithin: undefined })),
  })),
  wrapped("bytes-as-json", ["store.read.thread-members", "store.values.continuation"], (store) => ({
    getThread: async (tenant, id) => {
      const thread = await store.getThread(tenant, id);
      const continuation = thread?.continuation && (JSON.parse(JSON.stringify(thread.continuation)) as Uint8Array);
      return thread && { ...thread, continuation };
    },
  })),
  wrapped("forgets-revocations", ["store.read.grant-members", "store.commit.counters"], (store) => ({
    grantsFor: async (...of) => (await store.grantsFor(...of)).map((record) => ({ ...record, revokedAt: undefined })),
  })),
  wrapped("falsy-is-absent", ["store.read.falsy-results"], (store) =>
    seenAs(store, (record) => ({ ...record, result: record.result || undefined })),
  ),
  wrapped("sorts-by-id", ["store.read.order"], (store) => ({
    requestsOfTurn: async (...of) => [...(await store.requestsOfTurn(...of))].sort((a, b) => (a.id < b.id ? -1 : 1)),
  })),
  wrapped("forgets-what-is-signed", ["store.read.unfinished"], (store) => ({
    readThread: async (...of) => {
      const { unfinished, ...read } = await store.readThread(...of);
      return { ...read, unfinished: unfinished.filter(({ state }) => state !== "approved") };
    },
  })),
  wrapped("goes-on-with-what-has-ended", ["store.read.unfinished"], (store) => ({
    readThread: async (tenant, id) => ({ ...(await store.readThread(tenant, id)), unfinished: await store.requestsOfThread(tenant, id) }),
  })),
  wrapped("reads-one-after-the-other", ["store.read.moment"], (store) => ({
    readThread: async (tenant, id) => {
      const thread = await store.getThread(tenant, id);
      await sleep(2);
      return { ...(await store.readThread(tenant, id)), thread };
    },
  })),
  wrapped("after-itself", ["store.read.after", "store.model.steps"], (store) => ({
    requestsOfThread: async (tenant, threadId, after) => {
      const [all, found] = [await store.requestsOfThread(tenant, threadId), await store.requestsOfThread(tenant, threadId, after)];
      return found.length < all.length ? all.slice(-found.length - 1) : found;
    },
  })),
  wrapped("after-by-time", ["store.read.after"], (store) => ({
    requestsOfThread: async (tenant, threadId, after) => {
      const last = after === undefined ? undefined : await store.getRequest(tenant, after);
      const all = await store.requestsOfThread(tenant, threadId);
      return last?.threadId === threadId ? all.filter(({ askedAt }) => askedAt > last.askedAt) : all;
    },
  })),
  wrapped("numbers-requests-before-the-commit", ["store.shared.after"], (store) => ({
    commit: async (batch) => {
      const number = performance.timeOrigin + performance.now();
      await sleep(Math.random() * 4);
      const numbered = (change: Change): Change =>
        change.op === "put" && change.kind === "request" ? { ...change, record: { ...change.record, executeWithin: number } } : change;
      return store.commit({ ...batch, changes: batch.changes.map(numbered) });
    },
    requestsOfThread: async (tenant, threadId, after) => {
      const numberOf = ({ executeWithin = 0 }: RequestRecord): number => executeWithin;
      const all = (await store.requestsOfThread(tenant, threadId)).toSorted((a, b) => numberOf(a) - numberOf(b));
      return all.slice(all.findIndex(({ id }) => id === after) + 1);
    },
  })),
  wrapped("turn-of-any-thread", ["store.read.turn"], (store) => ({
    requestsOfTurn: async (tenant, _, turnId) =>
      (await store.listRequests(tenant, { limit: 1_000 })).items.filter((record) => record.turnId === turnId),
  })),
  wrapped("grants-of-any-namespace", ["store.read.grants"], (store) => ({
    grantsFor: async (tenant, call) => [
      ...(await store.grantsFor(tenant, call)),
      ...(call.namespace ? [] : await store.grantsFor(tenant, { ...call, namespace: "billing" })),
    ],
  })),
  wrapped("lists-live-grants", ["store.read.list-grants"], (store) => ({
    listGrants: async (...of) => ((await store.listGrants?.(...of)) ?? []).filter(({ revokedAt }) => revokedAt === undefined),
  })),
  wrapped("lists-grants-of-all-tools", ["store.read.list-grants"], (store) => ({
    listGrants: async (tenant) => (await store.listGrants?.(tenant, undefined)) ?? [],
  })),
  without("status", ["store.list.filters", "store.list.follows"]),
  without("execution", ["store.list.filters"]),
  without("tool", ["store.list.filters"]),
  without("threadId", ["store.list.filters"]),
  without("agent", ["store.list.filters"]),
  without("requestedBy", ["store.list.filters"]),
  without("digest", ["store.list.filters", "store.list.reviewable", "store.list.follows", "store.model.steps"]),
  wrapped("asks-for-a-digest-alone", ["store.list.filters", "store.list.reviewable"], (store) => ({
    listRequests: (tenant, query) => {
      const alone = Object.entries(query).filter(([key]) => ["digest", "order", "limit", "after"].includes(key));
      return store.listRequests(tenant, query.digest === undefined ? query : Object.fromEntries(alone));
    },
  })),
  wrapped("orders-a-digest-by-id", ["store.list.paging"], (store) => ({
    listRequests: async (tenant, query) => {
      const page = await store.listRequests(tenant, query);
      return query.digest === undefined ? page : { ...page, items: page.items.toSorted((a, b) => (a.id < b.id ? -1 : 1)) };
    },
  })),
  wrapped("finds-by-the-first-digest", ["store.list.follows"], (store) => {
    const first = new Map<string, string>();
    return {
      commit: async (batch) => {
        for (const change of batch.changes)
          if (change.op === "put" && change.kind === "request" && change.expects === 0)
            first.set(change.record.id, change.record.proposal.digest);
        return store.commit(batch);
      },
      countRequests: async (tenant, { digest, ...query }, cap) => {
        const { items } = await store.listRequests(tenant, { ...query, limit: 1_000 });
        return Math.min(cap, items.filter(({ id }) => digest === undefined || first.get(id) === digest).length);
      },
    };
  }),
  without("reviewableBy", ["store.list.reviewable", "store.list.follows"]),
  without("order", ["store.list.order"]),
  asking("knows-one-id", ["store.list.aliases"], ({ aliases: _, ...reviewer }) => reviewer),
  asking("takes-services-for-people", ["store.list.services"], ({ kind: _, ...reviewer }) => reviewer),
  // Named by any id, and barred by the one that they come under.
  wrapped("bars-one-id", ["store.list.aliases"], (store) => ({
    countRequests: async (tenant, { reviewableBy, ...query }, cap) => {
      if (!reviewableBy) return store.countRequests(tenant, query, cap);
      const { items } = await store.listRequests(tenant, { ...query, limit: 1_000 });
      const invitations = invitationsFor(reviewableBy);
      const isFor = (record: RequestRecord): boolean =>
        !barredFrom(record).includes(reviewableBy.id) && audienceOf(record)?.some((who) => invitations.includes(who)) === true;
      return Math.min(cap, items.filter(isFor).length);
    },
  })),
  wrapped("four-eyes-closed", ["store.list.reviewable"], (store) => ({
    listRequests: (tenant, query) =>
      store.listRequests(tenant, query.reviewableBy ? { ...query, reviewableBy: { ...query.reviewableBy, id: "somebody" } } : query),
  })),
  wrapped("remembers-lists", ["store.list.follows", "store.shared.visible"], (store) => {
    const known = new Map<string, ReturnType<StorePort["listRequests"]>>();
    return {
      listRequests: (tenant, query) => {
        const key = JSON.stringify([tenant, query]);
        const page = known.get(key) ?? store.listRequests(tenant, query);
        known.set(key, page);
        return page;
      },
    };
  }),
  wrapped("cursor-skips", ["store.list.paging"], (store) => ({
    listRequests: async (tenant, query) => {
      const { limit = 50 } = query;
      if (limit >= 1_000) return store.listRequests(tenant, query);
      const { items, next } = await store.listRequests(tenant, { ...query, limit: limit + 1 });
      return { items: items.slice(0, limit), next };
    },
  })),
  wrapped("cursor-counts", ["store.list.paging-under-writes", "store.shared.paging"], (store) => ({
    listRequests: async (tenant, { after, limit = 50, ...query }) => {
      const all = [];
      for (let next: string | undefined = ""; next !== undefined;) {
        const page: Awaited<ReturnType<StorePort["listRequests"]>> = await store.listRequests(tenant, {
          ...query,
          limit: 1_000,
          ...(next === "" ? {} : { after: next }),
        });
        all.push(...page.items);
        next = page.next;
      }
      const start = Number(after ?? 0);
      return { items: all.slice(start, start + limit), next: all.length > start + limit ? String(start + limit) : undefined };
    },
  })),
  wrapped("counts-a-page", ["store.list.count"], (store) => ({
    countRequests: async (tenant, query, cap) => Math.min(cap, query.limit ?? 1_000, await store.countRequests(tenant, query, cap)),
  })),
  wrapped("counts-without-cap", ["store.list.count"], (store) => ({
    countRequests: (tenant, query) => store.countRequests(tenant, query, 1_000_000),
  })),
  wrapped("clamps-limits", ["store.list.limit"], (store) => ({
    listRequests: (tenant, query) =>
      store.listRequests(tenant, { ...query, limit: Math.trunc(Math.min(1_000, Math.max(1, query.limit || 50))) }),
  })),
  wrapped("forgives-cursors", ["store.list.cursor"], (store) => ({
    listRequests: async (tenant, query) => {
      const { after: _, ...first } = query;
      return store.listRequests(tenant, query).catch(() => store.listRequests(tenant, first));
    },
  })),
  changes("numbers-in-place", ["store.isolation.frozen"], (change) =>
    change.op === "put" ? ({ ...change, record: Object.assign(change.record, { version: change.expects + 1 }) } as typeof change) : change,
  ),
];
