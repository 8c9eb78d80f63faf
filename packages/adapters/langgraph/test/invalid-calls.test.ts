// What can't be read is told to the model alone: the gate's `onInvalid` counts it.
import { Amount } from "@countersign/adapter-tests";
import { definePolicy, type InvalidCall } from "@countersign/core";
import { approvalMiddleware, createRunner, gateTools } from "@countersign/langgraph";
import { MemorySaver } from "@langchain/langgraph";
import { createAgent } from "langchain";
import { expect, test } from "vitest";
import { openDesk } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";
import { reactAgent } from "./support/react-agent.ts";

const ruled = definePolicy({ tools: { pay: { args: Amount, ask: true } } });
const free = definePolicy({ tools: { pay: "allow" } });
const calls = JSON.stringify([["pay", { amount: "five", to: "x" }]]);

test.each([
  ["the middleware, by the rule's schema", ruled, true],
  ["the middleware, by the tool's schema", free, true],
  ["gateTools, by the rule's schema", ruled, false],
  ["gateTools, by the tool's schema", free, false],
])("%s: a call that can't be read is told of once, and nothing runs", async (_, policy, isMiddleware) => {
  const told: InvalidCall[] = [];
  const desk = openDesk({ policy, onInvalid: (call) => told.push(call) });
  const model = new ScriptedModel(obedient);
  const agent = isMiddleware
    ? createAgent({ model, tools: [desk.pay], checkpointer: new MemorySaver(), middleware: [approvalMiddleware(desk.gate)] })
    : reactAgent(gateTools(desk.gate, [desk.pay]), obedient);
  const runner = createRunner(desk.gate, agent as never, { name: "a" });
  expect(await runner.start("t", { messages: calls } as never)).toMatchObject({ status: "completed" });
  expect(told).toMatchObject([{ tool: "pay", threadId: "t", agent: "a" }]);
  expect(desk.effects).toEqual([]);
});
