import { alice, failure, overThousand } from "@countersign/adapter-tests";
import { createGate, createWorker, isCountersignError } from "@countersign/core";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { sqliteStore } from "@countersign/sqlite";
import { scriptedReviewer } from "@countersign/testing";
import { Command, interrupt, MemorySaver } from "@langchain/langgraph";
import { createAgent, HumanMessage, toolRetryMiddleware } from "langchain";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openAgent, openRunner } from "./support/agent.ts";
import { openDesk, paying, transcript } from "./support/desk.ts";
import { inflate } from "./support/rogue-middleware.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";
import { newPlace } from "./support/world.ts";

const config = { configurable: { thread_id: "t" } };

afterEach(() => {
  vi.restoreAllMocks();
});

describe("set-up", () => {
  test("a graph without a checkpointer is refused when the runner is made", () => {
    const desk = openDesk();
    const agent = createAgent({ model: new ScriptedModel(obedient), tools: [desk.pay], middleware: [approvalMiddleware(desk.gate)] });
    expect(() => createRunner(desk.gate, agent, { name: "payments" })).toThrow(
      expect.toSatisfy((thrown) => isCountersignError(thrown, "SETUP")),
    );
  });

  test('durability "exit" is refused before the model is asked', async () => {
    const desk = openDesk();
    const { agent, model } = openAgent(desk);
    const runner = createRunner(desk.gate, agent, { name: "payments", context: () => ({ durability: "exit" }) });
    const started = runner.start("t", paying([5_000, "x"]));
    await expect(started).rejects.toSatisfy((thrown) => isCountersignError(thrown, "SETUP"));
    expect([model.requests, await agent.graph.getState(config).then(({ values }) => values as object)]).toEqual([0, {}]);
  });

  test.each(["start", "stream", "resume", "resumeStream"] as const)(
    "an option for one call is refused by %s, before anything is written",
    async (way) => {
      const desk = openDesk();
      const { runner, model } = openRunner(desk);
      const given = { config: { recursionLimit: 10 } } as object;
      const called = way === "start" || way === "stream" ? runner[way]("t", paying([5_000, "x"]), given) : runner[way]("t", given);
      const hint: unknown = expect.stringMatching(/payments .*option config.*context: \(thread\) =>/);
      await expect(called).rejects.toMatchObject({ code: "SETUP", details: { hint } });
      expect([model.requests, Object.fromEntries(desk.io)]).toEqual([0, {}]);
    },
  );

  test("a durable store beside a MemorySaver is warned about, unless a class of its own may keep what it holds", () => {
    const said = vi.spyOn(console, "warn").mockReturnValue();
    const forgets = (checkpointer: MemorySaver): unknown => {
      const gate = createGate({ policy: overThousand, store: sqliteStore(newPlace().store) });
      const model = new ScriptedModel(obedient);
      const agent = createAgent({ model, tools: [], checkpointer, middleware: [approvalMiddleware(gate)] });
      return createRunner(gate, agent, { name: "payments" }).forgetsWithProcess;
    };
    class FileSaver extends MemorySaver {}
    expect(forgets(new FileSaver())).toBe(false);
    expect(said).not.toHaveBeenCalled();
    expect(forgets(new MemorySaver())).toBe(true);
    expect(said.mock.calls.flat().join()).toMatch(/MemorySaver, which a restart empties/);
  });

  test("a thread whose checkpoints are gone says so", async () => {
    const desk = openDesk();
    const first = openRunner(desk);
    await first.runner.start("t", paying([5_000, "x"]));
    await desk.approve("x");
    const other = openRunner(desk);
    await expect(other.runner.resume("t")).rejects.toSatisfy(
      (thrown) => isCountersignError(thrown, "SETUP") && /no checkpoint/.test(thrown.message),
    );
    expect(desk.effects).toEqual([]);
  });
});

