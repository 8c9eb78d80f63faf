// Whoever can write records, and can't sign: what is shown is what was hashed, and an approval needs somebody behind it.
import { approve, createGate, createWorker, definePolicy, digestOf, edit, isCountersignError } from "@countersign/core";
import { openThread } from "@countersign/core/adapter";
import type { RequestRecord, StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const alice = { id: "alice", roles: ["finance"] };
const policy = definePolicy({
  context: z.object({ trusted: z.boolean() }),
  tools: {
    pay: { ask: ({ args }) => (args as { amount: number }).amount > 100, review: { roles: ["finance"], quorum: 2 } },
    mail: { ask: ({ context }) => !context.trusted },
  },
});
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "none",
    (error: unknown) => (isCountersignError(error) ? error.code : String(error)),
  );

function setting() {
  const store = memoryStore();
  const gate = createGate({ policy, store, warn: () => {} });
  return { store, gate, desk: createGate({ store, warn: () => {} }), other: () => createGate({ policy, store, warn: () => {} }) };
}

async function asked(gate: ReturnType<typeof setting>["gate"], key: string, amount = 4_200) {
  const approval = await gate.ask({ threadId: "t", key, tool: "pay", args: { amount }, context: { trusted: false } });
  if (approval.status !== "pending") throw new Error(approval.status);
  return approval.request;
}

async function rewrite(store: StorePort, id: string, patch: Partial<RequestRecord>): Promise<void> {
  const record = await store.getRequest("default", id);
  if (!record) throw new Error("gone");
  const { ok } = await store.commit({
    tenant: "default",
    changes: [{ op: "put", kind: "request", record: { ...record, ...patch }, expects: record.version }],
    events: [],
  });
  if (!ok) throw new Error("refused");
}

describe("a record that shows another call than its digest is of", () => {
  it.each<[string, Partial<RequestRecord>]>([
    ["other arguments", { args: { amount: 1 } }],
    ["another tool", { tool: "mail" }],
    ["another namespace", { namespace: "bank" }],
    ["arguments without JSON", { args: { amount: "\ud800" } }],
  ])("%s: is neither shown, nor decided, nor run", async (_, lie) => {
    const { store, gate, desk } = setting();
    const request = await asked(gate, "k");
    const whole = await asked(gate, "whole");
    await rewrite(store, request.id, lie);
    expect(await codeOf(desk.get(request.id))).toBe("AUDIT_BROKEN");
    expect(await codeOf(desk.decide(request, approve(), { by: alice }))).toBe("AUDIT_BROKEN");
    expect(await codeOf(gate.execute({ id: request.id, args: {} }, () => 1))).toBe("AUDIT_BROKEN");
    const page = await desk.list();
    expect([page.items.map(({ id }) => id), page.unreadable?.map(({ id }) => id)]).toEqual([[whole.id], [request.id]]);
    expect(await codeOf(desk.verify())).toBe("AUDIT_BROKEN");
  });

  it("or, after an edit, other arguments of the model: a reviewer compares with them", async () => {
    const { store, gate, desk } = setting();
    const request = await asked(gate, "k");
    await gate.decide(request, edit({ amount: 4_000 }), { by: alice });
    await rewrite(store, request.id, { args: { amount: 4_001 } });
    expect(await codeOf(desk.get(request.id))).toBe("AUDIT_BROKEN");
  });
});

it("a forged record keeps no other from being swept or purged", async () => {
  let skipped = 0;
  const store = memoryStore({ now: () => Date.now() + skipped });
  const gate = createGate({ policy, store, warn: () => {} });
  const forged = await asked(gate, "forged");
  const other = await asked(gate, "other");
  await rewrite(store, forged.id, { args: { amount: 1 } });
  skipped = 4 * 86_400_000;
  const errors: unknown[] = [];
  await createWorker(gate, [], { onError: (error) => void errors.push(error) }).drain();
  expect((await gate.get(other.id))?.status).toBe("expired");
  expect(errors.map((error) => isCountersignError(error, "AUDIT_BROKEN"))).toContain(true);
  skipped = 90 * 86_400_000;
  expect(await gate.purge({ olderThan: "30d", by: { id: "retention", kind: "service" } })).toMatchObject({ requests: 1 });
  await rewrite(store, forged.id, { args: forged.args, threadId: forged.threadId });
  await createWorker(gate, []).drain();
  skipped = 180 * 86_400_000;
  expect(await gate.purge({ olderThan: "30d", by: { id: "retention", kind: "service" } })).toMatchObject({ requests: 1 });
});

