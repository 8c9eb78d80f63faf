import { alice, type Payment } from "@countersign/adapter-tests";
import { approve, createWorker } from "@countersign/core";
import { approvalMiddleware, createRunner, gateTools, requestApproval } from "@countersign/langgraph";
import type { Runnable } from "@langchain/core/runnables";
import {
  Annotation,
  Command,
  END,
  entrypoint,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
  task,
} from "@langchain/langgraph";
import { createAgent } from "langchain";
import { describe, expect, test } from "vitest";
import { openDesk, paying } from "./support/desk.ts";
import { bypassTo } from "./support/rogue-middleware.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

describe("a graph with an interrupt of its own", () => {
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
});

function sideBySide(left: Runnable, right: Runnable) {
  return new StateGraph(MessagesAnnotation)
    .addNode("left", left)
    .addNode("right", right)
    .addEdge(START, "left")
    .addEdge(START, "right")
    .addEdge("left", END)
    .addEdge("right", END)
    .compile({ checkpointer: new MemorySaver() });
}

describe("agents as nodes of a larger graph", () => {
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
    const graph = sideBySide(payer("left"), payer("right"));
    const runner = createRunner(desk.gate, graph, { name: "both" });
    const outcome = await runner.start("t", "pay both");
    expect(outcome.status === "suspended" && outcome.pending.map(({ args }) => String(args["to"])).toSorted()).toEqual(["left", "right"]);
    await desk.reject("left", "not left");
    expect(await runner.resume("t")).toMatchObject({ status: "suspended", pending: [{ args: { to: "right" } }] });
    await desk.approve("right");
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(desk.effects).toEqual([{ amount: 5_000, to: "right" }]);
  });

  test('then: "stop" in an agent ends the whole: no node behind it runs', async () => {
    const desk = openDesk();
    const agent = createAgent({ model: new ScriptedModel(obedient), tools: [desk.pay], middleware: [approvalMiddleware(desk.gate)] });
    let went = false;
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("agent", agent.graph as never)
      .addNode("behind", () => ((went = true), {}))
      .addEdge(START, "agent")
      .addEdge("agent", "behind")
      .compile({ checkpointer: new MemorySaver() });
    const runner = createRunner(desk.gate, graph, { name: "graph" });
    await runner.start("t", paying([5_000, "x"]));
    await desk.reject("x", "Fraud", "stop");
    expect(await runner.resume("t")).toMatchObject({ status: "stopped", message: "Fraud" });
    expect(went).toBe(false);
    expect((await runner.messages("t")).at(-1)?.text).toBe("Fraud");
  });

  test("two agents side by side, one of them led around its pause: the other one goes on undisturbed", async () => {
    const desk = openDesk();
    const bypass = bypassTo("left");
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
    const graph = sideBySide(left.graph, right.graph);
    const runner = createRunner(desk.gate, graph, { name: "both" });
    expect(await runner.start("t", "pay both")).toMatchObject({ status: "suspended", pending: [{ args: { to: "left" } }] });
    expect(desk.effects).toHaveLength(3);
    await desk.approve("left");
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(desk.effects.map(({ to }) => to)).toEqual(["right", "right", "right", "left"]);
  });
});

describe("tasks of a workflow", () => {
  test("call gated tools and ask by hand; equal calls keep apart, and each runs once", async () => {
    const desk = openDesk();
    const [pay] = gateTools(desk.gate, [desk.pay]);
    const payment = task("payment", (args: Payment) => pay.invoke(args) as Promise<string>);
    const byHand = task("by hand", async (args: Payment) => {
      const approval = await requestApproval(desk.gate, { tool: "pay", args });
      return approval.status === "approved" ? desk.gate.execute(approval, () => desk.pay.invoke(args)) : "refused";
    });
    const workflow = entrypoint({ name: "payments", checkpointer: new MemorySaver() }, async (to: string) => [
      ...(await Promise.all([payment({ amount: 5_000, to }), payment({ amount: 5_000, to }), payment({ amount: 5, to: "small" })])),
      await byHand({ amount: 6_000, to: "hand" }),
    ]);
    const runner = createRunner(desk.gate, workflow, { name: "payments" });
    const outcome = await runner.start("t", "x");
    expect(outcome).toMatchObject({ status: "suspended", pending: [{ args: { to: "x" } }, { args: { to: "x" } }] });
    for (const request of await desk.pending()) await desk.gate.decide(request, approve(), { by: alice });
    expect(await runner.resume("t")).toMatchObject({ status: "suspended", pending: [{ args: { to: "hand" } }] });
    await desk.approve("hand");
    const paid = ["paid 5000 to x", "paid 5000 to x", "paid 5 to small", "paid 6000 to hand"];
    expect(await runner.resume("t")).toMatchObject({ status: "completed", output: paid });
    expect(desk.effects.map(({ to }) => to)).toEqual(["small", "x", "x", "hand"]);
  });

  test("run agents", async () => {
    const desk = openDesk();
    const agent = createAgent({ model: new ScriptedModel(obedient), tools: [desk.pay], middleware: [approvalMiddleware(desk.gate)] });
    const ask = task(
      "ask",
      async (content: string) => (await agent.invoke({ messages: [{ role: "user", content }] })).messages.at(-1)?.text,
    );
    const workflow = entrypoint({ name: "payments", checkpointer: new MemorySaver() }, async (to: string) =>
      Promise.all([ask(paying([5_000, to])), ask(paying([6_000, "y"], [5, "small"]))]),
    );
    const runner = createRunner(desk.gate, workflow, { name: "payments" });
    await runner.start("t", "x");
    await desk.approve("x");
    await desk.approve("y");
    expect(await runner.resume("t")).toMatchObject({ status: "completed", output: ["paid 5000 to x", "paid 6000 to y | paid 5 to small"] });
    expect(desk.effects).toHaveLength(3);
  });
});
