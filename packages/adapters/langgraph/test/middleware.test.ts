import { isCountersignError, reject } from "@countersign/core";
import { approvalMiddleware } from "@countersign/langgraph";
import { scriptedReviewer } from "@countersign/testing";
import { Command, interrupt } from "@langchain/langgraph";
import { createAgent, createMiddleware, ToolMessage, type AIMessage } from "langchain";
import { describe, expect, test } from "vitest";
import { openAgent } from "./support/agent.ts";
import { openDesk, paying, transcript } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const config = { configurable: { thread_id: "t" } };

describe("before anything runs", () => {
  test("an agent without a checkpointer is refused", async () => {
    const desk = openDesk();
    const model = new ScriptedModel(obedient);
    const agent = createAgent({ model, tools: [desk.pay], middleware: [approvalMiddleware(desk.gate)] });
    const error = await agent.invoke({ messages: paying([5, "x"]) }, config).catch((thrown: unknown) => thrown);
    expect(isCountersignError(error, "SETUP") && error.details.hint).toMatch(/checkpointer/);
    expect(model.requests).toBe(0);
  });

  test("a run without a thread_id is refused", async () => {
    const { agent, model } = openAgent(openDesk());
    const error = await agent.invoke({ messages: paying([5, "x"]) }, { configurable: {} }).catch((thrown: unknown) => thrown);
    expect(isCountersignError(error, "SETUP") && error.details.hint).toMatch(/thread_id/);
    expect(model.requests).toBe(0);
  });

  test('a run with durability "exit" is refused, also when it wakes a thread', async () => {
    const desk = openDesk();
    const { agent, model } = openAgent(desk);
    const exit = { ...config, durability: "exit" } as const;
    const error = await agent.invoke({ messages: paying([5, "x"]) }, exit).catch((thrown: unknown) => thrown);
    expect(isCountersignError(error, "SETUP") && error.details.hint).toMatch(/durability/);
    expect(model.requests).toBe(0);
    await agent.invoke({ messages: paying([5_000, "x"]) }, { configurable: { thread_id: "u" } });
    await desk.approve("x");
    await expect(agent.invoke(null, { ...exit, configurable: { thread_id: "u" } })).rejects.toSatisfy((thrown) =>
      isCountersignError(thrown, "SETUP"),
    );
    expect(desk.effects).toEqual([]);
  });
});

describe("what a pause shows", () => {
  test("LangChain's request shape, with the id and the digest to decide by", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk);
    const result = await agent.invoke({ messages: paying([5_000, "x"], [6, "y"], [7_000, "z"]) }, config);
    const [pause, ...others] = (result as { __interrupt__?: { value: unknown }[] }).__interrupt__ ?? [];
    const requests = await desk.pending();
    const of = (to: string) => requests.find(({ args }) => args["to"] === to);
    expect(others).toEqual([]);
    expect(pause?.value).toMatchObject({
      actionRequests: [
        { name: "pay", args: { amount: 5_000, to: "x" }, requestId: of("x")?.id, digest: of("x")?.proposal.digest },
        { name: "pay", args: { amount: 7_000, to: "z" }, requestId: of("z")?.id, digest: of("z")?.proposal.digest },
      ],
      reviewConfigs: [
        { actionName: "pay", allowedDecisions: ["approve", "edit", "reject"], argsSchema: { type: "object" } },
        { actionName: "pay", allowedDecisions: ["approve", "edit", "reject"] },
      ],
      countersign: { version: 1, threadId: "t" },
    });
  });

  test("Agent Inbox's shape too, when one call asks", async () => {
    const { agent } = openAgent(openDesk());
    const result = await agent.invoke({ messages: paying([5_000, "x"]) }, config);
    expect((result as { __interrupt__?: { value: unknown }[] }).__interrupt__?.[0]?.value).toMatchObject({
      action_request: { action: "pay", args: { amount: 5_000, to: "x" } },
      config: { allow_accept: true, allow_edit: true, allow_respond: true, allow_ignore: true },
    });
  });
});

