// A record that can't be read is named and passed over: it keeps nobody from what else there is. Nothing is written that could not be read.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { approve, createGate, createWorker, definePolicy, isCountersignError, type ApprovalRequest, type Gate } from "@countersign/core";
import { openThread } from "@countersign/core/adapter";
import { CountersignError, type Change, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { sqliteStore } from "@countersign/sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { call, createRunner, scripted } from "../mini.ts";

const alice = { id: "alice" };
const policy = definePolicy({ tools: { pay: { ask: true, review: { remember: ["tool"] } } } });
const folder = mkdtempSync(join(tmpdir(), "countersign-unreadable-"));
afterAll(() => rmSync(folder, { recursive: true }));
let file = 0;
const stores = [
  ["memory", () => memoryStore()],
  ["sqlite", () => sqliteStore(join(folder, `${file++}.db`))],
] as const;

/** The record as another version may write it: with terms that this one doesn't know. */
async function spoil({ store }: Gate, id: string): Promise<void> {
  const port = store as StorePort;
  const record = await port.getRequest("default", id);
  if (!record) throw new Error(id);
  const changes: readonly Change[] = [
    { op: "put", kind: "request", record: { ...record, terms: { decisions: [] } }, expects: record.version },
  ];
  expect(await port.commit({ tenant: "default", changes, events: [] })).toEqual({ ok: true });
}

async function spoilThread({ store }: Gate, id: string): Promise<void> {
  const port = store as StorePort;
  const record = await port.getThread("default", id);
  if (!record) throw new Error(id);
  const changes: readonly Change[] = [
    { op: "put", kind: "thread", record: { ...record, attempts: "many" as never }, expects: record.version },
  ];
  expect(await port.commit({ tenant: "default", changes, events: [] })).toEqual({ ok: true });
}

describe.each(stores)("an unreadable record, %s", (_, open) => {
  const setting = () => {
    const warned: string[] = [];
    // A worker takes what becomes due meanwhile: on a busy disk a second, after which it would try again, is soon over.
    const timings = { backoffMin: "1h", backoffMax: "1h" } as const;
    const gate = createGate({ policy, store: open(), timings, warn: (message) => warned.push(message) });
    const ran: string[] = [];
    const agent = { model: scripted([call("c", "pay", { amount: 5 })], "done"), tools: { pay: () => ran.push("paid") } };
    const runner = createRunner(gate, agent);
    const ask = async (threadId: string): Promise<ApprovalRequest> => {
      const outcome = await runner.start(threadId, "go");
      const request = outcome.status === "suspended" ? outcome.pending[0] : undefined;
      if (!request) throw new Error(outcome.status);
      return request;
    };
    return { gate, runner, ran, ask, warned };
  };

  it("is named by a list, with the reason, and the others are there", async () => {
    const { gate, ask } = setting();
    const [a, b, c] = [await ask("a"), await ask("b"), await ask("c")];
    expect(await gate.list()).not.toHaveProperty("unreadable");
    await spoil(gate, b.id);
    const page = await gate.list({ status: "pending" });
    expect(new Set(page.items.map(({ id }) => id))).toEqual(new Set([a.id, c.id]));
    expect(page.unreadable).toEqual([{ id: b.id, reason: expect.stringContaining("terms.decisions") }]);
    await expect(gate.get(b.id)).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      details: { retryable: false, unreadable: { id: b.id } },
      message: expect.stringContaining("terms.decisions"),
    });
  });

  it("stops its own thread, and no other", async () => {
    const { gate, ask, runner, ran } = setting();
    const [a, b] = [await ask("a"), await ask("b")];
    await gate.decide(a, approve(), { by: alice });
    await gate.decide(b, approve(), { by: alice });
    await spoil(gate, a.id);
    const failed: unknown[] = [];
    const worker = createWorker(gate, [runner], { onError: (error, threadId) => failed.push([isCountersignError(error, "STORE_UNAVAILABLE"), threadId]) }); // prettier-ignore
    expect(await worker.drain()).toMatchObject({ resumed: 1, failed: 1 });
    expect([failed, ran]).toEqual([[[true, "a"]], ["paid"]]);
    await expect(runner.resume("a")).rejects.toBeDefined();
    expect(ran).toEqual(["paid"]);
  });

  it("is named by verify, and what else is broken is still found", async () => {
    const { gate, ask } = setting();
    const [a, b] = [await ask("a"), await ask("b")];
    await ask("c");
    await spoil(gate, a.id);
    await spoilThread(gate, "b");
    expect(await gate.verify()).toMatchObject({
      subjects: 7,
      unreadable: expect.arrayContaining([
        { id: a.id, reason: expect.any(String) },
        { id: "thread/b", reason: expect.stringContaining("attempts") },
      ]),
    });
    const port = gate.store as StorePort;
    const record = await port.getRequest("default", b.id);
    if (!record) throw new Error(b.id);
    const forged = { ...record, proposal: { ...record.proposal, args: { amount: 9 } } };
    const changes: readonly Change[] = [{ op: "put", kind: "request", record: forged, expects: record.version }];
    await port.commit({ tenant: "default", changes, events: [] });
    await expect(gate.verify()).rejects.toMatchObject({ code: "AUDIT_BROKEN", details: { subject: b.id } });
  });

  it("lets a call in its thread become unknown", async () => {
    const { gate } = setting();
    const asked = await gate.ask({ threadId: "a", key: "k", tool: "pay", args: { amount: 5 } });
    if (asked.status !== "pending") throw new Error(asked.status);
    await gate.decide(asked.request, approve(), { by: alice });
    const effect = async (): Promise<never> => {
      await spoilThread(gate, "a");
      throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
    };
    await expect(gate.execute({ id: asked.id, args: {} }, effect)).rejects.toMatchObject({ code: "EXECUTION_UNKNOWN" });
    expect((await gate.get(asked.id))?.execution).toBe("unknown");
  });

  it.each([{ $BigInt: "a lot" }, { $URL: "nowhere" }, { at: [{ $Map: 5 }] }, { $Float64Array: "AAA=" }, { $Uint8Array: "%" }])(
    "of a result that is no value any more, %j, is named, and the others are there",
    async (result) => {
      const { gate, ask, runner } = setting();
      const [a, b] = [await ask("a"), await ask("b")];
      for (const request of [a, b]) await gate.decide(request, approve(), { by: alice });
      for (const threadId of ["a", "b"]) await runner.resume(threadId);
      const port = gate.store as StorePort;
      const record = await port.getRequest("default", a.id);
      if (!record) throw new Error(a.id);
      await port.commit({
        tenant: "default",
        changes: [{ op: "put", kind: "request", record: { ...record, result }, expects: record.version }],
        events: [],
      });
      const { items, unreadable } = await gate.list();
      expect(items.map(({ id }) => id)).toEqual([b.id]);
      expect(unreadable).toEqual([{ id: a.id, reason: expect.stringContaining("result") }]);
      await expect(gate.get(a.id)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", details: { unreadable: { id: a.id } } });
      expect(await gate.verify()).toMatchObject({ unreadable: [{ id: a.id }] });
      expect(await gate.background(b)).toMatchObject({ past: [] });
    },
  );

  it("keeps nothing else from being purged", async () => {
    const { gate, ask } = setting();
    const [a, b] = [await ask("a"), await ask("b")];
    for (const { id } of [a, b]) await gate.cancel(id, { by: alice, reason: "no" });
    for (const threadId of ["a", "b"]) await openThread(gate, { threadId, agent: "mini", framework: "mini" }).release("completed");
    await spoil(gate, a.id);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await gate.purge({ olderThan: 1, by: { id: "retention", kind: "service" } })).toMatchObject({ requests: 1 });
    expect((await gate.list()).unreadable).toMatchObject([{ id: a.id }]);
  });
});

