// What the runner can't gate, it refuses, unless somebody says that it is meant.
import { hintOf, overThousand } from "@countersign/adapter-tests";
import { createGate, definePolicy } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { createRunner, gateCall, gateTools } from "@countersign/openrouter";
import { OpenRouter, serverTool, tool, type Tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk } from "./support/desk.ts";
import { callModel, openWorld } from "./support/world.ts";

const client = new OpenRouter({ apiKey: "none" });
const desk = openDesk();
const wire = tool({ name: "wire", description: "", inputSchema: z.object({}), execute: async () => "wired" }) as unknown as Tool;
const hintFor = (tools: readonly Tool[], ungated?: readonly string[]) =>
  hintOf(() => createRunner(desk.gate, client, { name: "a", model: "any", tools, ...(ungated && { ungated }) }));

describe("a runner is not made", () => {
  test.each<readonly [string, unknown, string]>([
    ["that is answered by hand", tool({ name: "manual", description: "", inputSchema: z.object({}), execute: false }), "manual"],
    ["of the provider", serverTool({ type: "openrouter:datetime" }), "openrouter:datetime"],
    ["of an MCP server at the provider", serverTool({ type: "mcp", serverLabel: "crm" }), "crm/*"],
  ])("for a tool %s", async (_, open, name) => {
    const tools = [desk.pay, open as Tool];
    expect(await hintFor(tools)).toContain(`ungated: ["${name}"]`);
    expect(await hintFor(tools, [name])).toBe("");
  });

  test("for a tool that another gate guards: two gates", async () => {
    const theirs = gateTools(openDesk().gate, [wire], { threadId: "t" });
    expect(await hintFor(theirs)).toMatch(/Two gates.* guards wire/);
    expect(await hintFor(gateTools(desk.gate, theirs, { threadId: "t" }))).toBe("");
  });

  test("with names in `ungated` that no tool has, or that the gate guards", async () => {
    expect(await hintFor([wire], ["wrie"])).toContain("ungated names wrie, but there is no such tool");
    expect(await hintFor([wire], ["wire"])).toContain("ungated names wire, but the gate guards it");
  });
});

test("two tools of one name in one list can't be told apart", async () => {
  const alike = /wire: wire and wire/;
  expect(await hintFor([wire, wire])).toMatch(alike);
  expect(await hintOf(() => gateTools(desk.gate, [wire, wire]))).toMatch(alike);
  expect(await hintOf(() => gateCall(desk.gate, [wire, wire], { threadId: "t" }))).toMatch(alike);
});

describe("without a runner, the gate warns once", () => {
  const manual = tool({ name: "manual", description: "", inputSchema: z.object({}), execute: false }) as unknown as Tool;
  const search = serverTool({ type: "openrouter:datetime" }) as Tool;
  const later = { type: "function", function: { name: "later", inputSchema: z.object({}), run: async () => "ran" } } as unknown as Tool;
  function warned() {
    const warnings: string[] = [];
    const gate = createGate({ policy: overThousand, store: memoryStore(), warn: (message) => void warnings.push(message) });
    return { gate, warnings, of: () => warnings.filter((message) => message.includes("No gate guards")) };
  }

  test("of tools that gateCall and gateTools can't guard, by their names", () => {
    const { gate, of } = warned();
    gateCall(gate, [wire, manual, search, later], { threadId: "t" });
    gateCall(gate, [wire, manual, search, later], { threadId: "u" });
    gateTools(gate, [manual], { threadId: "t" });
    expect(of()).toEqual([
      expect.stringMatching(/No gate guards manual, openrouter:datetime, later\..*ungated: \["manual","openrouter:datetime","later"\]/),
    ]);
  });

  test("but not of those that are meant, nor of tools on their way to a runner", () => {
    const { gate, of } = warned();
    gateCall(gate, [wire, manual], { threadId: "t", ungated: ["manual"] });
    gateTools(gate, [search], { threadId: "t", ungated: ["openrouter:datetime"] });
    gateTools(gate, [later]);
    expect(of()).toEqual([]);
  });

  test("of a tool that only callModel was given, when it is called: it doesn't run, unless the policy lets it", async () => {
    const ran: string[] = [];
    const strange = tool({ name: "wire", description: "", inputSchema: z.object({}), execute: async () => ran.push("wire") });
    for (const [rule, expected] of [
      ["ask", 0],
      ["deny", 0],
      ["allow", 1],
    ] as const) {
      ran.length = 0;
      const warnings: string[] = [];
      const policy = definePolicy({ tools: { pay: "ask", wire: rule } });
      const gate = createGate({ policy, store: memoryStore(), warn: (message) => void warnings.push(message) });
      const world = await openWorld([[{ id: "a", name: "wire", args: {} }], "done"], { desk: { ...openDesk(), gate } });
      const spread = gateCall(gate, [world.pay], { threadId: "t" });
      const call = (input: string | []) =>
        callModel(world.client, gateCall(gate, [world.pay], { threadId: "t" }), input, { tools: [...spread.tools, strange] });
      await call("go").getText();
      expect(ran).toHaveLength(expected);
      if (expected === 1) continue;
      expect(warnings.filter((message) => message.includes("No gate guards wire"))).toHaveLength(1);
      expect(await call([]).getText()).toBe("done");
      expect(ran).toEqual([]);
      expect(world.told()).toEqual([expect.stringMatching(/no tool wire here|policy does not allow/)]);
    }
  });

  test("such a tool runs neither where the application's own predicate asks about it", async () => {
    const ran: string[] = [];
    const strange = tool({ name: "wire", description: "", inputSchema: z.object({}), execute: async () => ran.push("wire") });
    const world = await openWorld([[{ id: "a", name: "wire", args: {} }], "done"]);
    const spread = gateCall(world.gate, [world.pay], { threadId: "t", requireApproval: () => true });
    await callModel(world.client, spread, "go", { tools: [...spread.tools, strange] }).getText();
    expect(ran).toEqual([]);
  });

  test("a tool with a run in the place of its execute is none that the runner gates", async () => {
    expect(await hintFor([desk.pay, later])).toContain('ungated: ["later"]');
  });
});
