import {
  approve,
  createGate,
  createWorker,
  definePolicy,
  isCountersignError,
  reject,
  type ApprovalRequest,
  type RunOutcome,
  type WorkerEvent,
} from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { call, createRunner, scripted, type Message } from "../mini.ts";

const policy = definePolicy({
  default: "allow",
  tools: { pay: { args: z.object({ amount: z.number(), to: z.string() }), ask: ({ args }) => args.amount > 1_000 } },
});
const alice = { id: "alice" };
const PAY = call("call_0", "pay", { amount: 4_200, to: "Acme" });

/** The clock stands until it is moved: else a run that failed is due again where the machine stood still for a second. */
const START = Date.now();
const now = (): number => START;

function setting(tools: { pay?: (args: object) => unknown } = {}, warn?: (message: string) => void) {
  const gate = testGate(policy, { now, ...(warn && { warn }) });
  const runner = createRunner(gate, { model: scripted([PAY], "done"), tools: { pay: () => "paid", ...tools } });
  const ask = async (threadId: string): Promise<ApprovalRequest> => pendingOf(await runner.start(threadId, "go"));
  const sign = async (threadId: string): Promise<void> => void (await gate.decide(await ask(threadId), approve(), { by: alice }));
  return { gate, runner, ask, sign };
}

function pendingOf(outcome: RunOutcome<unknown>): ApprovalRequest {
  const [first] = outcome.status === "suspended" ? outcome.pending : [];
  if (!first) throw new Error(`nothing pending: ${outcome.status}`);
  return first;
}

/** Something that takes until it is let go. */
function latch() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { wait: () => promise, open: () => resolve("paid") };
}

