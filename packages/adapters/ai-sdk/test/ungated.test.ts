// What can be seen and nobody has gated keeps a runner from being made, or the model from being asked.
import { Amount, hintOf, openDesk } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/ai-sdk";
import { dynamicTool, jsonSchema, tool, ToolLoopAgent, type ToolSet } from "ai";
import * as six from "ai-v6";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { scriptedModel } from "./support/scripted-model.ts";

const wire = tool({ inputSchema: z.object({}), execute: async () => "wired" });
const agentWith = (tools: ToolSet) => new ToolLoopAgent<never, ToolSet>({ model: scriptedModel([{ text: "done" }], "v4").model, tools });

const search = { type: "provider", isProviderExecuted: true, id: "x.search", args: {}, inputSchema: jsonSchema({}) };

describe("a runner is not made", () => {
  const hintFor = (tools: ToolSet, ungated?: readonly string[]) =>
    hintOf(() => createRunner(openDesk().gate, agentWith(tools), { name: "a", ...(ungated && { ungated }) }));

  test.each<readonly [string, unknown]>([
    ["a tool", wire],
    ["a dynamic tool", dynamicTool({ inputSchema: z.unknown(), execute: async () => 1 })],
    ["a tool that the provider runs", search],
    ["a tool that the browser runs", tool({ inputSchema: z.object({}) })],
  ])("for an agent with %s that nobody gated", async (_, open) => {
    const tools = { open } as ToolSet;
    expect(await hintFor(tools)).toContain('ungated: ["open"]');
    expect(await hintFor(tools, ["open"])).toBe("");
  });

  test("for a tool that another gate guards: two gates", async () => {
    expect(await hintFor(gateTools<ToolSet, unknown>(openDesk().gate, { wire }))).toMatch(/Two gates.* guards wire/);
  });

  test("for a gated tool under another name, or with other words for its results, until that one is gated", async () => {
    const { gate } = openDesk();
    const gated = gateTools<ToolSet, unknown>(gate, { wire })["wire"] as ToolSet[string];
    const changed: readonly (readonly [ToolSet, string])[] = [
      [{ bank_wire: gated }, "bank_wire was gated as wire"],
      [{ wire: { ...gated, toModelOutput: () => ({ type: "text", value: "wired" }) } as ToolSet[string] }, "another toModelOutput"],
    ];
    for (const [tools, hint] of changed) {
      expect(await hintOf(() => createRunner(gate, agentWith(tools), { name: "a" }))).toContain(hint);
      expect(await hintOf(() => createRunner(gate, agentWith(gateTools<ToolSet, unknown>(gate, tools)), { name: "a" }))).toBe("");
    }
  });

  test("with names in `ungated` that no tool has, or that the gate guards", async () => {
    const { gate } = openDesk();
    const tools = { ...gateTools<ToolSet, unknown>(gate, { wire }), open: wire };
    const hint = (...ungated: string[]) => hintOf(() => createRunner(gate, agentWith(tools), { name: "a", ungated }));
    expect(await hint("open", "opne")).toContain("ungated names opne, but there is no such tool");
    expect(await hint("open", "wire")).toContain("ungated names wire, but the gate guards it");
    expect(await hint("open")).toBe("");
  });
});

describe.each([
  ["7", ToolLoopAgent, "v4"],
  ["6", six.ToolLoopAgent, "v3"],
] as const)("tools that an agent of version %s chooses for a call", (_, Agent, spec) => {
  function open(chosen: (own: ToolSet) => ToolSet, ungated: readonly string[] = []) {
    const desk = openDesk();
    const { model, transcript } = scriptedModel([{ calls: [{ id: "w", tool: "wire", args: {} }] }, { text: "done" }], spec);
    const pay = tool({ inputSchema: Amount, execute: desk.carryOut });
    const prepareCall = ({ tools, ...rest }: { tools: ToolSet }) => ({ ...rest, tools: chosen(tools) });
    const tools = gateTools<ToolSet, unknown>(desk.gate, { pay });
    const settings = { model, tools, maxRetries: 0, prepareCall } as unknown as ConstructorParameters<typeof ToolLoopAgent>[0];
    const agent = new (Agent as typeof ToolLoopAgent)(settings) as ToolLoopAgent<never, ToolSet>;
    return { transcript, runner: createRunner(desk.gate, agent, { name: "a", ungated }) };
  }

  test("are looked at before the model is asked, in a stream too", async () => {
    const { runner, transcript } = open((own) => ({ ...own, wire }));
    expect(await hintOf(() => runner.start("t", "go"))).toContain('ungated: ["wire"]');
    expect(await hintOf(() => runner.stream("t", "go"))).toContain('ungated: ["wire"]');
    expect(transcript().requests).toBe(0);
  });

  test("run if they are gated", async () => {
    const { runner } = open((own) => own);
    expect(await runner.start("t", "go")).toMatchObject({ status: "completed" });
  });
});
