import { TENANT, thread } from "@countersign/store-tests";
import { testStoreSuite } from "@countersign/store-tests/suite";
import { expect, test } from "vitest";
import { memoryStore } from "../src/index.ts";

await testStoreSuite(new URL("./memory.harness.ts", import.meta.url));

test("says what it is", () => {
  expect(memoryStore().capabilities).toEqual({ durable: false, shared: false, push: true });
});

test("an option that there isn't is refused", () => {
  expect(() => memoryStore({ clock: () => 0 } as object)).toThrow("memoryStore has no option clock. It has now.");
});

test("the clock can be given", async () => {
  let now = 1_000;
  const store = memoryStore({ now: () => now });
  expect(await store.now()).toBe(1_000);
  const insert = { op: "put", kind: "thread", record: thread("pay-001", { notBefore: 2_000 }), expects: 0 } as const;
  expect(await store.commit({ tenant: TENANT, changes: [insert], events: [], before: 1_001 })).toEqual({ ok: true });
  const options = { tenant: TENANT, holder: "h", leaseMs: 500, limit: 1 };
  expect(await store.claimDue("thread", options)).toEqual([]);
  now = 2_000;
  expect(await store.claimDue("thread", options)).toMatchObject([{ id: "pay-001", fence: 2 }]);
  now = 2_499;
  expect(await store.claimDue("thread", options)).toEqual([]);
  now = 2_500;
  expect(await store.claimDue("thread", options)).toMatchObject([{ id: "pay-001", fence: 3 }]);
});