describe("drain", () => {
  it("resumes what is decided, expires what is overdue, and leaves the rest", async () => {
    const { runner, gate, ask, sign } = setting();
    await sign("a");
    await ask("b");
    await ask("c");
    const worker = createWorker(gate, [runner]);
    expect(await worker.drain()).toEqual({ resumed: 1, expired: 0, failed: 0 });
    expect(await worker.drain()).toEqual({ resumed: 0, expired: 0, failed: 0 });
    gate.advance(72 * 3_600_000);
    expect(await worker.drain()).toEqual({ resumed: 2, expired: 2, failed: 0 });
    expect(gate.executed).toHaveLength(1);
  });

  it("leaves to its own framework what that has frozen, even if the agent's name is the same", async () => {
    const { runner, gate, sign } = setting();
    await sign("a");
    const ported = createRunner(gate, { model: scripted("nothing to do"), tools: {} }, runner.name, "another");
    const incompatible = { code: "STATE_INCOMPATIBLE", details: { framework: "mini", saved: "mini", running: "another" } };
    await expect(ported.resume("a")).rejects.toMatchObject(incompatible);
    await expect(ported.start("a", "go on", { pending: "cancel" })).rejects.toMatchObject(incompatible);
    const errors: unknown[] = [];
    expect(await createWorker(gate, [ported], { onError: (error) => errors.push(error) }).drain()).toMatchObject({ resumed: 0, failed: 1 });
    expect(errors).toMatchObject([incompatible]);
    expect(gate.executed).toHaveLength(0);
    gate.advance(10_000);
    expect(await createWorker(gate, [runner]).drain()).toMatchObject({ resumed: 1 });
    expect(gate.executed).toHaveLength(1);
    expect(await ported.start("b", "go")).toMatchObject({ status: "completed" });
  });

  it("takes so many threads and no more", async () => {
    const { runner, gate, sign } = setting();
    for (const id of ["a", "b", "c", "d", "e"]) await sign(id);
    const worker = createWorker(gate, [runner], { concurrency: 2 });
    expect(await worker.drain({ limit: 3 })).toMatchObject({ resumed: 3 });
    expect(await worker.drain({ limit: 0 })).toMatchObject({ resumed: 0 });
    expect(await worker.drain({ signal: AbortSignal.abort() })).toMatchObject({ resumed: 0 });
    expect(await worker.drain()).toMatchObject({ resumed: 2 });
  });

  it("has never more threads under way than it may", async () => {
    let now = 0;
    let most = 0;
    const { runner, gate, sign } = setting({
      pay: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now--;
      },
    });
    for (let n = 0; n < 12; n++) await sign(`t${n}`);
    expect(await createWorker(gate, [runner], { concurrency: 3 }).drain()).toMatchObject({ resumed: 12 });
    expect(most).toBe(3);
  });

  it("backs off from a thread that fails, and tells about it", async () => {
    const gate = testGate(policy, { now });
    let fails = true;
    const agent = { model: scripted([PAY], "done"), tools: { pay: () => "paid" } };
    const model = async (messages: readonly Message[]) => {
      if (fails && messages.length > 2) throw new Error("provider down");
      return agent.model(messages);
    };
    const runner = createRunner(gate, { ...agent, model });
    await gate.decide(pendingOf(await runner.start("t", "go")), approve(), { by: alice });
    const errors: unknown[] = [];
    const worker = createWorker(gate, [runner], { onError: (error, threadId) => errors.push([threadId, String(error)]) });
    expect(await worker.drain()).toMatchObject({ failed: 1 });
    expect(await worker.drain()).toMatchObject({ failed: 0, resumed: 0 });
    fails = false;
    gate.advance(1_000);
    expect(await worker.drain()).toMatchObject({ resumed: 1 });
    expect(gate.executed).toHaveLength(1);
    expect(errors).toEqual([["t", "Error: provider down"]]);
  });

  it("tells what it does with each thread and each request that was due, and goes on if that throws", async () => {
    const { runner, gate, sign, ask } = setting();
    await sign("a");
    const stop = await ask("b");
    await gate.decide(stop, reject("no", { then: "stop" }), { by: alice });
    const events: WorkerEvent[] = [];
    const onEvent = (event: WorkerEvent): void => void events.push(event);
    const ofThread = (threadId: string) => events.filter((event) => event.threadId === threadId);
    expect(await createWorker(gate, [runner], { onEvent }).drain()).toMatchObject({ resumed: 2 });
    const [agent, waits] = [runner.name, await ask("c")];
    expect(ofThread("a")).toEqual([
      { type: "started", threadId: "a", agent },
      { type: "completed", threadId: "a", agent },
    ]);
    expect(ofThread("b").at(-1)).toEqual({ type: "stopped", threadId: "b", agent, by: alice, message: "no" });

    gate.advance(72 * 3_600_000);
    await createWorker(gate, [], { onEvent }).drain();
    expect(ofThread("c")).toEqual([{ type: "expired", requestId: waits.id, threadId: "c", agent, tool: "pay" }]);
    const warnings: string[] = [];
    const loud = testGate(policy, { now, warn: (message) => warnings.push(message) });
    const plan = scripted([PAY]);
    const model = async (messages: readonly Message[]) =>
      messages.length > 2 ? Promise.reject(new Error("provider down")) : plan(messages);
    const failing = createRunner(loud, { model, tools: { pay: () => "paid" } });
    await loud.decide(pendingOf(await failing.start("t", "go")), approve(), { by: alice });
    const careless = createWorker(loud, [failing], {
      onEvent: (event) => {
        onEvent(event);
        throw new Error("log is full");
      },
      onError: () => {},
    });
    expect(await careless.drain()).toMatchObject({ failed: 1 });
    expect(ofThread("t")).toEqual([
      { type: "started", threadId: "t", agent },
      { type: "failed", threadId: "t", agent, error: expect.objectContaining({ message: "provider down" }) as Error },
    ]);
    expect(warnings.filter((warning) => warning.includes("onEvent threw: log is full"))).toHaveLength(2);
  });

  it("expires any number at once, and one that can't be read keeps none from it", async () => {
    let skipped = 0;
    const now = (): number => Date.now() + skipped;
    const gate = createGate({ policy, store: memoryStore({ now }), now, warn: () => {} });
    const runner = createRunner(gate, { model: scripted([PAY], "done"), tools: {} });
    const requests: ApprovalRequest[] = [];
    for (let n = 0; n < 250; n++) requests.push(pendingOf(await runner.start(`t${n}`, "go")));
    for (const { id } of requests.slice(0, 120)) await spoil(gate.store as StorePort, id);
    skipped = 73 * 3_600_000;
    const errors: [unknown, string | undefined][] = [];
    const worker = createWorker(gate, [], { onError: (...told) => errors.push(told) });
    expect(await worker.drain()).toEqual({ resumed: 0, expired: 130, failed: 0 });
    expect(errors).toHaveLength(120);
    expect(errors.every(([error, threadId]) => isCountersignError(error, "STORE_UNAVAILABLE") && threadId === undefined)).toBe(true);
  });
});

