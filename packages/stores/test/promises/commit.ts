import { expect, test } from "vitest";
import type { Batch, StorePort } from "../../../core/src/store.ts";
import { addOpen, addUses, commit, event, FAR, grant, put, putGrant, putThread, request, T0, TENANT, thread } from "../records.ts";
import type { Open } from "../store-promises.ts";

/** A thread with one pending request and an event, as a suspend leaves it. */
async function suspended(store: StorePort): Promise<void> {
  await commit(store, [putThread(thread("pay-001")), put(request("r1")), addOpen("pay-001", 1)], [event("r1", 1)]);
}

export function commitPromises(open: Open): void {
  test("writes puts, additions and events together", async () => {
    const store = await open();
    await suspended(store);
    expect(await store.getRequest(TENANT, "r1")).toEqual({ ...request("r1"), version: 1 });
    expect(await store.getThread(TENANT, "pay-001")).toEqual({ ...thread("pay-001"), version: 1, open: 1 });
    expect((await store.listEvents(TENANT, undefined, 10)).events).toEqual([event("r1", 1)]);
  });

  test("an empty batch is accepted", async () => {
    const store = await open();
    expect(await store.commit({ tenant: TENANT, changes: [], events: [] })).toEqual({ ok: true });
  });

  const others = [put(request("r2")), putThread(thread("pay-002")), addOpen("pay-001", 1)];
  const refusals: readonly (readonly [name: string, reason: string, batch: Partial<Batch> & { readonly bad?: number }])[] = [
    ["an insert of what is there", "CONFLICT", { changes: [...others, put(request("r1"))], bad: 3 }],
    ["a put on an older version", "CONFLICT", { changes: [...others, put(request("r1"), 7)], bad: 3 }],
    ["a put on what isn't there", "CONFLICT", { changes: [...others, put(request("r9"), 1)], bad: 3 }],
    ["a thread's version", "CONFLICT", { changes: [...others, putThread(thread("pay-001"), 2)], bad: 3 }],
    ["a grant's version", "CONFLICT", { changes: [...others, putGrant(grant("g1"), 1)], bad: 3 }],
    ["one record put twice", "CONFLICT", { changes: [...others, put(request("r2"), 1)], bad: 3 }],
    ["an addition below its floor", "FLOOR", { changes: [...others, addOpen("pay-001", -3, 0)], bad: 3 }],
    ["an addition without a record", "FLOOR", { changes: [...others, addOpen("pay-009", 1)], bad: 3 }],
    ["an addition to no grant", "FLOOR", { changes: [...others, addUses("g9", 1)], bad: 3 }],
    ["an older fence", "FENCED", { changes: [...others, { op: "require", threadId: "pay-001", fence: 0 }], bad: 3 }],
    ["a fence of no thread", "FENCED", { changes: [...others, { op: "require", threadId: "pay-009", fence: 1 }], bad: 3 }],
    ["a deadline in the past", "TOO_LATE", { changes: others, before: T0 }],
    ["a taken place in a chain", "CONFLICT", { changes: others, events: [event("r2", 1), event("r1", 1, "again")] }],
    ["one place in a chain twice", "CONFLICT", { changes: others, events: [event("r2", 1), event("r2", 1, "again")] }],
  ];
  test.each(refusals)("%s refuses the whole batch: %s", async (_, reason, { bad, ...batch }) => {
    const store = await open();
    await suspended(store);
    const change = bad === undefined ? undefined : batch.changes?.[bad];
    const refused = await store.commit({ tenant: TENANT, changes: [], events: [event("r2", 2)], ...batch });
    expect(refused).toEqual({ ok: false, reason, ...(change ? { change } : {}) });
    expect(await store.getRequest(TENANT, "r2")).toBeUndefined();
    expect(await store.getThread(TENANT, "pay-002")).toBeUndefined();
    expect(await store.getRequest(TENANT, "r1")).toEqual({ ...request("r1"), version: 1 });
    expect(await store.getThread(TENANT, "pay-001")).toMatchObject({ version: 1, open: 1 });
    expect((await store.listEvents(TENANT, undefined, 10)).events).toEqual([event("r1", 1)]);
    await suspendedOnce(store);
  });

  /** Nothing is stuck after a refusal. */
  async function suspendedOnce(store: StorePort): Promise<void> {
    await commit(store, [put({ ...request("r1"), reason: "changed" }, 1), ...others], [event("r1", 2)]);
    expect(await store.getRequest(TENANT, "r1")).toMatchObject({ version: 2, reason: "changed" });
  }

  test("of several reasons the gravest is told: too late, fenced, conflict, floor", async () => {
    const store = await open();
    await suspended(store);
    const floor = addOpen("pay-001", -3, 0);
    const conflict = put(request("r1"));
    const fenced = { op: "require", threadId: "pay-001", fence: 0 } as const;
    const batch = { tenant: TENANT, changes: [floor, conflict, fenced], events: [event("r1", 1)] };
    expect(await store.commit({ ...batch, before: T0 })).toMatchObject({ reason: "TOO_LATE" });
    expect(await store.commit(batch)).toMatchObject({ reason: "FENCED" });
    expect(await store.commit({ ...batch, changes: [floor, conflict] })).toMatchObject({ reason: "CONFLICT" });
    expect(await store.commit({ ...batch, changes: [floor] })).toMatchObject({ reason: "FLOOR" });
  });

  test("a put stores the version after the one expected, whatever the record says", async () => {
    const store = await open();
    await commit(store, [put(request("r1", { version: 40 }))]);
    await commit(store, [put(request("r1", { version: 40 }), 1)]);
    expect(await store.getRequest(TENANT, "r1")).toMatchObject({ version: 2 });
  });

  test("a put never changes counters, and an insert starts them at 0", async () => {
    const store = await open();
    await commit(store, [putThread(thread("pay-001", { open: 9 })), putGrant({ ...grant("g1"), uses: 9 })]);
    expect(await store.getThread(TENANT, "pay-001")).toMatchObject({ open: 0 });
    expect(await store.grantsFor(TENANT, grant("g1").grant)).toMatchObject([{ uses: 0, version: 1 }]);
    await commit(store, [addOpen("pay-001", 2), addUses("g1", 3)]);
    await commit(store, [putThread(thread("pay-001", { open: 7, fence: 2 }), 1), putGrant({ ...grant("g1"), uses: 7, revokedAt: T0 }, 1)]);
    expect(await store.getThread(TENANT, "pay-001")).toMatchObject({ open: 2, fence: 2, version: 2 });
    expect(await store.grantsFor(TENANT, grant("g1").grant)).toMatchObject([{ uses: 3, revokedAt: T0, version: 2 }]);
  });

  test("an addition leaves the version alone", async () => {
    const store = await open();
    await commit(store, [putThread(thread("pay-001")), putGrant(grant("g1"))]);
    await commit(store, [addOpen("pay-001", 1), addUses("g1", 1)]);
    expect(await store.getThread(TENANT, "pay-001")).toMatchObject({ version: 1, open: 1 });
    expect(await store.grantsFor(TENANT, grant("g1").grant)).toMatchObject([{ version: 1, uses: 1 }]);
  });

  test("additions count together: the floor holds for their sum, and a record of the same batch counts from 0", async () => {
    const store = await open();
    await commit(store, [addUses("g1", 2), addUses("g1", -1, 0), addUses("g1", -1, 0), putGrant(grant("g1"))]);
    expect(
      await store.commit({ tenant: TENANT, changes: [addUses("g1", 1), addUses("g1", -1, 0), addUses("g1", -1, 0)], events: [] }),
    ).toMatchObject({ reason: "FLOOR" });
    expect(await store.grantsFor(TENANT, grant("g1").grant)).toMatchObject([{ uses: 0 }]);
  });

  test("a hundred additions at once all count", async () => {
    const store = await open();
    await commit(store, [putThread(thread("pay-001"))]);
    await Promise.all(Array.from({ length: 100 }, () => commit(store, [addOpen("pay-001", 1)])));
    expect(await store.getThread(TENANT, "pay-001")).toMatchObject({ open: 100, version: 1 });
  });

  test("of ten puts on one version one wins", async () => {
    const store = await open();
    await commit(store, [put(request("r1"))]);
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        store.commit({ tenant: TENANT, changes: [put(request("r1", { reason: `${n}` }), 1)], events: [] }),
      ),
    );
    expect(all.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await store.getRequest(TENANT, "r1")).toMatchObject({ version: 2, reason: `${all.findIndex(({ ok }) => ok)}` });
  });

  test("the fence is that before the batch", async () => {
    const store = await open();
    await commit(store, [putThread(thread("pay-001", { fence: 4 }))]);
    await commit(store, [putThread(thread("pay-001", { fence: 5 }), 1), { op: "require", threadId: "pay-001", fence: 4 }]);
    expect(await store.getThread(TENANT, "pay-001")).toMatchObject({ fence: 5 });
  });

  test("`before` in the future lets it through; the store's clock having reached it doesn't", async () => {
    const store = await open();
    const batch = { tenant: TENANT, changes: [], events: [] };
    expect(await store.commit({ ...batch, before: FAR })).toEqual({ ok: true });
    expect(await store.commit({ ...batch, before: await store.now() })).toEqual({ ok: false, reason: "TOO_LATE" });
  });

  test("tenants don't see each other", async () => {
    const store = await open();
    await suspended(store);
    expect(await store.getRequest("other", "r1")).toBeUndefined();
    expect(await store.getThread("other", "pay-001")).toBeUndefined();
    expect(await store.commit({ tenant: "other", changes: [addOpen("pay-001", 1)], events: [] })).toMatchObject({ reason: "FLOOR" });
    await commit(
      store,
      [putThread(thread("pay-001", { tenant: "other", agent: "theirs" })), put(request("r1", { tenant: "other" }))],
      [event("r1", 1)],
      "other",
    );
    expect(await store.getThread(TENANT, "pay-001")).toMatchObject({ agent: "payments", open: 1 });
    expect(await store.getThread("other", "pay-001")).toMatchObject({ agent: "theirs", open: 0 });
    expect((await store.listEvents("other", undefined, 10)).events).toHaveLength(1);
    expect((await store.listRequests("other", {})).items).toHaveLength(1);
    expect(await store.requestsOfThread("third", "pay-001")).toEqual([]);
  });
}
