import type { StorePort } from "@countersign/core/store";
import { throwsCode, within } from "../check.ts";
import type { StoreCase } from "../env.ts";
import { commit, put, request, TENANT } from "../records.ts";

const CALLS: readonly (readonly [name: string, call: (store: StorePort) => unknown])[] = [
  ["commit", (store) => store.commit({ tenant: TENANT, changes: [], events: [] })],
  ["now", (store) => store.now()],
  ["getRequest", (store) => store.getRequest(TENANT, "r1")],
  ["getThread", (store) => store.getThread(TENANT, "pay-001")],
  ["readThread", (store) => store.readThread(TENANT, "pay-001")],
  ["requestsOfThread", (store) => store.requestsOfThread(TENANT, "pay-001")],
  ["requestsOfTurn", (store) => store.requestsOfTurn(TENANT, "pay-001", "msg_1")],
  ["listRequests", (store) => store.listRequests(TENANT, {})],
  ["countRequests", (store) => store.countRequests(TENANT, {}, 10)],
  ["grantsFor", (store) => store.grantsFor(TENANT, { namespace: undefined, tool: "t", agent: "a" })],
  ["listEvents", (store) => store.listEvents(TENANT, undefined, 10)],
  ["claimDue", (store) => store.claimDue("thread", { tenant: TENANT, holder: "h", leaseMs: 1, limit: 1 })],
  ["watch", (store) => store.watch(() => {})],
];

/** Where there is one. */
const CLOSED_THREADS: (typeof CALLS)[number] = ["closedThreads", (store) => store.closedThreads?.(TENANT, 1, 1)];
const LIST_THREADS: (typeof CALLS)[number] = ["listThreads", (store) => store.listThreads?.(TENANT, {})];
const END_OF_EVENTS: (typeof CALLS)[number] = ["endOfEvents", (store) => store.endOfEvents?.(TENANT)];

const CLOSED = { retryable: false, closed: true };

export const closeCases: readonly StoreCase[] = [
  {
    id: "store.close.refuses",
    title: "A closed store answers nothing: every call ends with STORE_UNAVAILABLE, not retryable, and says that it was closed.",
    guards: "A commit after the end is taken for one that was kept.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [put(request("r1"))]);
      store.watch(() => {});
      await store.close();
      const optional = [
        ...(store.closedThreads ? [CLOSED_THREADS] : []),
        ...(store.listThreads ? [LIST_THREADS] : []),
        ...(store.endOfEvents ? [END_OF_EVENTS] : []),
      ];
      for (const [name, call] of [...CALLS, ...optional]) await throwsCode(() => call(store), "STORE_UNAVAILABLE", name, CLOSED);
    },
  },
  {
    id: "store.close.under-way",
    title: "A call that is under way when the store is closed is answered, or ends like one that came later.",
    guards: "A program that ends while it works reports a store that doesn't answer.",
    run: async ({ open }) => {
      const store = await open();
      await commit(store, [put(request("r1"))]);
      const calls = Array.from({ length: 5 }, (_, n): readonly Promise<unknown>[] => [
        store.getRequest(TENANT, "r1"),
        store.commit({ tenant: TENANT, changes: [put(request(`under-way-${n}`))], events: [] }),
      ]).flat();
      const ends = Promise.allSettled(calls);
      await within(30_000, "closing", store.close());
      const settled = await within(30_000, "calls under way", ends);
      const failed = calls.filter((_, index) => settled[index]?.status === "rejected");
      for (const call of failed) await throwsCode(() => call, "STORE_UNAVAILABLE", "a call under way", CLOSED);
    },
  },
  {
    id: "store.close.twice",
    title: "Closing twice, and `await using`, are closing once.",
    guards: "A program that cleans up twice ends with an error.",
    run: async ({ open }) => {
      const store = await open();
      await store.close();
      await store.close();
      await store[Symbol.asyncDispose]();
      const other = await open();
      {
        await using scoped = other;
        await scoped.now();
      }
      await throwsCode(() => other.now(), "STORE_UNAVAILABLE", "after `await using`", CLOSED);
    },
  },
];