/** What a careless hand may do to a row. */
async function spoil(store: StorePort, id: string): Promise<void> {
  const record = await store.getRequest("default", id);
  if (!record) throw new Error(id);
  const changes = [{ op: "put", kind: "request", record: { ...record, tool: 7 as never }, expects: record.version }] as const;
  expect(await store.commit({ tenant: "default", changes, events: [] })).toEqual({ ok: true });
}

describe("a started worker", () => {
  it("hears a decision at once", async () => {
    const { runner, gate, ask } = setting();
    const request = await ask("t");
    await using worker = createWorker(gate, [runner], { sweepEvery: "1h" }).start();
    await gate.decide(request, approve(), { by: alice });
    await expect.poll(async () => (await gate.get(request.id))?.execution, { timeout: 5_000 }).toBe("done");
    await worker.stop();
  });

  it("goes on taking new work while a thread takes its time", async () => {
    const { wait, open } = latch();
    let paid = 0;
    const { runner, gate, ask } = setting({ pay: () => (paid++ === 0 ? wait() : "paid") });
    const requests = [await ask("slow"), await ask("b"), await ask("c"), await ask("d")];
    await using worker = createWorker(gate, [runner], { concurrency: 2, sweepEvery: "1h" }).start();
    for (const [n, request] of requests.entries()) {
      await gate.decide(request, approve(), { by: alice });
      await expect.poll(async () => (await gate.get(request.id))?.execution, { timeout: 5_000 }).toBe(n === 0 ? "executing" : "done");
    }
    open();
    await worker.stop();
    expect(gate.executed).toHaveLength(4);
  });

  it("finishes what is under way when it is stopped, takes nothing more, and can be started again", async () => {
    const { wait, open } = latch();
    const { runner, gate, ask, sign } = setting({ pay: wait });
    const request = await ask("a");
    await gate.decide(request, approve(), { by: alice });
    const worker = createWorker(gate, [runner], { concurrency: 1, sweepEvery: "1h" }).start();
    await expect.poll(async () => (await gate.get(request.id))?.execution).toBe("executing");
    let stopped = false;
    const stopping = worker.stop().then(() => (stopped = true));
    await sign("b");
    expect(stopped).toBe(false);
    open();
    await stopping;
    expect(gate.executed).toHaveLength(1);
    worker.start();
    await expect.poll(() => gate.executed.length).toBe(2);
    await worker.stop();
  });

  it("survives an onError that throws", async () => {
    const { gate, sign } = setting({}, () => {});
    await sign("a");
    const broken = createRunner(gate, { model: () => Promise.reject(new Error("provider down")), tools: { pay: () => "paid" } });
    const worker = createWorker(gate, [broken], {
      sweepEvery: "1h",
      onError: () => {
        throw new Error("a bug in the logging");
      },
    });
    expect(await worker.drain()).toMatchObject({ failed: 1 });
  });
});

describe("what can't be a worker", () => {
  const codeOf = (make: () => unknown): string => {
    try {
      make();
      return "none";
    } catch (error) {
      return isCountersignError(error) ? error.code : String(error);
    }
  };

  it("is told at once", () => {
    const { gate, runner } = setting();
    const elsewhere = setting().runner;
    const otherTenant = createRunner(
      createGate({ policy, store: gate.store, tenant: "other", warn: () => {} }),
      { model: scripted("x"), tools: {} },
      "b",
    );
    expect(codeOf(() => createWorker(gate, [runner], { concurrency: 0 }))).toBe("SETUP");
    expect(codeOf(() => createWorker(gate, [runner], { concurrency: 1.5 }))).toBe("SETUP");
    expect(codeOf(() => createWorker(gate, [runner], { sweepEvery: "soon" as never }))).toBe("SETUP");
    expect(codeOf(() => createWorker(gate, [runner, createRunner(gate, { model: scripted("x"), tools: {} })]))).toBe("SETUP");
    expect(codeOf(() => createWorker(gate, [elsewhere]))).toBe("SETUP");
    expect(codeOf(() => createWorker(gate, [otherTenant]))).toBe("SETUP");
    expect(codeOf(() => createWorker(gate, []))).toBe("none");
  });
});
