// A run that fails again and again is given up after a while, and tried again when somebody says so.
import { approve, CountersignError, createGate, createWorker, definePolicy, type ApprovalRequest, type Gate } from "@countersign/core";
import { openThread } from "@countersign/core/adapter";
import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { call, createRunner, scripted, type Message } from "../mini.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const policy = definePolicy({ default: "allow", tools: { pay: { ask: true } } });
const alice = { id: "alice" };
const freeze = { id: "f", tool: "pay", by: alice, reason: "audit", at: 0 };
const PASSING: readonly (readonly [string, Error])[] = [
  ["FROZEN", new CountersignError("FROZEN", freeze)],
  ["THREAD_BUSY", new CountersignError("THREAD_BUSY", { threadId: "t" })],
  ["EXECUTION_BUSY", new CountersignError("EXECUTION_BUSY", { request: {} as ApprovalRequest })],
  ["STORE_UNAVAILABLE", new CountersignError("STORE_UNAVAILABLE", { retryable: true })],
  [
    "one of them, wrapped by the framework",
    new Error("the node failed", { cause: new CountersignError("STORE_UNAVAILABLE", { retryable: false }) }),
  ],
];
const OWN: readonly (readonly [string, Error])[] = [
  ["any other error", new Error("the guardrail tripped")],
  ["STATE_INCOMPATIBLE", new CountersignError("STATE_INCOMPATIBLE", { framework: "mini", saved: "1", running: "2" })],
  ["TOO_MANY_REQUESTS", new CountersignError("TOO_MANY_REQUESTS", { scope: "thread", id: "t", limit: 1, within: 60_000 })],
];

/** An agent whose model fails after the payment, as long as there is something to fail with. */
function setting() {
  // It stands until it is moved: else a run that failed is due again where the machine stood still for a second.
  const start = Date.now();
  let skipped = 0;
  const now = (): number => start + skipped;
  const store = memoryStore({ now });
  const warned: string[] = [];
  const gate = createGate({ policy, store, now, warn: (message) => warned.push(message) });
  // Of a store that only this process has.
  warned.length = 0;
  const cause: { error?: Error | undefined } = { error: new Error("the guardrail tripped") };
  const lines = scripted([call("c", "pay", { amount: 5 })], "done", [call("d", "pay", { amount: 6 })], "done");
  const seen = { tries: 0, paid: 0 };
  const model = async (messages: readonly Message[]): Promise<Message> => {
    if (messages.at(-1)?.role !== "tool") return lines(messages);
    seen.tries++;
    if (cause.error) throw cause.error;
    return lines(messages);
  };
  const runner = createRunner(gate, { model, tools: { pay: () => ++seen.paid } });
  const worker = createWorker(gate, [runner], { onError: () => {} });
  const advance = (ms: number): void => void (skipped += ms);
  const signed = async (threadId = "t"): Promise<void> => {
    const outcome = await runner.start(threadId, "go");
    const [request] = outcome.status === "suspended" ? outcome.pending : [];
    if (!request) throw new Error(outcome.status);
    await gate.decide(request, approve(), { by: alice });
  };
  /** Tries whatever is due, every so often. */
  const work = async (times: number, every: number): Promise<void> => {
    for (let n = 0; n < times; n++) {
      await worker.drain();
      advance(every);
    }
  };
  const look = async () => (await gate.threads()).items.find(({ id }) => id === "t");
  return { gate, store, runner, worker, cause, seen, warned, advance, now, signed, work, look };
}

type Setting = ReturnType<typeof setting>;

/** A process that takes the thread and is never heard of again. */
async function dies({ store, advance }: Setting): Promise<void> {
  const claim = { tenant: "default", agents: ["mini"], holder: "run:gone", leaseMs: MINUTE, limit: 1 };
  expect(await store.claimDue("thread", claim)).toMatchObject([{ id: "t" }]);
  advance(MINUTE);
}

