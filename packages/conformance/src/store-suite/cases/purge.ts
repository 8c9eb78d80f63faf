import type { AuditEvent, Change, RequestQuery, StorePort, ThreadRecord } from "@countersign/core/store";
import { has, refused, same } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { everyEvent, everyPage } from "../pages.ts";
import { signed } from "../mixture.ts";
import { having, type StoreWith } from "../optional.ts";
import { addOpen, commit, drop, event, idsOf, placesOf, put, putThread, request, requireFence, T0, TENANT, thread } from "../records.ts";

async function placesIn(store: StorePort, subject?: string): Promise<readonly string[]> {
  return placesOf((await everyEvent(store, subject === undefined ? {} : { subject })).events);
}

/** Chains whose names begin alike, written in turns. */
const CHAINS = [event("r1", 1), event("r10", 1), event("thread/r1", 1), event("r1", 2), event("r1", 3), event("r10", 2)];

const DONE = { state: "done" } as const;
const PURGED = request("r1", {
  ...DONE,
  state: "purged",
  was: "done",
  args: {},
  requestedBy: { id: "alice" },
  decisions: [signed("bob", "digest-1")],
  expiresAt: T0,
  noticeAt: T0,
  leaseUntil: T0,
});

/** What could find the purged request if it weren't one, and finds another. */
const QUERIES: readonly RequestQuery[] = [
  {},
  { status: "approved" },
  { execution: "done" },
  { threadId: "pay-001" },
  { tool: "send_payment" },
  { agent: "payments" },
  { digest: "digest-1" },
  { visibleTo: { id: "alice" } },
  { visibleTo: { id: "bob", roles: ["finance"] } },
  { idPrefix: "r" },
  { search: "pay" },
  { search: "r" },
  { askedBefore: T0 + 1 },
];

/** What could find nothing but the purged request. */
const OF_THE_PURGED: readonly RequestQuery[] = [
  { requestedBy: "alice" },
  { visibleTo: { id: "alice", kind: "service" } },
  { decidedBy: "bob" },
  { idPrefix: "r1" },
  { search: "r1" },
  { search: "alice" },
];

const REFUSALS: readonly (readonly [why: string, reason: "CONFLICT" | "FENCED" | "FLOOR", change: Change, event?: AuditEvent])[] = [
  ["a version conflict", "CONFLICT", put(PURGED, 7)],
  ["another fence", "FENCED", requireFence("pay-001", 9)],
  ["an addition below its floor", "FLOOR", addOpen("pay-001", -1, 0)],
  ["a taken place, even one that it drops", "CONFLICT", put(request("r2")), event("r1", 2, "again")],
];

async function closeThread(store: StorePort, id: string, closedAt: number | undefined, expects = 0): Promise<void> {
  await commit(store, [putThread(thread(id, { state: "closed", closedAt }), expects)]);
}

