import { definePolicy, isCountersignError } from "@countersign/core";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { MemorySaver } from "@langchain/langgraph";
import { createAgent } from "langchain";
import { describe, expect, test } from "vitest";
import { openAgent } from "./support/agent.ts";
import { openDesk, paying, transcript } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const config = { configurable: { thread_id: "t" } };

describe("without a runner", () => {
  test("an allowed call costs no read and no write", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk);
    await agent.invoke({ messages: paying([5, "x"], [6, "y"]) }, config);
    expect(desk.effects).toHaveLength(2);
    expect(Object.fromEntries(desk.io)).toEqual({});
  });

  test("who asks comes from the runtime, and four eyes hold", async () => {
    const desk = openDesk({ policy: definePolicy({ tools: { pay: { ask: true, review: { fourEyes: true } } } }) });
    const { agent } = openAgent(desk, { gateOptions: { who: (runtime) => ({ requestedBy: String(runtime.configurable?.["user"]) }) } });
    await agent.invoke({ messages: paying([5, "x"]) }, { configurable: { thread_id: "t", user: "alice" } });
    await expect(desk.approve("x")).rejects.toSatisfy((thrown) => isCountersignError(thrown, "SELF_REVIEW"));
  });

  test("time travel to before the pause meets the same request: what was paid isn't paid again", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk);
    await agent.invoke({ messages: paying([5_000, "x"]) }, config);
    await desk.approve("x");
    await agent.invoke(null, config);
    // Newest first: the last that stood before the approval is the one at which the run paused.
    const history = await Array.fromAsync(agent.graph.getStateHistory(config));
    const paused = history.findLast(({ next }) => next.includes("ApprovalMiddleware.after_model"));
    expect(paused?.values["messages"]).toHaveLength(2);
    const again = await agent.invoke(null, paused?.config);
    expect(again.messages.at(-1)?.text).toBe("paid 5000 to x");
    expect((await desk.gate.list({})).items).toHaveLength(1);
    expect(desk.effects).toHaveLength(1);
  });

  test("its pause lets go of the thread: a runner goes on as soon as it is decided", async () => {
    const desk = openDesk();
    const model = new ScriptedModel(obedient);
    const middleware = [approvalMiddleware(desk.gate)];
    const agent = createAgent({ name: "payments", model, tools: [desk.pay], checkpointer: new MemorySaver(), middleware });
    await agent.invoke({ messages: paying([5_000, "x"]) }, config);
    await desk.approve("x");
    const runner = createRunner(desk.gate, agent, { name: "payments" });
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
  });

  test("is of the gate's agent, else of the one that LangChain names; a runner of that name goes on with either", async () => {
    for (const [agent, expected] of [
      [undefined, "payments"],
      ["payroll", "payroll"],
    ] as const) {
      // prettier-ignore
      const desk = openDesk({ agent });
      const model = new ScriptedModel(obedient);
      const middleware = [approvalMiddleware(desk.gate)];
      const graph = createAgent({ name: "payments", model, tools: [desk.pay], checkpointer: new MemorySaver(), middleware });
      await graph.invoke({ messages: paying([5_000, "x"]) }, config);
      expect(await desk.pending()).toMatchObject([{ agent: expected }]);
      await desk.approve("x");
      const runner = createRunner(desk.gate, graph, { name: "payments" });
      expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    }
  });

  test("streams pause and go on like calls", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk);
    const chunks: object[] = [];
    for await (const chunk of await agent.stream({ messages: paying([5_000, "x"]) }, { ...config, streamMode: "updates" }))
      chunks.push(chunk);
    expect(chunks.at(-1)).toMatchObject({ __interrupt__: [{ value: { countersign: { threadId: "t" } } }] });
    await desk.approve("x");
    for await (const chunk of await agent.stream(null, { ...config, streamMode: "updates" })) chunks.push(chunk);
    expect(desk.effects).toHaveLength(1);
    expect(Object.keys(chunks.at(-1) ?? {})).toEqual(["ApprovalMiddleware.after_model"]);
  });

  test("agents that run their tools in one node behave the same", async () => {
    const desk = openDesk();
    const agent = createAgent({
      model: new ScriptedModel(obedient),
      tools: [desk.pay],
      checkpointer: new MemorySaver(),
      middleware: [approvalMiddleware(desk.gate)],
      version: "v1",
    });
    await agent.invoke({ messages: paying([5_000, "x"], [6_000, "y"], [7, "z"]) }, config);
    await desk.approve("x");
    await desk.reject("y", "not y");
    const state = await agent.invoke(null, config);
    expect(transcript(state).slice(2, 5)).toEqual(["tool: paid 5000 to x", "tool: not y", "tool: paid 7 to z"]);
    expect(desk.effects).toHaveLength(2);
  });

  test("a flipped policy neither loosens nor loses what was asked", async () => {
    const flip = { now: false };
    const desk = openDesk({ policy: definePolicy({ tools: { pay: { ask: () => !flip.now } } }) });
    const { agent } = openAgent(desk);
    await agent.invoke({ messages: paying([5, "x"]) }, config);
    flip.now = true;
    expect(await agent.invoke(null, config)).toHaveProperty("__interrupt__.length", 1);
    await desk.reject("x", "no");
    expect(transcript(await agent.invoke(null, config))).toContain("tool: no");
    expect(desk.effects).toEqual([]);
  });
});
