import {
  approve,
  createGate,
  createWorker,
  definePolicy,
  isCountersignError,
  reject,
  type Approval,
  type GateOptions,
} from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it, vi } from "vitest";
import { call, createRunner, scripted } from "../mini.ts";

const MINUTE = 60_000;
const alice = { id: "alice" };
const policy = definePolicy({
  tools: {
    pay: { ask: true, review: { remember: ["tool"] } },
    read: "allow",
    count: { history: true, ask: ({ history }) => history.count() > 1 },
  },
});

function world(limits: GateOptions["limits"] = {}) {
  // It stands until it is moved: else a run that failed is due again where the machine stood still for a second.
  const start = Date.now();
  let skipped = 0;
  const now = () => start + skipped;
  const store = memoryStore({ now });
  /** As another process would: nothing is shared but the records. */
  const open = () => createGate({ policy, store: { ...store }, limits, now, warn: () => {} });
  return { store, open, gate: createGate({ policy, store, limits, now, warn: () => {} }), advance: (ms: number) => void (skipped += ms) };
}

const question = (key: number | string, over: object = {}) => ({ threadId: "t", key: String(key), tool: "pay", args: { key }, ...over });
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const flooded = (result: PromiseSettledResult<unknown>) =>
  result.status === "rejected" && isCountersignError(result.reason, "TOO_MANY_REQUESTS");
const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : error)); // prettier-ignore
const requestOf = (approval: Approval) => {
  if (approval.status !== "pending") throw new Error(approval.status);
  return approval.request;
};

describe("a thread", () => {
  it("takes exactly as many questions at the same moment as may wait, and refuses the others whole", async () => {
    const { gate, store } = world();
    const results = await Promise.allSettled(range(150).map((key) => gate.ask(question(key))));
    expect(results.filter(flooded)).toHaveLength(50);
    expect(await store.getThread("default", "t")).toMatchObject({ open: 100 });
    expect((await gate.list({ limit: 1_000 })).items).toHaveLength(100);
    expect(await gate.verify()).toMatchObject({ subjects: 102 });
    const [refused] = results.filter(flooded);
    expect(refused).toMatchObject({ reason: { details: { scope: "thread", id: "t", limit: 100, within: MINUTE } } });
  });

  it("takes another one for each that is decided, and all again after a minute", async () => {
    const { gate, advance } = world({ thread: 2 });
    const first = requestOf(await gate.ask(question(1)));
    await gate.ask(question(2));
    expect(await codeOf(gate.ask(question(3)))).toBe("TOO_MANY_REQUESTS");
    await gate.decide(first, approve(), { by: alice });
    expect(await codeOf(gate.ask(question(3)))).toBe("none");
    expect(await codeOf(gate.ask(question(4)))).toBe("TOO_MANY_REQUESTS");
    advance(MINUTE + 1);
    expect(await codeOf(gate.ask(question(4)))).toBe("none");
    expect(await codeOf(gate.ask(question(5)))).toBe("none");
    expect(await codeOf(gate.ask(question(6)))).toBe("TOO_MANY_REQUESTS");
    expect(await codeOf(gate.ask(question(6, { threadId: "other" })))).toBe("none");
  });

  it("still knows what waits when a new minute begins", async () => {
    const { gate, advance } = world();
    await gate.ask(question("early"));
    advance(MINUTE - 1_000);
    await Promise.all(range(60).map((key) => gate.ask(question(key))));
    advance(2_000);
    const results = await Promise.allSettled(range(100).map((key) => gate.ask(question(100 + key))));
    expect(results.filter(flooded)).toHaveLength(60);
  });

  it("counts nothing that waits for nobody, and nothing twice", async () => {
    const { gate, open } = world({ thread: 1 });
    await Promise.all(range(5).map((key) => gate.ask(question(key, { tool: "read" }))));
    await gate.ask(question("count", { tool: "count" }));
    const asked = requestOf(await gate.ask(question("a")));
    for (const each of [gate, open()]) expect(await codeOf(each.ask(question("a")))).toBe("none");
    // Other arguments take the place of the ones before.
    const changed = requestOf(await gate.ask({ ...question("a"), args: { other: true } }));
    expect(changed.supersedes).toBe(asked.id);
    await gate.decide(changed, approve({ remember: { scope: "tool", times: 3 } }), { by: alice });
    expect((await Promise.all(range(3).map((key) => gate.ask(question(key))))).map(({ status }) => status)).toEqual(["approved", "approved", "approved"]); // prettier-ignore
  });

  it("can be without a limit", async () => {
    const { gate } = world({ thread: false, requester: false });
    await Promise.all(range(150).map((key) => gate.ask(question(key, { requestedBy: "bob" }))));
    expect((await gate.list({ limit: 1_000 })).items).toHaveLength(150);
  });
});

