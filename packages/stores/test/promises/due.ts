import { expect, test } from "vitest";
import type { DueKind, DueOptions, StorePort } from "../../../core/src/store.ts";
import { addOpen, commit, FAR, put, putThread, request, T0, TENANT, thread } from "../records.ts";
import type { Open } from "../store-promises.ts";

const OPTIONS: DueOptions = { tenant: TENANT, holder: "worker/1", leaseMs: 60_000, limit: 100 };

async function due(store: StorePort, kind: DueKind, options: Partial<DueOptions> = {}): Promise<readonly string[]> {
  return (await store.claimDue(kind, { ...OPTIONS, ...options })).map(({ id }) => id);
}

export function duePromises(open: Open): void {
  threads(open);
  expiries(open);
  claims(open);

  test("nothing is to be delivered yet", async () => {
    const store = await open();
    await commit(store, [putThread(thread("pay-001")), put(request("r1", { expiresAt: T0 }))]);
    expect(await due(store, "delivery")).toEqual([]);
  });
}

function threads(open: Open): void {
  test("a thread is due when it is live, free and nothing is open", async () => {
    const store = await open();
    const all = [
      thread("due"),
      thread("open"),
      thread("closed", { state: "closed" }),
      thread("held", { holder: "native/1", leaseUntil: FAR }),
      thread("lapsed", { holder: "native/1", leaseUntil: T0 + 1 }),
      thread("lapsed-open", { holder: "native/1", leaseUntil: T0 + 2 }),
      thread("lapsed-closed", { state: "closed", holder: "native/1", leaseUntil: T0 }),
      thread("backing-off", { notBefore: FAR }),
      thread("lapsed-backing-off", { holder: "native/1", leaseUntil: T0, notBefore: FAR }),
      thread("backed-off", { notBefore: T0 + 3 }),
    ];
    await commit(store, [...all.map((record) => putThread(record)), addOpen("open", 1), addOpen("lapsed-open", 2)]);
    expect(await due(store, "thread")).toEqual(["due", "lapsed", "lapsed-open", "backed-off"]);
    expect(await due(store, "thread")).toEqual([]);
    await commit(store, [addOpen("open", -1)]);
    expect(await due(store, "thread")).toEqual(["open"]);
  });

  test("claiming leases and fences it", async () => {
    const store = await open();
    const record = thread("pay-001", { fence: 4, context: { kept: true }, continuation: new Uint8Array([7]) });
    await commit(store, [putThread(record)]);
    const before = await store.now();
    expect(await store.claimDue("thread", OPTIONS)).toEqual([{ id: "pay-001", fence: 5 }]);
    const claimed = await store.getThread(TENANT, "pay-001");
    expect(claimed).toMatchObject({ fence: 5, holder: "worker/1", version: 2, open: 0, context: { kept: true } });
    expect(claimed?.leaseUntil).toBeGreaterThanOrEqual(before + OPTIONS.leaseMs);
    expect(claimed?.leaseUntil).toBeLessThanOrEqual((await store.now()) + OPTIONS.leaseMs);
    expect(await store.commit({ tenant: TENANT, changes: [{ op: "require", threadId: "pay-001", fence: 4 }], events: [] })).toMatchObject({
      reason: "FENCED",
    });
    expect(await store.commit({ tenant: TENANT, changes: [putThread(record, 1)], events: [] })).toMatchObject({ reason: "CONFLICT" });
    await commit(store, [{ op: "require", threadId: "pay-001", fence: 5 }, putThread({ ...record, holder: undefined, leaseUntil: 0 }, 2)]);
    expect(await due(store, "thread")).toEqual(["pay-001"]);
  });

  test("a claim that lapses is due again, under the next fence", async () => {
    const store = await open();
    await commit(store, [putThread(thread("pay-001"))]);
    expect(await store.claimDue("thread", { ...OPTIONS, leaseMs: 0 })).toEqual([{ id: "pay-001", fence: 2 }]);
    expect(await store.claimDue("thread", OPTIONS)).toEqual([{ id: "pay-001", fence: 3 }]);
  });

  test("of ten workers one gets it", async () => {
    const store = await open();
    await commit(store, [putThread(thread("pay-001"))]);
    const all = await Promise.all(Array.from({ length: 10 }, (_, n) => due(store, "thread", { holder: `worker/${n}` })));
    expect(all.flat()).toEqual(["pay-001"]);
  });

  test("of one's own tenant and agents only, no more than asked for, the longest due first", async () => {
    const store = await open();
    const agents = ["payments", "support", "payments", "sales"];
    await commit(
      store,
      agents.map((agent, n) => putThread(thread(`t${n}`, { agent, notBefore: T0 - n }))),
    );
    expect(await due(store, "thread", { tenant: "other" })).toEqual([]);
    expect(await due(store, "thread", { agents: [] })).toEqual([]);
    expect(await due(store, "thread", { agents: ["nobody"] })).toEqual([]);
    expect(await due(store, "thread", { limit: 0 })).toEqual([]);
    expect(await due(store, "thread", { agents: ["payments", "support"], limit: 2 })).toEqual(["t2", "t1"]);
    expect(await due(store, "thread", { agents: ["payments", "support"] })).toEqual(["t0"]);
    expect(await due(store, "thread")).toEqual(["t3"]);
  });
}