describe("a run that keeps failing", () => {
  it("is tried for 24 hours, then listed and left alone, until somebody resumes it", async () => {
    const { gate, runner, worker, cause, seen, warned, signed, work, look, now } = setting();
    await signed();
    const since = now();
    await work(24 * 12, 5 * MINUTE);
    expect(await look()).toMatchObject({ state: "ready", lastError: "the guardrail tripped", failingSince: expect.any(Number) as number });
    expect(warned).toEqual([]);
    await work(3, 5 * MINUTE);
    const { tries } = seen;
    expect(tries).toBeGreaterThan(250);
    await work(100, HOUR);
    expect(seen.tries).toBe(tries);
    expect((await gate.threads({ state: "failing" })).items).toEqual([
      {
        id: "t",
        agent: "mini",
        framework: "mini",
        state: "failing",
        open: 0,
        attempts: tries,
        lastError: "the guardrail tripped",
        failingSince: expect.closeTo(since, -4) as number,
        nextTryAt: undefined,
      },
    ]);
    expect(warned).toEqual([expect.stringMatching(/Workers no longer try thread t of mini.*the guardrail tripped/)]);

    await expect(runner.resume("t")).rejects.toThrow("the guardrail tripped");
    expect(await look()).toMatchObject({ state: "ready", attempts: 1, nextTryAt: expect.any(Number) as number });
    cause.error = undefined;
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
    expect(await look()).toMatchObject({ state: "closed", attempts: 0, lastError: undefined, failingSince: undefined });
    expect(await worker.drain()).toMatchObject({ resumed: 0, failed: 0 });
    expect(seen.paid).toBe(1);
    await gate.verify();
  });

  it("is tried twenty times at least, however long the workers were away", async () => {
    const { signed, work, look } = setting();
    await signed();
    await work(19, 2 * 24 * HOUR);
    expect(await look()).toMatchObject({ state: "ready", attempts: 19 });
    await work(1, 0);
    expect(await look()).toMatchObject({ state: "failing", attempts: 20 });
  });

  it("is tried again with a new input", async () => {
    const { runner, cause, signed, work, look } = setting();
    await signed();
    await work(20, 2 * HOUR);
    expect(await look()).toMatchObject({ state: "failing" });
    cause.error = undefined;
    expect(await runner.start("t", "go on", { pending: "cancel" })).toMatchObject({ status: "completed" });
    expect(await look()).toMatchObject({ state: "closed", attempts: 0, lastError: undefined });
  });

  it("starts to count anew once it has come to rest", async () => {
    const { cause, signed, work, look } = setting();
    await signed();
    await work(10, 2 * HOUR);
    cause.error = undefined;
    await work(1, 0);
    await signed();
    cause.error = new Error("again");
    await work(15, 2 * HOUR);
    expect(await look()).toMatchObject({ state: "ready", attempts: 15 });
  });
});

describe("as an attempt counts", () => {
  it.each(OWN)("%s", async (_, error) => {
    const { cause, signed, work, look } = setting();
    cause.error = error;
    await signed();
    await work(20, 2 * HOUR);
    expect(await look()).toMatchObject({ state: "failing", attempts: 20, lastError: error.message });
  });

  it("a process that died with the run", async () => {
    const each = setting();
    await each.signed();
    await dies(each);
    await dies(each);
    await each.worker.drain();
    expect(await each.look()).toMatchObject({ state: "ready", attempts: 3, lastError: "the guardrail tripped" });
    each.advance(2 * HOUR);
    each.cause.error = undefined;
    await dies(each);
    expect(await each.worker.drain()).toMatchObject({ resumed: 1 });
    expect(await each.look()).toMatchObject({ state: "closed", attempts: 0 });
    await each.gate.verify();
  });

  it("a process that died, also the last time: then nothing is run any more", async () => {
    const each = setting();
    await each.signed();
    await each.work(19, 2 * HOUR);
    await dies(each);
    const { tries } = each.seen;
    expect(await each.worker.drain()).toMatchObject({ resumed: 0, failed: 0 });
    expect(each.seen.tries).toBe(tries);
    expect(await each.look()).toMatchObject({ state: "failing", attempts: 20, lastError: expect.stringMatching(/died/) as string });
    expect(each.warned).toHaveLength(1);
    each.cause.error = undefined;
    expect(await each.runner.resume("t")).toMatchObject({ status: "completed" });
    await each.gate.verify();
  });
});

