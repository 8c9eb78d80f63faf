// What the runner can't gate, it refuses, unless somebody says that it is meant.
import { hintOf } from "@countersign/adapter-tests";
import { createRunner, gateCall, gateTools } from "@countersign/openrouter";
import { OpenRouter, serverTool, tool, type Tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk } from "./support/desk.ts";

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
