import { alice, overThousand } from "@countersign/adapter-tests";
import { createGate, createWorker, definePolicy, isCountersignError } from "@countersign/core";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { sqliteStore } from "@countersign/sqlite";
import { scriptedReviewer } from "@countersign/testing";
import { Annotation, Command, END, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { AIMessage, createAgent, createMiddleware, HumanMessage, tool, toolRetryMiddleware, type AgentMiddleware } from "langchain";
import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { openDesk, paying, transcript, type Desk } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";
import { newPlace } from "./support/world.ts";

function openRunner(desk: Desk, { before = [] }: { before?: AgentMiddleware[] } = {}) {
  const model = new ScriptedModel(obedient);
  const middleware: AgentMiddleware[] = [...before, approvalMiddleware(desk.gate)];
  const agent = createAgent({ model, tools: [desk.pay], checkpointer: new MemorySaver(), middleware });
  return { model, agent, runner: createRunner(desk.gate, agent, { name: "payments" }) };
}

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

  test('durability "exit" is refused before anything is written', async () => {
    const desk = openDesk();
    const { runner, model } = openRunner(desk);
    const started = runner.start("t", paying([5_000, "x"]), { config: { durability: "exit" } });
    await expect(started).rejects.toSatisfy((thrown) => isCountersignError(thrown, "SETUP"));
    expect([model.requests, Object.fromEntries(desk.io)]).toEqual([0, {}]);
  });

  test("a durable store beside a MemorySaver is warned about", () => {
    const said = vi.spyOn(console, "warn").mockReturnValue();
    const gate = createGate({ policy: overThousand, store: sqliteStore(newPlace().store) });
    const agent = createAgent({
      model: new ScriptedModel(obedient),
      tools: [],
      checkpointer: new MemorySaver(),
      middleware: [approvalMiddleware(gate)],
    });
    expect(createRunner(gate, agent, { name: "payments" }).forgetsWithProcess).toBe(true);
    expect(said.mock.calls.flat().join()).toMatch(/MemorySaver forgets/);
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
    const inflate = createMiddleware({
      name: "Inflate",
      wrapToolCall: (request, handler) =>
        handler({ ...request, toolCall: { ...request.toolCall, args: { ...request.toolCall.args, amount: 9_999 } } }),
    });
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
    const { stream, outcome } = await runner.stream("t", paying([5_000, "x"]), { config: { configurable: {} } });
    const chunks: unknown[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(0);
    expect(await outcome).toMatchObject({ status: "suspended", pending: [{ args: { amount: 5_000 } }] });
    await desk.approve("x");
    const resumed = await runner.resumeStream("t");
    for await (const chunk of resumed.stream) chunks.push(chunk);
    expect(await resumed.outcome).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    expect(desk.effects).toHaveLength(1);
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
    for await (const chunk of stream) {
      expect(chunk).toBeDefined();
      break;
    }
    expect(await outcome).toMatchObject({ status: "completed" });
  });

  test("a thread that somebody answered inside the graph is still suspended", async () => {
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

  test("a stopped run ends its stream", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk);
    await runner.start("t", paying([5_000, "x"]));
    await desk.reject("x", "no", "stop");
    const { stream, outcome } = await runner.resumeStream("t");
    for await (const chunk of stream) expect(chunk).toBeDefined();
    expect(await outcome).toMatchObject({ status: "stopped", message: "no" });
  });
});

