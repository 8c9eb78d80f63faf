// What can be seen and nobody has gated keeps a runner from being made, or its run from beginning.
import { hintOf } from "@countersign/adapter-tests";
import { inspectTools } from "@countersign/core/surface";
import { createRunner, gateMcpServers, gateTools } from "@countersign/openai-agents";
import { Agent, handoff, hostedMcpTool, shellTool, tool, webSearchTool, type Tool } from "@openai/agents";
import { Capability, SandboxAgent } from "@openai/agents/sandbox";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying, saying } from "./support/desk.ts";
import { mcpServer } from "./support/mcp-server.ts";

const wire = () => tool({ name: "wire", description: "", parameters: z.object({}), execute: async () => "wired" });
const hosted = hostedMcpTool({ serverLabel: "crm", serverUrl: "https://crm.example" });
const cloud = shellTool({ environment: { type: "container_auto" } });

describe("a runner is not made", () => {
  const hintFor = (agent: Agent<never>, ungated?: readonly string[]) =>
    hintOf(() => createRunner(openDesk().gate, agent as unknown as Agent, { name: "a", ...(ungated && { ungated }) }));

  test.each<readonly [string, readonly Tool[], string]>([
    ["a function tool", [wire()], "wire"],
    ["an agent as a tool", [new Agent({ name: "In" }).asTool({ toolName: "inner", toolDescription: "" })], "inner"],
    ["a hosted MCP server", [hosted], "crm/*"],
    ["a shell at the provider", [cloud], "shell"],
    ["a search at the provider", [webSearchTool()], "web_search"],
  ])("for an agent with %s that nobody gated", async (_, tools, name) => {
    const agent = new Agent({ name: "A", tools: [...tools] });
    expect(await hintFor(agent as never)).toContain(`${name} (agent A)`);
    expect(await hintFor(agent as never, [name])).toBe("");
  });

  test("for a gated tool that has another name by now", async () => {
    const { gate } = openDesk();
    const [gated] = gateTools(gate, [wire()]);
    const hint = () => hintOf(() => createRunner(gate, new Agent({ name: "A", tools: [gated] }), { name: "a" }));
    expect(await hint()).toBe("");
    gated.name = "bank_wire";
    expect(await hint()).toContain("bank_wire was gated as wire");
  });

  test("for MCP servers that are left on the agent", async () => {
    const agent = new Agent({ name: "A", mcpServers: [mcpServer("billing", ["wire"])] });
    expect(await hintFor(agent as never)).toContain("billing/* (agent A)");
    expect(await hintFor(agent as never, ["billing/*"])).toBe("");
  });

  test("for what a sandbox agent can do", async () => {
    class Deploying extends Capability {
      readonly type = "deploying";
    }
    const agent = new SandboxAgent({ name: "A", capabilities: [new Deploying()] });
    expect(await hintFor(agent as never)).toContain("deploying/* (agent A)");
  });

  test("for the tools of agents that it hands over to, and of those that these do, in circles too", async () => {
    const last = new Agent({ name: "Last", tools: [wire()] });
    const second = new Agent({ name: "Second", handoffs: [handoff(last)] });
    last.handoffs.push(second);
    expect(await hintFor(new Agent({ name: "First", handoffs: [second] }) as never)).toContain("wire (agent Last)");
  });

  test("for a tool that another gate guards: two gates", async () => {
    const tools = gateTools(openDesk().gate, [wire()]);
    expect(await hintFor(new Agent({ name: "A", tools }) as never)).toMatch(/Two gates.*wire \(agent A\)/);
  });

  test("with names in `ungated` that no tool has, or that the gate guards", async () => {
    const desk = openDesk();
    const agent = new Agent({ name: "A", tools: [...gateTools(desk.gate, [desk.pay]), wire()] });
    const hint = (...ungated: string[]) => hintOf(() => createRunner(desk.gate, agent, { name: "a", ungated }));
    expect(await hint("wire", "wrie")).toContain("ungated names wrie, but there is no such tool");
    expect(await hint("wire", "pay")).toContain("ungated names pay, but the gate guards it");
    expect(await hint("wire")).toBe("");
  });
});

