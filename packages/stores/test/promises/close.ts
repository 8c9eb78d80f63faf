import { expect, test } from "vitest";
import type { StorePort } from "../../../core/src/store.ts";
import { commit, put, request, TENANT } from "../records.ts";
import type { Open } from "../store-promises.ts";

const CALLS: readonly (readonly [name: string, call: (store: StorePort) => unknown])[] = [
  ["commit", (store) => store.commit({ tenant: TENANT, changes: [], events: [] })],
  ["now", (store) => store.now()],
  ["getRequest", (store) => store.getRequest(TENANT, "r1")],
  ["getThread", (store) => store.getThread(TENANT, "pay-001")],
  ["requestsOfThread", (store) => store.requestsOfThread(TENANT, "pay-001")],
  ["requestsOfTurn", (store) => store.requestsOfTurn(TENANT, "pay-001", "msg_1")],
  ["listRequests", (store) => store.listRequests(TENANT, {})],
  ["countRequests", (store) => store.countRequests(TENANT, {}, 10)],
  ["grantsFor", (store) => store.grantsFor(TENANT, { namespace: undefined, tool: "t", agent: "a" })],
  ["listEvents", (store) => store.listEvents(TENANT, undefined, 10)],
  ["claimDue", (store) => store.claimDue("thread", { tenant: TENANT, holder: "h", leaseMs: 1, limit: 1 })],
  ["watch", (store) => store.watch(() => {})],
];

export function closePromises(open: Open): void {
  test.each(CALLS)("afterwards %s throws STORE_UNAVAILABLE", async (_, call) => {
    const store = await open();
    await commit(store, [put(request("r1"))]);
    store.watch(() => {});
    await store.close();
    await expect((async () => call(store))()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", details: { retryable: false } });
  });

  test("closing twice is closing once", async () => {
    const store = await open();
    await store.close();
    await store.close();
    await store[Symbol.asyncDispose]();
  });

  test("`await using` closes it", async () => {
    const store = await open();
    {
      await using scoped = store;
      await commit(scoped, [put(request("r1"))]);
    }
    await expect(store.now()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });
}