describe("a run", () => {
  test("takes plain text or messages, and answers text and state", async () => {
    const { runner } = openRunner(openDesk());
    expect(await runner.start("a", "hello")).toMatchObject({ status: "completed", text: "You said: hello", replayed: false });
    const outcome = await runner.start("b", { messages: [new HumanMessage("hi")] });
    expect(outcome.status === "completed" && transcript(outcome.output)).toEqual(["human: hi", "ai: You said: hi"]);
  });

  test("that has completed answers the same again, messages and all", async () => {
    const desk = openDesk();
    const { runner, model } = openRunner(desk);
    await runner.start("t", paying([5_000, "x"]));
    await desk.approve("x");
    const first = await runner.resume("t");
    const again = await runner.resume("t");
    expect(again).toMatchObject({ status: "completed", replayed: true, text: "paid 5000 to x" });
    expect(again.status === "completed" && first.status === "completed" && transcript(again.output)).toEqual(
      first.status === "completed" ? transcript(first.output) : [],
    );
    expect(model.requests).toBe(2);
  });

  test("that a reviewer stops is stopped by them, and starts again with a new input", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk);
    await runner.start("t", paying([5_000, "x"], [6_000, "y"]));
    await desk.approve("y");
    await desk.reject("x", "enough", "stop");
    expect(await runner.resume("t")).toEqual({ status: "stopped", by: alice, message: "enough" });
    expect(await runner.resume("t")).toMatchObject({ status: "stopped", message: "enough" });
    expect(await runner.start("t", "hello")).toMatchObject({ status: "completed", text: "You said: hello" });
    expect(desk.effects).toEqual([]);
  });

  test("with an in-process reviewer goes on at once", async () => {
    const desk = openDesk({ reviewer: scriptedReviewer([{ type: "approve" }]) });
    const { runner, model } = openRunner(desk);
    expect(await runner.start("t", paying([5_000, "x"]))).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    expect(model.requests).toBe(2);
  });

  test("is woken by a worker", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk);
    await runner.start("t", paying([5_000, "x"]));
    const worker = createWorker(desk.gate, [runner]);
    expect(await worker.drain()).toMatchObject({ resumed: 0 });
    await desk.approve("x");
    expect(await worker.drain()).toMatchObject({ resumed: 1, failed: 0 });
    expect(desk.effects).toHaveLength(1);
    expect(await worker.drain()).toMatchObject({ resumed: 0 });
  });

  test("throws Countersign's own error, whatever middleware wraps it in", async () => {
    const desk = openDesk();
    const retry = toolRetryMiddleware({ maxRetries: 1, initialDelayMs: 1, jitter: false });
    const { runner } = openRunner(desk, { before: [retry, inflate] });
    await runner.start("t", paying([5_000, "x"]));
    await desk.approve("x");
    await expect(runner.resume("t")).rejects.toSatisfy((thrown) => isCountersignError(thrown, "SETUP") && /swallowed/.test(thrown.message));
    expect(desk.effects).toEqual([]);
  });
});

describe("a new input while calls are pending", () => {
  test("is refused by default", async () => {
    const { runner } = openRunner(openDesk());
    await runner.start("t", paying([5_000, "x"]));
    await expect(runner.start("t", "hello")).rejects.toSatisfy((thrown) => isCountersignError(thrown, "THREAD_SUSPENDED"));
  });

  test("in the place of a tool that waits in its own body: that call stays open, and is in nobody's way any more", async () => {
    const desk = openDesk({ during: () => void interrupt("sure?") });
    const { runner } = openRunner(desk);
    await runner.start("t", paying([5_000, "x"]));
    await desk.approve("x");
    expect(await runner.resume("t")).toEqual({ status: "suspended", pending: [] });
    expect(await failure(runner.start("t", "hello"))).toMatchObject({ code: "THREAD_SUSPENDED" });
    expect(await runner.start("t", "hello", { pending: "cancel" })).toMatchObject({ status: "completed" });
    expect(await runner.start("t", "again")).toMatchObject({ status: "completed" });
  });

  test("cancels them if told so, and every call gets its answer", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk);
    await runner.start("t", paying([5_000, "x"], [7_000, "y"]));
    await desk.approve("y");
    const outcome = await runner.start("t", "hello", { pending: "cancel" });
    expect(outcome).toMatchObject({ status: "completed", text: "You said: hello" });
    expect(outcome.status === "completed" && outcome.output.messages.map((message) => message.type)).toEqual([
      "human",
      "ai",
      "tool",
      "tool",
      "human",
      "ai",
    ]);
    expect((await desk.gate.list({ threadId: "t" })).items.map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
    expect(desk.effects).toEqual([]);
  });
});

