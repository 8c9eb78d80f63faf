// What can't be read is told to the model alone: the gate's `onInvalid` counts it.
import { Amount, openDesk } from "@countersign/adapter-tests";
import { definePolicy, type InvalidCall } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, tool, type AgentOutputItem } from "@openai/agents";
import { assistantMessage, ScriptedModel } from "@openai/agents/testing";
import { expect, test } from "vitest";

const ruled = definePolicy({ tools: { pay: { args: Amount, ask: true } } });
const free = definePolicy({ tools: { pay: "allow" } });

test.each([
  ["what the rule's schema refuses", ruled],
  ["what the tool's schema refuses", free],
])("%s is told of once, and nothing runs", async (_, policy) => {
  const told: InvalidCall[] = [];
  const desk = openDesk({ policy, onInvalid: (call) => told.push(call) });
  const called = { type: "function_call", callId: "c", name: "pay", arguments: '{"amount":"five","to":"x"}', status: "completed" };
  const model = new ScriptedModel([[called], [assistantMessage("sorry")]] as AgentOutputItem[][]);
  const pay = tool({ name: "pay", description: "", parameters: Amount, execute: desk.carryOut });
  const agent = new Agent({ name: "A", model, tools: gateTools(desk.gate, [pay]) });
  expect(await createRunner(desk.gate, agent, { name: "a" }).start("t", "go")).toMatchObject({ status: "completed", text: "sorry" });
  expect(told).toMatchObject([{ tool: "pay", threadId: "t", agent: "a", issues: [{ path: ["amount"] }] }]);
  expect(desk.effects).toEqual([]);
});