export const purgeCases: readonly StoreCase[] = [
  {
    id: "store.purge.drop",
    title: "A drop removes the beginning of its chain, as far as it says, and nothing of another one.",
    guards: "The trail of a signature that still counts is gone, or that of a purged one stays.",
    run: async ({ open }) => {
      const store = having(await open(), "closedThreads");
      await commit(store, [], CHAINS);
      await commit(store, [drop("r1", 2)]);
      same(await placesIn(store), ["r10/1", "thread/r1/1", "r1/3", "r10/2"], "two of three dropped");
      same(await placesIn(store, "r1"), ["r1/3"], "the chain alone");
      await commit(store, [drop("r1", 2), drop("nobody", 7), drop("r10", 0)]);
      same(await placesIn(store), ["r10/1", "thread/r1/1", "r1/3", "r10/2"], "nothing there to be dropped");
      await commit(store, [drop("r1", 99), drop("r10", 1)]);
      same(await placesIn(store), ["thread/r1/1", "r10/2"], "two chains in one batch");
    },
  },
  {
    id: "store.purge.atomic",
    title: "A drop happens together with the rest of its batch, and in a refused one not at all.",
    guards: "A trail is removed whose record was not purged.",
    run: async ({ open }) => {
      const store = having(await open(), "closedThreads");
      await commit(store, [putThread(thread("pay-001")), put(request("r1", DONE))], [event("r1", 1), event("r1", 2)]);
      for (const [why, reason, change, extra = event("r1", 3)] of REFUSALS) {
        for (const changes of [
          [drop("r1", 2), change],
          [change, drop("r1", 2)],
        ]) {
          refused(await store.commit({ tenant: TENANT, changes, events: [extra] }), reason, why);
          same(await placesIn(store), ["r1/1", "r1/2"], `after ${why}`);
        }
      }
      await commit(store, [put(PURGED, 1), drop("r1", 2)], [event("r1", 3, "purged")]);
      has(await store.getRequest(TENANT, "r1"), { state: "purged", version: 2 }, "the purged request");
      same(await placesIn(store), ["r1/3"], "its chain");
    },
  },
  {
    id: "store.purge.positions",
    title: "A drop moves no reader, and no position is given out twice, even when the last event went.",
    guards: "An exporter reads an event twice, or never.",
    run: async ({ open }) => {
      const store = having(await open(), "closedThreads");
      await commit(store, [], CHAINS);
      const { position } = await store.listEvents(TENANT, undefined, 3);
      await commit(store, [drop("r10", 1), drop("r1", 2)]);
      const rest = await everyEvent(store, { from: position, limit: 1 });
      same(placesOf(rest.events), ["r1/3", "r10/2"], "what is left behind the reader's position");
      await commit(store, [drop("r1", 3), drop("r10", 2), drop("thread/r1", 1)]);
      same(await placesIn(store), [], "all dropped");
      await commit(store, [], [event("r2", 1)]);
      const since = await store.listEvents(TENANT, rest.position, 10);
      same(placesOf(since.events), ["r2/1"], "what came since everything was dropped");
      await commit(store, [drop("r2", 1)], [event("r3", 1)]);
      same(placesOf((await store.listEvents(TENANT, since.position, 10)).events), ["r3/1"], "what came with a drop");
    },
  },
  {
    id: "store.purge.reopened",
    title: "What was dropped stays so after opening again, and its positions are not given out again.",
    guards: "After a restart an exporter misses what came since.",
    needs: ["durable"],
    run: async ({ open }) => {
      const store = having(await open(), "closedThreads");
      await commit(store, [], [event("r1", 1), event("r1", 2)]);
      const { position } = await store.listEvents(TENANT, undefined, 10);
      await commit(store, [drop("r1", 2)]);
      await closeThread(store, "pay-001", T0);
      await store.close();
      const again = having(await open(), "closedThreads");
      same(await placesIn(again), [], "dropped before");
      same(await again.closedThreads(TENANT, T0 + 1, 10), ["pay-001"], "closed before");
      await commit(again, [], [event("r2", 1)]);
      same(placesOf((await again.listEvents(TENANT, position, 10)).events), ["r2/1"], "what came after opening again");
    },
  },
  {
    id: "store.purge.record",
    title: "A purged request is found by its id, its thread and its turn, but by no list and no count; its id stays taken.",
    guards: "A payment that was made long ago is asked about and made again.",
    run: async ({ open }) => {
      const store = having(await open(), "closedThreads");
      const { requestedBy, decisions } = PURGED;
      await commit(store, [put(request("r1", { ...DONE, requestedBy, decisions })), put(request("r2", DONE))]);
      for (const query of OF_THE_PURGED) same(await store.countRequests(TENANT, query, 10), 1, `not purged yet: ${JSON.stringify(query)}`);
      await commit(store, [put(PURGED, 1)]);
      const stub = { ...PURGED, version: 2 };
      same(await store.getRequest(TENANT, "r1"), stub, "by its id");
      same(idsOf(await store.requestsOfThread(TENANT, "pay-001")), ["r1", "r2"], "of its thread");
      same((await store.requestsOfTurn(TENANT, "pay-001", "msg_1"))[0], stub, "of its turn");
      for (const query of [...QUERIES, ...OF_THE_PURGED]) {
        const found = QUERIES.includes(query) ? ["r2"] : [];
        const name = JSON.stringify(query);
        same(idsOf(await everyPage(store, { ...query, limit: 1 })), found, `the list of ${name}`);
        same(await store.countRequests(TENANT, query, 10), found.length, `the count of ${name}`);
      }
      refused(await store.commit({ tenant: TENANT, changes: [put(request("r1"))], events: [] }), "CONFLICT", "asked again");
      for (const kind of ["expiry", "claim", "notice"] as const)
        same(await store.claimDue(kind, { tenant: TENANT, holder: "h", leaseMs: 1, limit: 9 }), [], `due: ${kind}`);
    },
  },
  {
    id: "store.purge.closed-threads",
    title: "Closed threads are given by when they closed: those before a time, the oldest first, no more than wanted.",
    guards: "What a conversation said is kept for ever, or is gone while it is still needed.",
    run: async ({ open }) => {
      const store = having(await open(), "closedThreads");
      const closed = (before: number, limit: number): ReturnType<StoreWith<"closedThreads">["closedThreads"]> =>
        store.closedThreads(TENANT, before, limit);
      const over: Partial<ThreadRecord> = { closedAt: T0 };
      await commit(store, [putThread(thread("live")), putThread(thread("live with a time", over))]);
      await closeThread(store, "no time", undefined);
      await closeThread(store, "c", T0 + 3);
      await closeThread(store, "a", T0 + 1);
      await closeThread(store, "b", T0 + 2);
      same(await closed(T0 + 10, 10), ["a", "b", "c"], "all");
      same(await closed(T0 + 3, 10), ["a", "b"], "before the last was closed");
      same(await closed(T0 + 10, 2), ["a", "b"], "two");
      same(await closed(T0 + 10, 0), [], "none");
      await commit(store, [putThread(thread("a"), 1)]);
      await closeThread(store, "b", undefined, 1);
      same(await closed(T0 + 10, 10), ["c"], "one live again, one purged");
      await closeThread(store, "a", T0 + 5, 2);
      same(await closed(T0 + 10, 10), ["c", "a"], "closed again, later");
    },
  },
  {
    id: "store.purge.tenants",
    title: "A drop touches, and closed threads are, one tenant's only.",
    guards: "One customer's retention removes what another one must keep.",
    run: async ({ open }) => {
      const store = having(await open(), "closedThreads");
      for (const tenant of [TENANT, "other"]) {
        await commit(store, [putThread(thread("pay-001", { state: "closed", closedAt: T0 }))], [event("r1", 1), event("r1", 2)], tenant);
        await commit(store, [], [event("r2", 1)], tenant);
      }
      await commit(store, [putThread(thread("theirs", { state: "closed", closedAt: T0 }))], [], "other");
      await commit(store, [drop("r1", 2), drop("r2", 1)]);
      const { events, position } = await everyEvent(store, { tenant: "other" });
      same(placesOf(events), ["r1/1", "r1/2", "r2/1"], "the other one's events");
      await commit(store, [], [event("r2", 2)], "other");
      same(placesOf((await store.listEvents("other", position, 10)).events), ["r2/2"], "the other one's next event");
      same(await store.closedThreads(TENANT, T0 + 1, 10), ["pay-001"], "this one's closed threads");
      same([...(await store.closedThreads("other", T0 + 1, 10))].sort(), ["pay-001", "theirs"], "the other one's");
    },
  },
];