describe("streaming", () => {
  test("hands out the graph's own chunks and then the outcome", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk);
    const { stream, outcome } = await runner.stream("t", paying([5_000, "x"]));
    expect(await Array.fromAsync(stream)).not.toEqual([]);
    expect(await outcome).toMatchObject({ status: "suspended", pending: [{ args: { amount: 5_000 } }] });
    await desk.approve("x");
    const resumed = await runner.resumeStream("t");
    expect(await Array.fromAsync(resumed.stream)).not.toEqual([]);
    expect(await resumed.outcome).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    expect(desk.effects).toHaveLength(1);
  });

  test("shows a pause once what it asks is on record", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk);
    const { stream, outcome } = await runner.stream("t", paying([5_000, "x"]));
    const known: unknown[] = [];
    for await (const chunk of stream) {
      const [, id] = /"requestId":"([^"]+)"/.exec(JSON.stringify(chunk)) ?? [];
      if (id !== undefined) known.push((await desk.gate.get(id))?.status);
    }
    expect(known).not.toEqual([]);
    expect(new Set(known)).toEqual(new Set(["pending"]));
    expect((await outcome).status).toBe("suspended");
  });

  test("runs to its end though nobody reads", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk);
    const { outcome } = await runner.stream("t", paying([5, "x"]));
    expect(await outcome).toMatchObject({ status: "completed", text: "paid 5 to x" });
    expect(desk.effects).toHaveLength(1);
  });

  test("a reader who leaves does not end the run", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk);
    const { stream, outcome } = await runner.stream("t", paying([5, "x"]));
    const read: unknown[] = [];
    for await (const chunk of stream) {
      read.push(chunk);
      break;
    }
    expect(read).toHaveLength(1);
    expect(await outcome).toMatchObject({ status: "completed" });
    expect(desk.effects).toHaveLength(1);
  });

  test("a stopped run ends its stream", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk);
    await runner.start("t", paying([5_000, "x"]));
    await desk.reject("x", "no", "stop");
    const { stream, outcome } = await runner.resumeStream("t");
    await Array.fromAsync(stream);
    expect(await outcome).toMatchObject({ status: "stopped", message: "no" });
    expect(desk.effects).toEqual([]);
  });
});

describe("a thread that somebody answered inside the graph", () => {
  test("waits for its signatures all the same", async () => {
    const desk = openDesk();
    const { runner, agent } = openRunner(desk);
    await runner.start("t", paying([5_000, "x"], [6_000, "y"]));
    await agent.invoke(new Command({ resume: { decisions: [{ type: "approve" }] } }), { configurable: { thread_id: "t" } });
    await desk.approve("x");
    await desk.approve("y");
    const { outcome } = await runner.resumeStream("t");
    expect(await outcome).toMatchObject({ status: "completed", text: "paid 5000 to x | paid 6000 to y" });
    await runner.start("u", paying([5_000, "z"]));
    await agent.invoke(new Command({ resume: "junk" }), { configurable: { thread_id: "u" } });
    expect(await createWorker(desk.gate, [runner]).drain()).toMatchObject({ resumed: 0 });
    expect(await runner.resume("u")).toMatchObject({ status: "suspended", pending: [{ args: { to: "z" } }] });
  });
});

describe("after a purge", () => {
  test("time travel to before a purged call runs nothing and asks nobody: the error leaves the graph", async () => {
    const desk = openDesk();
    const { agent, runner, model } = openRunner(desk);
    await runner.start("t", paying([5_000, "x"]));
    await desk.approve("x");
    await runner.resume("t");
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await desk.gate.purge({ olderThan: 1, by: { id: "retention", kind: "service" } })).toEqual({ requests: 1, threads: 1 });
    const snapshots = await Array.fromAsync(agent.graph.getStateHistory(config));
    const paused = snapshots.find(({ next }) => next.includes("tools"));
    const asked = model.requests;
    await expect(agent.invoke(null, paused?.config)).rejects.toSatisfy((thrown: Error) => isCountersignError(thrown, "PURGED"));
    expect([desk.effects.length, model.requests - asked, await desk.pending()]).toEqual([1, 0, []]);
  });
});