function expiries(open: Open): void {
  const approved = { state: "approved", status: "approved" } as const;

  test("pending requests expire, and are named without being changed", async () => {
    const store = await open();
    const overdue = request("overdue", { expiresAt: T0 + 1 });
    const all = [
      overdue,
      request("in-time", { expiresAt: FAR }),
      request("never"),
      request("decided", { expiresAt: T0, state: "rejected", status: "rejected" }),
    ];
    await commit(
      store,
      all.map((record) => put(record)),
    );
    expect(await store.claimDue("expiry", OPTIONS)).toEqual([{ id: "overdue", fence: 0 }]);
    expect(await store.claimDue("expiry", OPTIONS)).toEqual([{ id: "overdue", fence: 0 }]);
    expect(await store.getRequest(TENANT, "overdue")).toEqual({ ...overdue, version: 1 });
    await commit(store, [put({ ...overdue, state: "expired", status: "expired" }, 1)]);
    expect(await due(store, "expiry")).toEqual([]);
  });

  test("an approval that nobody used runs out `executeWithin` after the last decision of its turn", async () => {
    const store = await open();
    const hour = { ...approved, executeWithin: 3_600_000, decidedAt: T0 };
    const now = await store.now();
    await commit(store, [
      put(request("over", { ...hour, turnId: "a" })),
      put(request("over-too", { ...hour, turnId: "a", decidedAt: T0 + 5 })),
      put(request("late-sibling", { ...hour, turnId: "b" })),
      put(request("undecided-sibling", { ...hour, turnId: "c" })),
      put(request("undecided", { turnId: "c", expiresAt: FAR })),
      put(request("just-decided", { ...approved, turnId: "b", decidedAt: now })),
      put(request("other-thread", { ...approved, turnId: "a", threadId: "pay-002", decidedAt: now })),
      put(request("without-limit", { ...approved, turnId: "a", decidedAt: T0 })),
      put(request("begun", { ...hour, turnId: "a", attempt: 1 })),
      put(request("running", { ...hour, turnId: "a", state: "executing", attempt: 1, leaseUntil: FAR })),
    ]);
    expect(await due(store, "expiry")).toEqual(["over", "over-too"]);
    await commit(store, [put(request("rejected-sibling", { turnId: "a", state: "rejected", status: "rejected", decidedAt: now }))]);
    expect(await due(store, "expiry")).toEqual([]);
  });

  test("of one's own tenant and agents only, no more than asked for, the longest overdue first", async () => {
    const store = await open();
    await commit(store, [
      put(request("r1", { expiresAt: T0 + 3 })),
      put(request("r2", { expiresAt: T0 + 2, agent: "support" })),
      put(request("r3", { ...approved, turnId: "other-turn", decidedAt: T0, executeWithin: 1 })),
    ]);
    expect(await due(store, "expiry")).toEqual(["r3", "r2", "r1"]);
    expect(await due(store, "expiry", { limit: 2 })).toEqual(["r3", "r2"]);
    expect(await due(store, "expiry", { agents: ["support"] })).toEqual(["r2"]);
    expect(await due(store, "expiry", { agents: [] })).toEqual([]);
    expect(await due(store, "expiry", { tenant: "other" })).toEqual([]);
  });
}

function claims(open: Open): void {
  test("an execution whose lease ran out is named, not changed", async () => {
    const store = await open();
    const executing = { state: "executing", status: "approved", execution: "executing", attempt: 1, holder: "nonce" } as const;
    const lapsed = request("lapsed", { ...executing, leaseUntil: T0 + 1 });
    await commit(store, [
      put(lapsed),
      put(request("longer-lapsed", { ...executing, leaseUntil: T0, agent: "support" })),
      put(request("alive", { ...executing, leaseUntil: FAR })),
      put(request("done", { ...executing, state: "done", execution: "done", leaseUntil: 0 })),
    ]);
    expect(await store.claimDue("claim", OPTIONS)).toEqual([
      { id: "longer-lapsed", fence: 0 },
      { id: "lapsed", fence: 0 },
    ]);
    expect(await store.getRequest(TENANT, "lapsed")).toEqual({ ...lapsed, version: 1 });
    expect(await due(store, "claim", { limit: 1 })).toEqual(["longer-lapsed"]);
    expect(await due(store, "claim", { agents: ["payments"] })).toEqual(["lapsed"]);
    expect(await due(store, "claim", { agents: [] })).toEqual([]);
  });
}
