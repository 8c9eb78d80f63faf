// What can't be read is told to the model alone: the gate's `onInvalid` counts it.
import { Amount, openDesk } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/ai-sdk";
import { definePolicy, type InvalidCall } from "@countersign/core";
import { tool, ToolLoopAgent, type ToolSet } from "ai";
import { expect, test } from "vitest";
import { z } from "zod";
import { scriptedModel } from "./support/scripted-model.ts";

test.each([
  ["what the rule's schema refuses", definePolicy({ tools: { pay: { args: Amount, ask: true } } }), z.looseObject({})],
  ["what the tool's schema refuses", definePolicy({ tools: { pay: "allow" } }), Amount],
])("%s is told of once, and nothing runs", async (_, policy, inputSchema) => {
  const told: InvalidCall[] = [];
  const desk = openDesk({ policy, onInvalid: (call) => told.push(call) });
  const { model } = scriptedModel([{ calls: [{ id: "c", tool: "pay", args: { amount: "five", to: "x" } }] }, { text: "sorry" }], "v4");
  const pay = tool({ inputSchema: inputSchema as typeof Amount, execute: desk.carryOut });
  const agent = new ToolLoopAgent<never, ToolSet>({ model, tools: gateTools<ToolSet, unknown>(desk.gate, { pay }), maxRetries: 0 });
  expect(await createRunner(desk.gate, agent, { name: "a" }).start("t", "go")).toMatchObject({ status: "completed", text: "sorry" });
  expect(told).toMatchObject([{ tool: "pay", threadId: "t", agent: "a" }]);
  expect(desk.effects).toEqual([]);
});