describe("an approval with nobody behind it", () => {
  it("is no ticket", async () => {
    const { store, gate, other } = setting();
    const { id } = await asked(gate, "k");
    await rewrite(store, id, { state: "approved" });
    expect(await codeOf(other().execute({ id, args: {} }, () => 1))).toBe("NOT_APPROVED");
    expect(await gate.get(id)).toMatchObject({ status: "approved", begun: false });
  });

  it("nor with one signature where two are asked for", async () => {
    const { store, gate } = setting();
    const request = await asked(gate, "k");
    await gate.decide(request, approve(), { by: alice });
    await rewrite(store, request.id, { state: "approved" });
    expect(await codeOf(gate.execute({ id: request.id, args: {} }, () => 1))).toBe("NOT_APPROVED");
  });

  it("nor with other arguments in the place of those that this process has allowed", async () => {
    const { store, gate } = setting();
    const { id } = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { amount: 5 }, context: { trusted: false } });
    const args = { amount: 4_200 };
    await rewrite(store, id, { proposal: { args, digest: digestOf({ tool: "pay", args }), by: alice } });
    expect(await codeOf(gate.execute({ id, args: {} }, () => 1))).toBe("NOT_APPROVED");
  });

  it.each<[string, Partial<RequestRecord>]>([
    ["a made-up grant", { grantId: "0123456789abcdef0123456789abcdef" }],
    ["a made-up beginning", { begun: true, attempt: 1 }],
  ])("nor with %s", async (_, lie) => {
    const { store, gate, other } = setting();
    const { id } = await asked(gate, "k");
    await rewrite(store, id, { state: "approved", ...lie });
    for (const process of [gate, other()]) expect(await codeOf(process.execute({ id, args: {} }, () => 1))).toBe("NOT_APPROVED");
  });

  it("runs if the policy allows the call, in whichever process", async () => {
    const { gate, other, desk } = setting();
    const ask = (key: string) => gate.ask({ threadId: "t", key, tool: "pay", args: { amount: 5 }, context: { trusted: false } });
    const [one, two] = [await ask("1"), await ask("2")];
    expect(one.status).toBe("allowed");
    expect(await other().execute({ id: one.id, args: {} }, () => "paid")).toBe("paid");
    expect(await codeOf(desk.execute({ id: two.id, args: {} }, () => "paid"))).toBe("NOT_APPROVED");
    expect(await gate.execute({ id: two.id, args: {} }, () => "paid")).toBe("paid");
  });

  it("runs where it was allowed, if the process stood still after its claim and claims anew", async () => {
    let skipped = 0;
    const now = () => Date.now() + skipped;
    const inner = memoryStore({ now });
    const commit: StorePort["commit"] = async (batch) => {
      const committed = await inner.commit(batch);
      if (skipped === 0 && batch.events.some(({ type }) => type === "claimed")) skipped = 120_000;
      return committed;
    };
    const store: StorePort = { ...inner, commit };
    const gate = createGate({ policy, store, now, warn: () => {} });
    await asked(gate, "first");
    const { id } = await gate.ask({ threadId: "t", key: "k", tool: "mail", args: {}, context: { trusted: true } });
    expect(await gate.execute({ id, args: {} }, () => "sent")).toBe("sent");
    expect(skipped).toBeGreaterThan(0);
  });

  it("runs where it was allowed, whatever the policy is told elsewhere", async () => {
    const { gate, other } = setting();
    await asked(gate, "first");
    const mail = () => gate.ask({ threadId: "t", key: `${Math.random()}`, tool: "mail", args: {}, context: { trusted: true } });
    const [here, elsewhere] = [await mail(), await mail()];
    expect([here.status, elsewhere.status]).toEqual(["allowed", "allowed"]);
    expect(await gate.execute({ id: here.id, args: {} }, () => "sent")).toBe("sent");
    // The thread knows the context of its first call alone.
    expect(await codeOf(other().execute({ id: elsewhere.id, args: {} }, () => "sent"))).toBe("NOT_APPROVED");
  });
});