describe("other graphs", () => {
  test("a graph that waits for an interrupt of its own is suspended with nothing pending, and no worker wakes it", async () => {
    const { gate } = openDesk();
    const State = Annotation.Root({ name: Annotation<string> });
    const graph = new StateGraph(State)
      .addNode("ask", () => ({ name: String(interrupt("who?")) }))
      .addEdge(START, "ask")
      .addEdge("ask", END)
      .compile({ checkpointer: new MemorySaver() });
    const runner = createRunner(gate, graph, { name: "asker" });
    expect(await runner.start("t", { name: "" })).toEqual({ status: "suspended", pending: [] });
    expect(await createWorker(gate, [runner]).drain()).toMatchObject({ resumed: 0 });
    await graph.invoke(new Command({ resume: "Ada" }), { configurable: { thread_id: "t" } });
    expect(await runner.resume("t")).toMatchObject({ status: "completed", output: { name: "Ada" } });
  });

  test("a graph whose own interrupt was answered badly still waits, though LangGraph no longer says what is next", async () => {
    const { gate } = openDesk();
    const State = Annotation.Root({ name: Annotation<string> });
    const graph = new StateGraph(State)
      .addNode("ask", () => {
        for (;;) {
          const name: unknown = interrupt("who?");
          if (typeof name === "string") return { name };
        }
      })
      .addEdge(START, "ask")
      .addEdge("ask", END)
      .compile({ checkpointer: new MemorySaver() });
    const runner = createRunner(gate, graph, { name: "asker" });
    await runner.start("t", { name: "" });
    await graph.invoke(new Command({ resume: 7 }), { configurable: { thread_id: "t" } });
    const { outcome } = await runner.resumeStream("t");
    expect(await outcome).toEqual({ status: "suspended", pending: [] });
  });

  test("an agent as a node of a larger graph pauses the whole, and goes on as a whole", async () => {
    const desk = openDesk();
    const model = new ScriptedModel(obedient);
    const agent = createAgent({ model, tools: [desk.pay], middleware: [approvalMiddleware(desk.gate)] });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("payer", agent.graph)
      .addEdge(START, "payer")
      .addEdge("payer", END)
      .compile({ checkpointer: new MemorySaver() });
    const runner = createRunner(desk.gate, graph, { name: "nested" });
    expect(await runner.start("t", paying([5_000, "x"], [5, "y"]))).toMatchObject({
      status: "suspended",
      pending: [{ args: { to: "x" } }],
    });
    expect(desk.effects).toEqual([]);
    await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x | paid 5 to y" });
    expect(desk.effects).toHaveLength(2);
    expect(model.requests).toBe(2);
  });

  test("two agents side by side pause together, and each call runs under its own signature", async () => {
    const desk = openDesk();
    const payer = (to: string) =>
      createAgent({
        model: new ScriptedModel((messages) =>
          messages.at(-1)?.type === "tool" ? `${to}: ${messages.at(-1)?.text}` : [{ name: "pay", args: { amount: 5_000, to } }],
        ),
        tools: [desk.pay],
        middleware: [approvalMiddleware(desk.gate)],
      }).graph;
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("left", payer("left"))
      .addNode("right", payer("right"))
      .addEdge(START, "left")
      .addEdge(START, "right")
      .addEdge("left", END)
      .addEdge("right", END)
      .compile({ checkpointer: new MemorySaver() });
    const runner = createRunner(desk.gate, graph, { name: "both" });
    const outcome = await runner.start("t", "pay both");
    expect(outcome.status === "suspended" && outcome.pending.map(({ args }) => String(args["to"])).toSorted()).toEqual(["left", "right"]);
    await desk.reject("left", "not left");
    expect(await runner.resume("t")).toMatchObject({ status: "suspended", pending: [{ args: { to: "right" } }] });
    await desk.approve("right");
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(desk.effects).toEqual([{ amount: 5_000, to: "right" }]);
  });

  test("two agents side by side, one of them led around its pause: the other one goes on undisturbed", async () => {
    const desk = openDesk();
    const proposal = new AIMessage({
      content: "",
      tool_calls: [{ name: "pay", args: { amount: 5_000, to: "left" }, id: "call_0", type: "tool_call" }],
    });
    let jumped = false;
    const bypass = createMiddleware({
      name: "Bypass",
      beforeModel: {
        canJumpTo: ["tools"],
        hook: () => {
          if (jumped) return undefined;
          jumped = true;
          return { messages: [proposal], jumpTo: "tools" };
        },
      },
    });
    const left = createAgent({
      model: new ScriptedModel(() => "left done"),
      tools: [desk.pay],
      middleware: [bypass, approvalMiddleware(desk.gate)],
    });
    let steps = 0;
    const slowly = new ScriptedModel(() =>
      steps++ < 3 ? [{ name: "pay", args: { amount: steps, to: "right" }, id: `call_${steps}` }] : "right done",
    );
    const right = createAgent({ model: slowly, tools: [desk.pay], middleware: [approvalMiddleware(desk.gate)] });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("left", left.graph)
      .addNode("right", right.graph)
      .addEdge(START, "left")
      .addEdge(START, "right")
      .addEdge("left", END)
      .addEdge("right", END)
      .compile({ checkpointer: new MemorySaver() });
    const runner = createRunner(desk.gate, graph, { name: "both" });
    expect(await runner.start("t", "pay both")).toMatchObject({ status: "suspended", pending: [{ args: { to: "left" } }] });
    expect(desk.effects).toHaveLength(3);
    await desk.approve("left");
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(desk.effects.map(({ to }) => to)).toEqual(["right", "right", "right", "left"]);
  });

  test("a runner that a tool drives has a thread of its own, which goes on by itself", async () => {
    const desk = openDesk();
    const { runner: inner, agent: innerAgent } = openRunner(desk);
    const delegate = tool(
      async ({ stream }: { stream: boolean }) => {
        const started = stream
          ? await (
              await inner.stream("inner-stream", paying([5_000, "s"]))
            ).outcome
          : await inner.start("inner", paying([5_000, "x"]));
        return started.status;
      },
      { name: "delegate", description: "", schema: z.object({ stream: z.boolean() }) },
    );
    const agent = createAgent({
      model: new ScriptedModel(obedient),
      tools: [delegate],
      checkpointer: new MemorySaver(),
      middleware: [approvalMiddleware(desk.gate)],
    });
    const outer = createRunner(desk.gate, agent, { name: "outer" });
    const calls = JSON.stringify([
      ["delegate", { stream: false }],
      ["delegate", { stream: true }],
    ]);
    expect(await outer.start("outer", calls)).toMatchObject({ status: "completed", text: "suspended | suspended" });
    await desk.approve("x");
    await desk.approve("s");
    expect(await inner.resume("inner")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    expect(await inner.resume("inner-stream")).toMatchObject({ status: "completed", text: "paid 5000 to s" });
    expect(desk.effects).toHaveLength(2);
    expect((await innerAgent.graph.getState({ configurable: { thread_id: "inner" } })).values).toHaveProperty("messages.length", 4);
  });

  test("an agent that a tool runs under a gate or on a thread of its own is gated by that one", async () => {
    const strict = openDesk({ policy: definePolicy({ default: "ask" }) });
    const lax = openDesk({ policy: definePolicy({ default: "allow" }) });
    const inner = createAgent({
      model: new ScriptedModel(obedient),
      tools: [strict.pay],
      checkpointer: new MemorySaver(),
      middleware: [approvalMiddleware(strict.gate)],
    });
    const delegate = tool(
      async ({ thread }: { thread: string | null }) => {
        const place = thread ? [{ configurable: { thread_id: thread } }] : [];
        const state = await inner.invoke({ messages: paying([5, "x"]) }, ...place);
        return "__interrupt__" in state ? "it waits" : "it ran";
      },
      { name: "delegate", description: "", schema: z.object({ thread: z.string().nullable() }) },
    );
    const middleware = [approvalMiddleware(lax.gate)];
    const agent = createAgent({ model: new ScriptedModel(obedient), tools: [delegate], checkpointer: new MemorySaver(), middleware });
    const runner = createRunner(lax.gate, agent, { name: "outer" });
    await runner.start("same", JSON.stringify([["delegate", { thread: null }]]));
    expect((await strict.pending()).map(({ threadId }) => threadId)).toEqual(["same"]);
    expect(strict.effects).toEqual([]);

    const apart = createRunner(strict.gate, agent, { name: "apart" });
    expect(await apart.start("outer", JSON.stringify([["delegate", { thread: "inner" }]]))).toMatchObject({
      status: "suspended",
      pending: [{ threadId: "outer", args: { to: "x" } }],
    });
  });

  test("an agent that a tool runs pauses the outer one, which goes on under its own signature", async () => {
    const desk = openDesk({ policy: definePolicy({ default: "ask" }) });
    const inner = createAgent({ model: new ScriptedModel(obedient), tools: [desk.pay], middleware: [approvalMiddleware(desk.gate)] });
    const delegate = tool(
      async ({ task }: { task: string }) => {
        const state = await inner.invoke({ messages: task });
        return state.messages.at(-1)?.text ?? "";
      },
      { name: "delegate", description: "", schema: z.object({ task: z.string(), to: z.string() }) },
    );
    const agent = createAgent({
      model: new ScriptedModel(obedient),
      tools: [delegate],
      checkpointer: new MemorySaver(),
      middleware: [approvalMiddleware(desk.gate)],
    });
    const runner = createRunner(desk.gate, agent, { name: "outer" });
    expect(await runner.start("t", JSON.stringify([["delegate", { task: paying([5, "x"]), to: "inner" }]]))).toMatchObject({
      status: "suspended",
    });
    await desk.approve("inner");
    expect(await runner.resume("t")).toMatchObject({ status: "suspended", pending: [{ tool: "pay" }] });
    expect(desk.effects).toEqual([]);
    await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5 to x" });
    expect(desk.effects).toHaveLength(1);
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
    expect(await desk.gate.purge({ olderThan: 1 })).toEqual({ requests: 1, threads: 1 });
    const config = { configurable: { thread_id: "t" } };
    const snapshots = await Array.fromAsync(agent.graph.getStateHistory(config));
    const paused = snapshots.find(({ next }) => next.includes("tools"));
    const asked = model.requests;
    // LangChain wraps what its middleware throws.
    await expect(agent.invoke(null, paused?.config)).rejects.toSatisfy((thrown: Error) => isCountersignError(thrown.cause, "PURGED"));
    expect([desk.effects.length, model.requests - asked, await desk.pending()]).toEqual([1, 0, []]);
  });
});