describe("a requester", () => {
  const by = (key: number, who = "bob") => question(key, { threadId: `t${key}`, requestedBy: who });

  it("has one limit over all threads, which no race of a process gets past", async () => {
    const { gate } = world({ requester: 20 });
    const results = await Promise.allSettled(range(50).map((key) => gate.ask(by(key))));
    expect(results.filter(flooded)).toHaveLength(30);
    expect(await gate.list({ requestedBy: "bob", limit: 1_000 })).toMatchObject({ items: { length: 20 } });
    expect(await codeOf(gate.ask(by(1, "carol")))).toBe("none");
    expect(await codeOf(gate.ask(by(99)))).toBe("TOO_MANY_REQUESTS");
    expect((await gate.list({ threadId: "t99" })).items).toEqual([]);
  });

  it("has it over all processes, a hundredth of it more for each", async () => {
    // However slow the machine is: after a minute, all of it may be asked again.
    vi.spyOn(Date, "now").mockReturnValue(Date.now());
    const { open } = world({ requester: 200 });
    const gates = range(10).map(open);
    const ask = async (key: number) => gates[key % 10]?.ask(by(key));
    const results = await Promise.allSettled(range(600).map(ask));
    const pending = 600 - results.filter(flooded).length;
    expect(pending).toBeGreaterThanOrEqual(200);
    // At the very same moment none of them can see what the others write.
    const later = await Promise.allSettled(range(20).map((key) => ask(1_000 + key)));
    expect(later.filter(flooded)).toHaveLength(20);
  });

  it("has it over all gates of a process", async () => {
    const { store } = world();
    const gates = range(30).map(() => createGate({ policy, store, limits: { requester: 5 }, warn: () => {} }));
    const results = await Promise.allSettled(gates.map((gate, key) => gate.ask(by(key))));
    expect(results.filter(flooded)).toHaveLength(25);
  });

  it("is counted again only now and then", async () => {
    const { gate, store } = world();
    const counted = vi.spyOn(store, "countRequests");
    const listed = vi.spyOn(store, "listRequests");
    for (const key of range(10)) await gate.ask(by(key));
    // Without revisions to look for, a suspension lists nothing.
    expect([counted.mock.calls.length, listed.mock.calls.filter(([, { status }]) => status === "pending").length]).toEqual([0, 0]);
    for (const key of range(200)) await gate.ask(by(100 + key));
    expect(counted.mock.calls.length).toBeLessThan(10);
  });
});

describe("a run", () => {
  const calls = (turn: string, count: number) => range(count).map((key) => call(`${turn}${key}`, "pay", { turn, key }));

  it("asks about 100 calls of one turn", async () => {
    const { gate } = world();
    const outcome = await createRunner(gate, { model: scripted(calls("a", 100)), tools: {} }).start("t", "go");
    expect(outcome).toMatchObject({ status: "suspended", pending: { length: 100 } });
  });

  it("records nothing of a turn that is too large, and goes on where more are allowed", async () => {
    const { gate, store } = world({ thread: 2 });
    const agent = { model: scripted(calls("a", 3)), tools: { pay: () => "paid" } };
    expect(await codeOf(createRunner(gate, agent).start("t", "go"))).toBe("TOO_MANY_REQUESTS");
    expect((await gate.list({})).items).toEqual([]);
    expect(await store.getThread("default", "t")).toMatchObject({ state: "live", open: 0, holder: undefined });
    const wide = createGate({ policy, store, limits: { thread: 3 }, warn: () => {} });
    expect(await createRunner(wide, agent).resume("t")).toMatchObject({ status: "suspended", pending: { length: 3 } });
    await wide.verify();
  });

  it("is tried again by a worker, after a while, until its reviewers have time", async () => {
    const { gate, store, advance } = world({ requester: 2 });
    const agent = { model: scripted(calls("a", 1), calls("b", 1)), tools: { pay: () => "paid" } };
    const runner = createRunner(gate, agent);
    const outcome = await runner.start("run", "go", { requestedBy: "bob" });
    const [first] = outcome.status === "suspended" ? outcome.pending : [];
    if (!first) throw new Error(outcome.status);
    await gate.decide(first, reject("no"), { by: alice });
    const hand = requestOf(await gate.ask(question(1, { threadId: "x", requestedBy: "bob" })));
    await gate.ask(question(2, { threadId: "y", requestedBy: "bob" }));
    const errors: unknown[] = [];
    const worker = createWorker(gate, [runner], { onError: (error) => errors.push(isCountersignError(error) && error.code) });
    expect(await worker.drain()).toMatchObject({ failed: 1 });
    expect(errors).toEqual(["TOO_MANY_REQUESTS"]);
    expect(await store.getThread("default", "run")).toMatchObject({ state: "live", attempts: 1, open: 0, holder: undefined });
    await gate.decide(hand, approve(), { by: alice });
    expect(await worker.drain()).toMatchObject({ resumed: 0, failed: 0 });
    advance(2_000);
    expect(await worker.drain()).toMatchObject({ resumed: 1, failed: 0 });
    expect(await gate.list({ threadId: "run", status: "pending" })).toMatchObject({ items: { length: 1 } });
    await gate.verify();
  });

  it("leaves a call inside which too much was asked of unknown outcome: it may have paid before it asked", async () => {
    const { gate } = world({ thread: 1 });
    await gate.ask(question(0, { threadId: "side" }));
    const inner = () => gate.ask(question(1, { threadId: "side" }));
    const ticket = requestOf(await gate.ask(question("outer")));
    await gate.decide(ticket, approve(), { by: alice });
    expect(await codeOf(gate.execute({ id: ticket.id, args: {} }, inner))).toBe("EXECUTION_UNKNOWN");
    expect(await gate.get(ticket.id)).toMatchObject({ status: "approved", execution: "unknown" });
    let ran = 0;
    expect(await codeOf(gate.execute({ id: ticket.id, args: {} }, () => ++ran))).toBe("EXECUTION_UNKNOWN");
    expect(ran).toBe(0);
  });
});

it.each([{ thread: 0 }, { requester: 1.5 }, { thread: -1 }, { requester: true }])("%j are no limits", (limits) => {
  expect(() => createGate({ store: memoryStore(), limits: limits as never })).toThrow(/limits\.(thread|requester)/);
});