describe("as an attempt does not count", () => {
  it.each(PASSING)("%s, and the pauses grow", async (_, error) => {
    const { cause, seen, signed, work, look, now } = setting();
    cause.error = error;
    await signed();
    await work(30, 2 * HOUR);
    expect(seen.tries).toBe(30);
    const thread = await look();
    expect(thread).toMatchObject({ state: "ready", attempts: 0, failingSince: undefined, lastError: error.message });
    expect((thread?.nextTryAt ?? 0) - (now() - 2 * HOUR)).toBeCloseTo(5 * MINUTE, -4);
    cause.error = new Error("the guardrail tripped");
    await work(1, 0);
    expect(await look()).toMatchObject({ attempts: 1, failingSince: expect.any(Number) as number });
  });

  it("a hold outside a runner, which only lapses", async () => {
    const each = setting();
    await each.signed();
    await each.work(1, HOUR);
    const native = openThread(each.gate, { threadId: "t", agent: "mini", framework: "mini" });
    const other = { turnId: "turn", callId: "n", tool: "pay", args: { amount: 7 } };
    const [asked] = await native.suspend([other], null);
    if (!asked) throw new Error("nothing was asked");
    await each.gate.decide(asked, approve(), { by: alice });
    each.advance(HOUR);
    await each.work(1, 0);
    expect(await each.look()).toMatchObject({ attempts: 2 });
  });
});

describe("gate.threads", () => {
  it("says where each run stands, and leaves out what is no run", async () => {
    const { gate, runner, signed } = setting();
    await signed("signed");
    await runner.start("waiting", "go");
    const broken = createRunner(gate, { model: () => Promise.reject(new Error("no key")), tools: {} }, "broken");
    await expect(broken.start("broken", "go")).rejects.toThrow("no key");
    await gate.ask({ threadId: "by hand", key: "k", tool: "pay", args: { amount: 1 } });
    await gate.freeze({ tool: "refund" }, { by: alice, reason: "audit" });
    expect((await gate.threads()).items.map(({ id, state, attempts, nextTryAt }) => [id, state, attempts, nextTryAt])).toEqual([
      ["broken", "idle", 1, undefined],
      ["signed", "ready", 0, undefined],
      ["waiting", "suspended", 0, undefined],
    ]);
  });

  it("gives page by page, and names what can't be read", async () => {
    const { gate, store, runner } = setting();
    for (const id of ["a", "b", "c"]) await runner.start(id, "go");
    await spoil(store, "b");
    const first = await gate.threads({ state: "suspended", limit: 2 });
    expect([first.items.map(({ id }) => id), first.unreadable?.map(({ id }) => id)]).toEqual([["a"], ["thread/b"]]);
    const second = await gate.threads({ state: "suspended", limit: 2, ...(first.next !== undefined && { after: first.next }) });
    expect([second.items.map(({ id }) => id), second.unreadable, second.next]).toEqual([["c"], undefined, undefined]);
  });

  it("is SETUP for a store that can't list threads", async () => {
    const { listThreads: _, ...store } = memoryStore();
    await expect(createGate({ store }).threads()).rejects.toMatchObject({ code: "SETUP" });
  });

  it.each([{ state: "faling" as never }, { limit: 0 }, { after: "t" }])("refuses %j", async (query) => {
    await expect(setting().gate.threads(query)).rejects.toMatchObject({ code: "INVALID_ARGS" });
  });
});

async function spoil(store: Gate["store"], id: string): Promise<void> {
  const port = store as StorePort;
  const record = await port.getThread("default", id);
  if (!record) throw new Error(id);
  const changes = [{ op: "put", kind: "thread", record: { ...record, attempts: "many" as never }, expects: record.version }] as const;
  expect(await port.commit({ tenant: "default", changes, events: [] })).toEqual({ ok: true });
}