describe("an unreadable grant", () => {
  const granted = async () => {
    const warned: string[] = [];
    const gate = createGate({ policy, store: memoryStore(), warn: (message) => warned.push(message) });
    const ask = (key: string) => gate.ask({ threadId: "t", key, tool: "pay", args: { amount: 5 } });
    const grantBy = async (key: string): Promise<string> => {
      const asked = await ask(key);
      if (asked.status !== "pending") throw new Error(asked.status);
      await gate.decide(asked.request, approve({ remember: { scope: "tool" } }), { by: alice });
      return (await gate.grants()).at(-1)?.id ?? "";
    };
    return { gate, ask, grantBy, warned };
  };
  const spoilGrant = async ({ store }: Gate, id: string): Promise<void> => {
    const port = store as StorePort;
    const record = (await port.listGrants?.("default", undefined))?.find((grant) => grant.id === id);
    if (!record) throw new Error(id);
    const spoilt = { ...record, grant: { ...record.grant, decision: "perhaps" as never } };
    const changes: readonly Change[] = [{ op: "put", kind: "grant", record: spoilt, expects: record.version }];
    expect(await port.commit({ tenant: "default", changes, events: [] })).toEqual({ ok: true });
  };

  it("decides nothing, and neither does another one of the call: people are asked", async () => {
    const { gate, ask, grantBy, warned } = await granted();
    const id = await grantBy("1");
    expect((await ask("2")).status).toBe("approved");
    await spoilGrant(gate, id);
    expect((await ask("3")).status).toBe("pending");
    expect(warned.at(-1)).toContain(`grant/${id}`);
    const other = await grantBy("3");
    expect(other).not.toBe(id);
    expect((await ask("4")).status).toBe("pending");
  });

  it("is left out of the list, told, and named by verify; others can be revoked", async () => {
    const { gate, grantBy, warned } = await granted();
    const id = await grantBy("1");
    await spoilGrant(gate, id);
    const other = await grantBy("2");
    expect((await gate.grants()).map((grant) => grant.id)).toEqual([other]);
    expect(warned.at(-1)).toContain(`grant/${id}`);
    await gate.revokeGrant(other, { by: alice });
    await expect(gate.revokeGrant(id, { by: alice })).rejects.toMatchObject({ details: { unreadable: { id: `grant/${id}` } } });
    expect(await gate.verify()).toMatchObject({ unreadable: [{ id: `grant/${id}` }] });
  });
});

