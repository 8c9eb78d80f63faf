import { failure } from "@countersign/adapter-tests";
import { definePolicy, isCountersignError } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, tool, type FunctionTool } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying, saying } from "./support/desk.ts";

describe("a tool's own needsApproval", () => {
  const asking = (needsApproval: boolean | (() => Promise<boolean>)): FunctionTool =>
    tool({
      name: "read",
      description: "",
      parameters: z.object({}),
      needsApproval,
      execute: async () => "read",
    }) as unknown as FunctionTool;

  test.each([
    ["true", true],
    ["a predicate that holds", (): Promise<boolean> => Promise.resolve(true)],
    ["one that throws", (): Promise<boolean> => Promise.reject(new Error("down"))],
  ] as const)("asks as well: %s", async (_name, needsApproval) => {
    const desk = openDesk();
    const model = saying([{ id: "r", name: "read", args: {} }, paying(5)]);
    const runner = createRunner(
      desk.gate,
      new Agent({ name: "A", model, tools: gateTools(desk.gate, [asking(needsApproval), desk.pay]) }),
      { name: "a" },
    );
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended", pending: [{ tool: "read", rule: "framework" }] });
    expect(desk.effects).toHaveLength(1);
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: expect.stringMatching(/read/) });
  });

  test("never allows what the policy asks about", async () => {
    const desk = openDesk({ policy: definePolicy({ default: "ask", tools: {} }) });
    const model = saying([{ name: "read", args: {} }]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [asking(false)]) }), { name: "a" });
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended", pending: [{ tool: "read" }] });
  });

  test("of a tool that isn't gated is a mistake in the set-up", async () => {
    const desk = openDesk();
    const runner = createRunner(desk.gate, new Agent({ name: "A", model: saying([{ name: "read", args: {} }]), tools: [asking(true)] }), {
      name: "a",
      ungated: ["read"],
    });
    expect(isCountersignError(await failure(runner.start("t", "go")), "SETUP")).toBe(true);
  });
});
