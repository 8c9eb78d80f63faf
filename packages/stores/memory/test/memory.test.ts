import { expect, test } from "vitest";
import { storePromises } from "../../test/store-promises.ts";
import { putThread, TENANT, thread } from "../../test/records.ts";
import { memoryStore } from "../src/index.ts";

storePromises("memoryStore", async () => memoryStore(), { reopen: false });

test("says what it is", () => {
  expect(memoryStore().capabilities).toEqual({ durable: false, shared: false, push: true });
});

test("the clock can be given", async () => {
  let now = 1_000;
  const store = memoryStore({ now: () => now });
  expect(await store.now()).toBe(1_000);
  expect(
    await store.commit({ tenant: TENANT, changes: [putThread(thread("pay-001", { notBefore: 2_000 }))], events: [], before: 1_001 }),
  ).toEqual({ ok: true });
  const options = { tenant: TENANT, holder: "h", leaseMs: 500, limit: 1 };
  expect(await store.claimDue("thread", options)).toEqual([]);
  now = 2_000;
  expect(await store.claimDue("thread", options)).toEqual([{ id: "pay-001", fence: 2 }]);
  now = 2_499;
  expect(await store.claimDue("thread", options)).toEqual([]);
  now = 2_500;
  expect(await store.claimDue("thread", options)).toEqual([{ id: "pay-001", fence: 3 }]);
});

test("what can't be copied is refused before anything is written", async () => {
  const store = memoryStore();
  const bad = putThread(thread("pay-002", { context: { call: () => {} } }));
  await expect(store.commit({ tenant: TENANT, changes: [putThread(thread("pay-001")), bad], events: [] })).rejects.toThrow();
  expect(await store.getThread(TENANT, "pay-001")).toBeUndefined();
});