it("verify names damaged rows of every kind, and verifies the rest", async () => {
  const path = join(folder, "damaged.db");
  const gate = createGate({ policy, store: sqliteStore(path), warn: () => {} });
  const ask = async (threadId: string) => {
    const asked = await gate.ask({ threadId, key: "k", tool: "pay", args: { amount: 5 } });
    if (asked.status !== "pending") throw new Error(asked.status);
    return asked.request;
  };
  const [a, b] = [await ask("a"), await ask("b")];
  await gate.decide(a, approve({ remember: { scope: "tool" } }), { by: alice });
  const [grant] = await gate.grants();
  const file = new DatabaseSync(path);
  file.exec(
    `UPDATE requests SET record = '{' WHERE id = '${b.id}'; UPDATE threads SET record = '{' WHERE id = 'a'; UPDATE grants SET record = '{'`,
  );
  file.close();
  const { subjects, unreadable = [] } = await gate.verify();
  expect(subjects).toBe(6);
  expect(unreadable.map(({ id }) => id).toSorted()).toEqual([b.id, "thread/a", `grant/${grant?.id}`].toSorted());
  await gate.store.close();
});

describe("what could not be read again is not written", () => {
  it.each([
    ["an agent that is no text", { agent: 7, framework: "f" }, "agent"],
    ["a framework that is no text", { agent: "a", framework: 7 }, "framework"],
  ])("%s: the commit is refused by name, and nothing of it is there", async (_, names, path) => {
    const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
    const thread = openThread(gate, { threadId: "t", ...names } as never);
    const refused = thread.suspend([{ turnId: "m", callId: "c", tool: "pay", args: {} }], null);
    await expect(refused).rejects.toMatchObject({ code: "SETUP", message: expect.stringContaining(path) });
    expect(await gate.list()).toEqual({ items: [], next: undefined });
    expect(await gate.verify()).toEqual({ events: 0, subjects: 0 });
  });
});