it("what a person signed in the same millisecond did not count when the next call was allowed", async () => {
  const now = () => 1_750_000_000_000;
  const store = memoryStore({ now });
  const counted = definePolicy({
    tools: { pay: { history: true, ask: ({ args, history }) => Number(args["amount"]) + history.sum("args.amount") > 10 } },
  });
  const gateOn = () => createGate({ policy: counted, store, now, warn: () => {} });
  const [gate, other] = [gateOn(), gateOn()];
  const ask = (key: string, amount: number) => gate.ask({ threadId: "t", key, tool: "pay", args: { amount } });
  const [first, second] = [await ask("1", 20), await ask("2", 4)];
  if (first.status !== "pending") throw new Error(first.status);
  expect(second.status).toBe("allowed");
  await gate.decide(first.request, approve(), { by: alice });
  expect(await other.execute({ id: second.id, args: {} }, () => "paid")).toBe("paid");
});

describe("a schema", () => {
  const schema = { type: "object", properties: { amount: { type: "number" } } };
  const gateOn = (store: StorePort) =>
    createGate({ policy: definePolicy({ tools: { pay: { ask: true, args: z.object({ amount: z.number() }) } } }), store, warn: () => {} });

  it("is kept once, and shown with every request", async () => {
    const store = memoryStore();
    const gate = gateOn(store);
    for (const key of ["a", "b", "c"]) await gate.ask({ threadId: "t", key, tool: "pay", args: { amount: 1 } });
    const { items } = await createGate({ store }).list();
    expect(items.map(({ argsSchema }) => argsSchema)).toEqual(Array.from({ length: 3 }, () => expect.objectContaining(schema)));
    const kept = (await store.listSubjects?.("default", undefined, 100))?.filter((subject) => subject.includes("/schema/"));
    expect(kept).toHaveLength(1);
    for (const { id } of items) expect(JSON.stringify(await store.getRequest("default", id))).not.toContain("properties");
    await gate.verify();
  });
});

it("a schema that holds more than JSON is kept as its JSON, and one that has none is left out", async () => {
  class Limits {
    readonly maximum = 9;
  }
  const endless: Record<string, unknown> = { type: "object" };
  endless["not"] = endless;
  const gate = createGate({ policy: definePolicy({ default: "ask" }), store: memoryStore(), warn: () => {} });
  const thread = openThread(gate, { threadId: "t", framework: "f" });
  const schemas = [{ type: "object", properties: { amount: new Limits() } }, endless];
  const shown: unknown[] = [];
  for (const [index, argsSchema] of schemas.entries()) {
    const proposed = { turnId: "m", callId: `c${index}`, tool: "pay", args: {} };
    await thread.mustWait(proposed, { argsSchema });
    const [request] = await thread.suspend([proposed], null);
    shown.push(request?.argsSchema);
  }
  expect(shown).toEqual([{ type: "object", properties: { amount: { maximum: 9 } } }, undefined]);
  await gate.verify();
});

it("a schema that somebody changes after reading it stays what it was for everybody else", async () => {
  const store = memoryStore();
  const strict = definePolicy({ tools: { pay: { ask: true, args: z.object({ amount: z.number().max(10) }) } } });
  const approval = await createGate({ policy: strict, store, warn: () => {} }).ask({
    threadId: "t",
    key: "k",
    tool: "pay",
    args: { amount: 1 },
  });
  const desk = createGate({ store, warn: () => {} });
  const seen = (await desk.get(approval.id))?.argsSchema;
  Reflect.deleteProperty(seen?.["properties"] ?? {}, "amount");
  const request = await desk.get(approval.id);
  if (!request) throw new Error("gone");
  expect(await codeOf(desk.decide(request, edit({ amount: 1_000 }), { by: alice }))).toBe("INVALID_ARGS");
});

describe("the same call, asked again", () => {
  it("is found with what became of it, from any thread, the newest first", async () => {
    const { gate, desk } = setting();
    const ask = async (threadId: string, amount: number) => {
      const approval = await gate.ask({ threadId, key: "k", tool: "pay", args: { amount }, context: { trusted: false } });
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (approval.status !== "pending") throw new Error(approval.status);
      return approval.request;
    };
    const [first, second, third] = [await ask("a", 500), await ask("b", 500), await ask("c", 500)];
    await ask("d", 501);
    await desk.cancel(first.id, { by: alice, reason: "twice" });
    const found = await desk.duplicates(second);
    expect(found.map(({ id, status }) => [id, status])).toEqual([
      [third.id, "pending"],
      [first.id, "cancelled"],
    ]);
    expect(await codeOf(desk.duplicates({ id: "x" } as never))).toBe("INVALID_ARGS");
  });
});
