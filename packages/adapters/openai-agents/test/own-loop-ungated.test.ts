import { Amount } from "@countersign/adapter-tests";
import { createGate, definePolicy } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { createRunner, gateMcpServers, gateTools } from "@countersign/openai-agents";
import { Agent, applyPatchTool, computerTool, hostedMcpTool, run, shellTool, tool, type Computer, type Tool } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying, saying } from "./support/desk.ts";
import { mcpServer } from "./support/mcp-server.ts";

function open() {
  const warnings: string[] = [];
  const policy = definePolicy({ default: "ask", tools: { pay: { args: Amount, ask: ({ args }) => args.amount > 1_000 } } });
  const gate = createGate({ policy, store: memoryStore(), warn: (text) => warnings.push(text) });
  const plain = (name: string) => tool({ name, description: "", parameters: z.object({}), execute: async () => name });
  const pay = tool({ name: "pay", description: "", parameters: Amount, execute: async () => "paid" });
  return { warnings, gate, plain, pay };
}

describe("one's own loop beside tools that nobody gated", () => {
  test("warns of those that it can see, once each: of the agent, its servers, its provider, and where it hands over", async () => {
    const { warnings, gate, plain, pay } = open();
    const who = { threadId: "t" };
    const target = new Agent({ name: "Target", tools: [plain("wire")] });
    const crm = hostedMcpTool({ serverLabel: "crm", serverUrl: "https://crm.example" });
    const agent = new Agent({
      name: "A",
      model: saying([paying(5)], "done"),
      tools: [...gateTools(gate, [pay], who), plain("refund"), crm],
      mcpServers: [mcpServer("billing", [])],
      handoffs: [target],
    });
    await run(agent, "go");
    await run(agent, "go");
    for (const name of ["refund", "crm/*", "billing/*", "wire"])
      expect(warnings.filter((warning) => warning.includes(`"${name}"`))).toHaveLength(1);
    expect(warnings.join()).toMatch(/gateTools.*ungated:/s);
    expect(warnings.join()).not.toContain('"pay"');
  });

  test("but not of those that are meant", async () => {
    const { warnings, gate, plain, pay } = open();
    const tools = [...gateTools(gate, [pay], { threadId: "t" }, { ungated: ["refund"] }), plain("refund")];
    await run(new Agent({ name: "A", model: saying([paying(5)], "done"), tools }), "go");
    expect(warnings.filter((warning) => warning.includes("refund"))).toEqual([]);
  });
});

test("a rule for a tool of the next agent is not taken for a misspelt one", async () => {
  const { warnings, gate, plain, pay } = open();
  const who = { threadId: "t" };
  const target = new Agent({ name: "Target", tools: gateTools(gate, [pay], who) });
  const agent = new Agent({ name: "A", model: saying("done"), tools: gateTools(gate, [plain("say")], who), handoffs: [target] });
  await run(agent, "go");
  expect(warnings.filter((warning) => warning.includes("misspelt"))).toEqual([]);
});

describe("tools that are gated twice", () => {
  const computer = new Proxy({ environment: "browser" }, { get: (target, key) => Reflect.get(target, key) ?? (() => {}) });
  const kinds: Readonly<Record<string, () => Tool>> = {
    function: () => tool({ name: "pay", description: "", parameters: Amount, execute: async () => "paid" }),
    agent: () => new Agent({ name: "In" }).asTool({ toolName: "inner", toolDescription: "" }),
    shell: () => shellTool({ shell: { run: async () => ({ output: [] }) } }),
    patch: () => applyPatchTool({ editor: { createFile: async () => {}, updateFile: async () => {}, deleteFile: async () => {} } }),
    computer: () => computerTool({ computer: computer as unknown as Computer }),
    hosted: () => hostedMcpTool({ serverLabel: "crm", serverUrl: "https://crm.example" }),
  };

  test.each(Object.keys(kinds))("are gated once: %s", (kind) => {
    const { gate } = open();
    const once = gateTools(gate, [kinds[kind]?.() as Tool]);
    expect(gateTools(gate, once)[0]).toBe(once[0]);
  });

  test("keep their MCP server's name, and get to know whose call it is", async () => {
    const desk = openDesk({ policy: definePolicy({ default: "deny", tools: { "billing/list": "allow" } }) });
    const called: string[] = [];
    const listed = await gateMcpServers(desk.gate, [mcpServer("billing", ["list"], called)]);
    const tools = gateTools(desk.gate, listed, { threadId: "t" });
    const agent = new Agent({ name: "A", model: saying([{ id: "c", name: "list", args: {} }], "done"), tools });
    await run(agent, "go");
    expect(called).toEqual(["billing/list"]);
  });

  test("run once, by one signature", async () => {
    const desk = openDesk();
    const tools = gateTools(desk.gate, gateTools(desk.gate, [desk.pay]));
    const runner = createRunner(desk.gate, new Agent({ name: "A", model: saying([paying(5_000)], "done"), tools }), { name: "a" });
    await runner.start("t", "go");
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(desk.effects).toHaveLength(1);
  });
});