describe("a run does not begin", () => {
  test("when a tool came after the runner was made", async () => {
    const desk = openDesk();
    const model = saying([{ name: "wire", args: {} }]);
    const agent = new Agent({ name: "A", model, tools: [] as Tool[] });
    const runner = createRunner(desk.gate, agent, { name: "a" });
    agent.tools.push(wire());
    expect(await hintOf(() => runner.start("t", "go"))).toContain("wire (agent A)");
    expect(await hintOf(() => runner.stream("t", "go"))).toContain("wire (agent A)");
    expect(model.requests).toBe(0);
  });

  test("when an agent inside a gated tool has one", async () => {
    const desk = openDesk();
    const deep = new Agent({ name: "Deep", tools: [wire()] });
    const inner = new Agent({ name: "Inner", tools: gateTools(desk.gate, [desk.pay]), handoffs: [deep] });
    const model = saying("done");
    const tools = gateTools(desk.gate, [inner.asTool({ toolName: "inner", toolDescription: "" })]);
    const runnerWith = (...ungated: string[]) => createRunner(desk.gate, new Agent({ name: "A", model, tools }), { name: "a", ungated });
    expect(await hintOf(() => runnerWith().start("t", "go"))).toContain("wire (agent Deep)");
    expect(await hintOf(() => inspectTools(runnerWith()))).toContain("wire (agent Deep)");
    expect(await hintOf(() => runnerWith("wire", "wrie").start("t", "go"))).toContain("ungated names wrie");
    expect(model.requests).toBe(0);
    expect(await runnerWith("wire").start("t", "go")).toMatchObject({ status: "completed" });
  });

  test("of a paused thread either, and what was signed runs once that is put right", async () => {
    const desk = openDesk();
    const agent = new Agent({ name: "A", model: saying([paying(5_000)]), tools: [...gateTools(desk.gate, [desk.pay])] as Tool[] });
    const runner = createRunner(desk.gate, agent, { name: "a" });
    await runner.start("t", "go");
    await desk.approve();
    agent.tools.push(wire());
    expect(await hintOf(() => runner.resume("t"))).toContain("wire");
    expect(desk.effects).toEqual([]);
    agent.tools.pop();
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(desk.effects).toHaveLength(1);
  });
});

test("what `ungated` names runs beside what is asked about", async () => {
  const desk = openDesk();
  const called: string[] = [];
  const tools = [...gateTools(desk.gate, [desk.pay]), ...(await gateMcpServers(desk.gate, [mcpServer("bank", ["look"], called)]))];
  const model = saying([paying(5_000), { id: "w", name: "read", args: {} }, { id: "l", name: "look", args: {} }]);
  const agent = new Agent({ name: "A", model, tools, mcpServers: [mcpServer("docs", ["read"], called)] });
  const runner = createRunner(desk.gate, agent, { name: "a", ungated: ["docs/*"] });
  expect(await runner.start("t", "go")).toMatchObject({ status: "suspended", pending: [{ tool: "pay" }] });
  expect(called).toEqual(["docs/read", "bank/look"]);
});

describe("a tool that only the SDK sees, and only when it calls it, does not run", () => {
  const run: string[] = [];
  const open = tool({ name: "wire", description: "", parameters: z.object({}), execute: async () => (run.push("wire"), "wired") });
  const wiring = { id: "w", name: "wire", args: {} };

  test("of an agent that a handoff made up", async () => {
    const desk = openDesk();
    const made = new Agent({ name: "Made", model: saying([], [wiring]), tools: [open] });
    const declared = new Agent({ name: "Declared" });
    const moved = handoff(declared);
    moved.onInvokeHandoff = async () => made;
    const model = saying([{ id: "h", name: moved.toolName, args: {} }]);
    const root = new Agent({ name: "Root", model, tools: gateTools(desk.gate, [desk.pay]), handoffs: [moved] });
    run.length = 0;
    expect(await hintOf(() => createRunner(desk.gate, root, { name: "a" }).start("t", "go"))).toMatch(/wire \(agent Made\)/);
    expect(run).toEqual([]);
  });

  test("of a class that adds it", async () => {
    class Adding extends Agent {
      override async getAllTools(...given: Parameters<Agent["getAllTools"]>) {
        return [...(await super.getAllTools(...given)), open];
      }
    }
    const desk = openDesk();
    const agent = new Adding({ name: "A", model: saying([wiring]), tools: gateTools(desk.gate, [desk.pay]) });
    run.length = 0;
    expect(await hintOf(() => createRunner(desk.gate, agent, { name: "a" }).start("t", "go"))).toMatch(/wire \(agent A\)/);
    expect(run).toEqual([]);
  });
});
