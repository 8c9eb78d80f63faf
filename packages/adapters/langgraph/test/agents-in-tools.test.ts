import { failure } from "@countersign/adapter-tests";
import { definePolicy } from "@countersign/core";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { MemorySaver } from "@langchain/langgraph";
import { createAgent, tool } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openRunner } from "./support/agent.ts";
import { openDesk, paying } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

describe("inside a tool", () => {
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

    const apart = createRunner(strict.gate, agent, { name: "apart", ungated: ["delegate"] });
    expect(await apart.start("outer", JSON.stringify([["delegate", { thread: "inner" }]]))).toMatchObject({
      status: "suspended",
      pending: [{ threadId: "outer", args: { to: "x" } }],
    });
  });

  test("an agent that a tool runs pauses the outer one, which goes on under its own signature", async () => {
    const desk = openDesk({ policy: definePolicy({ default: "ask" }) });
    const middleware = [approvalMiddleware(desk.gate)];
    const inner = createAgent({ name: "clerk", model: new ScriptedModel(obedient), tools: [desk.pay], middleware });
    const delegate = tool(
      async ({ task }: { task: string }) => {
        const state = await inner.invoke({ messages: task });
        return state.messages.at(-1)?.text ?? "";
      },
      { name: "delegate", description: "", schema: z.object({ task: z.string(), to: z.string() }) },
    );
    const agent = createAgent({
      name: "boss",
      model: new ScriptedModel(obedient),
      tools: [delegate],
      checkpointer: new MemorySaver(),
      middleware,
    });
    const runner = createRunner(desk.gate, agent, { name: "outer" });
    expect(await runner.start("t", JSON.stringify([["delegate", { task: paying([5, "x"]), to: "inner" }]]))).toMatchObject({
      status: "suspended",
      pending: [{ agent: "outer", proposedBy: "boss" }],
    });
    await desk.approve("inner");
    expect(await runner.resume("t")).toMatchObject({
      status: "suspended",
      pending: [{ tool: "pay", agent: "outer", proposedBy: "clerk" }],
    });
    expect(desk.effects).toEqual([]);
    await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5 to x" });
    expect(desk.effects).toHaveLength(1);
  });

  test.each([
    ["a runner", true],
    ["none", false],
  ])('then: "stop" in an agent that a tool runs ends the outer one too: its model is asked no more, with %s', async (_with, driven) => {
    const desk = openDesk();
    const middleware = [approvalMiddleware(desk.gate)];
    const inner = createAgent({ model: new ScriptedModel(obedient), tools: [desk.pay], middleware });
    const delegate = tool(async ({ task }: { task: string }) => (await inner.invoke({ messages: task })).messages.at(-1)?.text ?? "", {
      name: "delegate",
      description: "",
      schema: z.object({ task: z.string() }),
    });
    const outer = openRunner(desk, { tools: [delegate] });
    const task = JSON.stringify([["delegate", { task: paying([5_000, "x"], [5, "sibling"]) }]]);
    const config = { configurable: { thread_id: "t" } };
    await (driven ? outer.runner.start("t", task) : outer.agent.invoke({ messages: task }, config));
    await desk.reject("x", "Fraud", "stop");
    if (driven) expect(await outer.runner.resume("t")).toMatchObject({ status: "stopped", message: "Fraud" });
    else expect(await failure(outer.agent.invoke(null, config))).toMatchObject({ name: "GraphDrained" });
    expect(outer.model.requests).toBe(1);
    expect(desk.effects).toEqual([]);
    const messages = driven ? [outer.runner.start("t", "hello")] : [outer.agent.invoke({ messages: "hello" }, config)];
    expect(JSON.stringify(await Promise.all(messages))).toMatch(/You said: hello/);
  });
});
