// Without a runner nobody refuses a tool that nobody gated: the gate says so, once.
import { Amount, overThousand } from "@countersign/adapter-tests";
import { applyDecisions, gateTools } from "@countersign/ai-sdk";
import { createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import * as ai from "ai";
import * as six from "ai-v6";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { scriptedModel } from "./support/scripted-model.ts";

const thread = { threadId: "t" };

describe.each([
  ["7", ai, "v4"],
  ["6", six as unknown as typeof ai, "v3"],
] as const)("on version %s", (_, sdk, spec) => {
  function open(ungated?: readonly string[]) {
    const warnings: string[] = [];
    const gate = createGate({ policy: overThousand, store: memoryStore(), warn: (message) => void warnings.push(message) });
    // Not of tools: that this store lives in one process alone.
    warnings.length = 0;
    const pay = sdk.tool({ inputSchema: Amount, execute: async () => "paid" });
    const wire = sdk.dynamicTool({ inputSchema: z.unknown(), execute: async () => "wired" });
    const locate = sdk.tool({ inputSchema: Amount }) as ai.ToolSet[string];
    const gated = (tools: ai.ToolSet) => gateTools<ai.ToolSet, unknown>(gate, tools, thread, ungated && { ungated });
    const payment = { id: "p", tool: "pay", args: { amount: 5, to: "Acme" } };
    const run = async (tools: ai.ToolSet) => {
      const { model } = scriptedModel([{ calls: [{ id: "w", tool: "wire", args: {} }] }, { calls: [payment] }, { text: "done" }], spec);
      await sdk.generateText({ model, tools, prompt: "go", stopWhen: ai.isStepCount(5) as never, maxRetries: 0 });
    };
    return { gate, warnings, pay, wire, locate, gated, run };
  }

  test("a tool that comes beside the gated ones is seen at the next call, whatever brought it", async () => {
    const world = open();
    const tools = { ...world.gated({ pay: world.pay }), wire: world.wire };
    await world.run(tools);
    await world.run(tools);
    expect(world.warnings).toEqual([expect.stringMatching(/^No gate guards wire\..*ungated: \["wire"\]/)]);
  });

  test("a tool of the browser's, and what applyDecisions is shown", async () => {
    const world = open();
    const gated = world.gated({ pay: world.pay, locate: world.locate });
    const messages: ai.ModelMessage[] = [{ role: "user", content: "hello" }];
    for (let time = 0; time < 2; time++) await applyDecisions(world.gate, messages, thread, { tools: { ...gated, wire: world.wire } });
    expect(world.warnings.map((warning) => warning.split(".")[0])).toEqual(["No gate guards locate", "No gate guards wire"]);
  });

  test("nothing of those that are meant to run", async () => {
    const world = open(["wire", "locate"]);
    const gated = world.gated({ pay: world.pay, locate: world.locate });
    await world.run({ ...gated, wire: world.wire });
    await applyDecisions(world.gate, [], thread, { tools: { ...gated, wire: world.wire }, ungated: ["wire", "locate"] });
    expect(world.warnings).toEqual([]);
  });
});