describe("what the model is told", () => {
  test("approve, reject and edit in one batch: each call gets its own answer, the proposal stays", async () => {
    const desk = openDesk();
    const { agent, model } = openAgent(desk);
    await agent.invoke({ messages: paying([2_000, "a"], [3_000, "b"], [4_000, "c"], [5, "d"]) }, config);
    await desk.approve("a");
    await desk.reject("b", "not b");
    await desk.edit("c", { amount: 3_999, to: "c" });
    const state = await agent.invoke(null, config);
    expect(transcript(state).slice(2, 6)).toEqual([
      "tool: paid 2000 to a",
      "tool: not b",
      expect.stringMatching(/^tool: A person reviewed .*"amount":3999[^]*paid 3999 to c$/),
      "tool: paid 5 to d",
    ]);
    const proposal = state.messages[1] as AIMessage;
    expect(proposal.tool_calls?.map(({ args }) => args["amount"])).toEqual([2_000, 3_000, 4_000, 5]);
    expect(state.messages.filter((message) => ToolMessage.isInstance(message)).map(({ status }) => status)).toEqual([
      "success",
      "error",
      "success",
      "success",
    ]);
    expect(model.requests).toBe(2);
  });

  test("a call that the policy denies, or whose arguments do not fit, goes back to the model and nobody is asked", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk);
    const calls = JSON.stringify([
      ["pay", { amount: 200_000, to: "x" }],
      ["pay", { amount: "5", to: "y" }],
    ]);
    const state = await agent.invoke({ messages: calls }, config);
    expect(transcript(state).slice(2, 4)).toEqual([expect.stringMatching(/does not allow/), expect.stringMatching(/invalid/)]);
    expect(await desk.pending()).toEqual([]);
    expect(desk.effects).toEqual([]);
  });

  test("a tool's own failure, gated or not, once", async () => {
    let tries = 0;
    const desk = openDesk({
      during: () => {
        tries++;
        throw new Error("insufficient funds");
      },
    });
    const { agent } = openAgent(desk);
    await agent.invoke({ messages: paying([5_000, "x"], [5, "y"]) }, config);
    await desk.approve("x");
    const state = await agent.invoke(null, config);
    expect(transcript(state).slice(2, 4)).toEqual([
      expect.stringMatching(/insufficient funds/),
      expect.stringMatching(/insufficient funds/),
    ]);
    expect(tries).toBe(2);
  });

  test("a rejection that stops the run: nothing of the turn runs, every call is answered, and a new input goes on", async () => {
    const desk = openDesk();
    const { agent, model } = openAgent(desk);
    await agent.invoke({ messages: paying([2_000, "a"], [3_000, "b"]) }, config);
    await desk.approve("a");
    await desk.reject("b", "stop it", "stop");
    const state = await agent.invoke(null, config);
    expect(transcript(state).slice(2)).toEqual(["tool: The run ended before this call. It did not run.", "tool: stop it"]);
    expect(desk.effects).toEqual([]);
    expect(model.requests).toBe(1);
    const next = await agent.invoke({ messages: paying([3, "c"]) }, config);
    expect(transcript(next).at(-1)).toBe("ai: paid 3 to c");
  });
});

describe("a user who writes while calls are pending", () => {
  test("gets on with it: the old request is withdrawn and its call answered, so that providers accept the history", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk);
    await agent.invoke({ messages: paying([5_000, "x"], [5, "y"]) }, config);
    const [old] = await desk.pending();
    const state = await agent.invoke({ messages: "never mind" }, config);
    expect(transcript(state).at(-1)).toBe("ai: You said: never mind");
    expect(state.messages.map((message) => message.type)).toEqual(["human", "ai", "tool", "tool", "human", "ai"]);
    expect(old && (await desk.gate.get(old.id))?.status).toBe("cancelled");
    expect(desk.effects).toEqual([]);
  });

  test("is not told that a payment did not run which did", async () => {
    const desk = openDesk();
    const crash = { on: true };
    const failing = createMiddleware({
      name: "Failing",
      wrapToolCall: async (request, handler) => {
        const result = await handler(request);
        if (crash.on) throw new Error("the process fails after the effect");
        return result;
      },
    });
    const { agent } = openAgent(desk, { before: [failing] });
    await agent.invoke({ messages: paying([5_000, "x"]) }, config);
    await desk.approve("x");
    await expect(agent.invoke(null, config)).rejects.toThrow(/after the effect/);
    crash.on = false;
    const state = await agent.invoke({ messages: "never mind" }, config);
    expect(transcript(state)).toContain("tool: paid 5000 to x");
    expect(desk.effects).toHaveLength(1);
  });
});

describe("an in-process reviewer", () => {
  test("answers without a pause", async () => {
    const desk = openDesk({ reviewer: scriptedReviewer({ pay: () => reject("not today") }) });
    const { agent } = openAgent(desk);
    const state = await agent.invoke({ messages: paying([5_000, "x"], [5, "y"]) }, config);
    expect(state).not.toHaveProperty("__interrupt__");
    expect(transcript(state).slice(2, 4)).toEqual(["tool: not today", "tool: paid 5 to y"]);
  });

  test("can stop the run", async () => {
    const desk = openDesk({ reviewer: scriptedReviewer({ pay: () => reject("enough", { then: "stop" }) }) });
    const { agent, model } = openAgent(desk);
    const state = await agent.invoke({ messages: paying([5_000, "x"], [5, "y"]) }, config);
    expect(transcript(state).slice(2)).toEqual(["tool: enough", "tool: The run ended before this call. It did not run."]);
    expect([desk.effects, model.requests]).toEqual([[], 1]);
  });

  test("who has no answer leaves the pause to people", async () => {
    const desk = openDesk({ reviewer: scriptedReviewer([]) });
    const { agent } = openAgent(desk);
    expect(await agent.invoke({ messages: paying([5_000, "x"]) }, config)).toHaveProperty("__interrupt__.length", 1);
    await desk.approve("x");
    expect(transcript(await agent.invoke(null, config)).at(-1)).toBe("ai: paid 5000 to x");
  });
});

describe("a tool that pauses in its own body", () => {
  test("goes on under the same signature, and runs to its end once", async () => {
    const desk = openDesk({ during: () => `paid with code ${String(interrupt("which code?"))}` });
    const { agent } = openAgent(desk);
    await agent.invoke({ messages: paying([5_000, "x"]) }, config);
    await desk.approve("x");
    expect(await agent.invoke(null, config)).toMatchObject({ __interrupt__: [{ value: "which code?" }] });
    expect(desk.effects).toEqual([]);
    const state = await agent.invoke(new Command({ resume: "1234" }), config);
    expect(transcript(state)).toContain("tool: paid with code 1234");
    expect(desk.effects).toHaveLength(1);
  });
});
