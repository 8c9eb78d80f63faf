// What every tenant has is made by its first commit, whoever makes it, and once.
import { CountersignError, createGate, definePolicy, type Gate } from "@countersign/core";
import type { Batch, StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";

const policy = definePolicy({ tools: { pay: "ask" } });
const ops = { id: "ops" };
const FREEZES = "countersign/freezes";
const ask = (gate: Gate, key: string) => gate.ask({ threadId: `t-${key}`, key, tool: "pay", args: {} });
const gateOn = (store: StorePort, tenant = "default") => createGate({ policy, store, tenant, warn: () => {} });

/** Another process: it shares nothing but the store. */
const elsewhere = (store: StorePort): StorePort => ({ ...store });

describe("the record of what is frozen", () => {
  it("is there from the first commit on, in each tenant", async () => {
    const store = memoryStore();
    for (const tenant of ["a", "b"]) {
      expect(await store.getThread(tenant, FREEZES)).toBeUndefined();
      await ask(gateOn(store, tenant), "1");
      expect(await store.getThread(tenant, FREEZES)).toMatchObject({ state: "closed", fence: 0, open: 0, context: { freezes: [] } });
    }
  });

  it("is made once, however many begin at the same moment", async () => {
    const store = memoryStore();
    const approvals = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(gateOn(elsewhere(store)), String(n))));
    expect(approvals.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => "pending"));
    const events = await Array.fromAsync(gateOn(store).history(`thread/${FREEZES}`));
    expect(events.map(({ type }) => type)).toEqual(["created"]);
    await gateOn(store).verify();
  });

  it("is made by a freeze, if nothing was written before", async () => {
    const gate = gateOn(memoryStore());
    expect(await gate.freezes()).toEqual([]);
    const { id } = await gate.freeze({}, { by: ops, reason: "fraud" });
    expect((await gate.freezes()).map((freeze) => freeze.id)).toEqual([id]);
    await gate.verify();
  });

  it("is required by every claim, as the process knows it, and read by none that finds it unchanged", async () => {
    const inner = memoryStore();
    const [batches, reads]: [Batch[], string[]] = [[], []];
    const store: StorePort = {
      ...inner,
      commit: (batch) => (batches.push(batch), inner.commit(batch)),
      getThread: (tenant, id) => (reads.push(id), inner.getThread(tenant, id)),
    };
    const gate = createGate({ policy: definePolicy({ default: "allow" }), store, warn: () => {} });
    const tickets = [await ask(gate as Gate, "1"), await ask(gate as Gate, "2"), await ask(gate as Gate, "3")];
    for (const { id } of tickets) await gate.execute({ id, args: {} }, () => 1);
    const claims = batches.filter(({ events }) => events.some(({ type }) => type === "claimed"));
    const required = { op: "require", threadId: FREEZES, fence: 0 };
    expect(claims.map(({ changes }) => changes.find(({ op }) => op === "require"))).toEqual([required, required, required]);
    expect(reads.filter((id) => id === FREEZES).length).toBeLessThanOrEqual(2);
    // Another process freezes: the next claim is refused, looks, and is stopped.
    await gateOn(elsewhere(inner)).freeze({}, { by: ops, reason: "fraud" });
    const { id } = await ask(gate as Gate, "4");
    await expect(gate.execute({ id, args: {} }, () => 1)).rejects.toMatchObject({ code: "FROZEN" });
  });

  it("is made by whoever looked while the store was away", async () => {
    const inner = memoryStore();
    let looks = 0;
    const getThread: StorePort["getThread"] = async (tenant, id) => {
      if (id === FREEZES && ++looks === 1) throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
      return inner.getThread(tenant, id);
    };
    const gate = gateOn({ ...inner, getThread });
    expect((await ask(gate, "1")).status).toBe("pending");
    expect(await inner.getThread("default", FREEZES)).toMatchObject({ fence: 0 });
    await gate.verify();
  });

  it("is not waited for in vain, if a store hides it", async () => {
    const inner = memoryStore();
    const { id } = await ask(gateOn(inner), "1");
    const hiding: StorePort = {
      ...inner,
      getThread: async (tenant, name) => (name === FREEZES ? undefined : inner.getThread(tenant, name)),
    };
    await expect(gateOn(hiding).freeze({}, { by: ops, reason: "fraud" })).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      details: { retryable: false },
    });
    expect((await gateOn(hiding).get(id))?.status).toBe("pending");
  });

  it("is believed as it is, if a backup was restored under a process that knew a later one", async () => {
    const store = memoryStore();
    const gate = createGate({ policy: definePolicy({ default: "allow" }), store, warn: () => {} });
    const earlier = await gate.ask({ threadId: "t", key: "1", tool: "pay", args: {} });
    const backup = await store.getThread("default", FREEZES);
    const { id } = await gate.freeze({}, { by: ops, reason: "fraud" });
    await gate.liftFreeze(id, { by: ops });
    const record = await store.getThread("default", FREEZES);
    if (!backup || !record) throw new Error("gone");
    const put = { op: "put", kind: "thread", record: backup, expects: record.version } as const;
    await store.commit({ tenant: "default", changes: [put], events: [] });
    expect(await gate.execute({ id: earlier.id, args: {} }, () => "paid")).toBe("paid");
  });
});
