import { failure } from "@countersign/adapter-tests";
import { definePolicy, isCountersignError, type Policy } from "@countersign/core";
import { createRunner, gateMcpServers, gateTools } from "@countersign/openai-agents";
import {
  Agent,
  applyPatchTool,
  computerTool,
  hostedMcpTool,
  run,
  shellTool,
  tool,
  toolNamespace,
  type AgentOutputItem,
  type Computer,
  type MCPServer,
  type Model,
  type Tool,
} from "@openai/agents";
import { ScriptedModel as StepByStep, assistantMessage } from "@openai/agents/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying, saying } from "./support/desk.ts";

const policy = (tools: Record<string, unknown>): Policy => definePolicy({ default: "allow", tools: tools as Record<string, "ask"> });
/** Items as OpenAI's models say them, one response after the other. */
const model = (...responses: readonly object[][]): Model => new StepByStep(responses as AgentOutputItem[][]);
const done = [assistantMessage("done")];

describe("a local MCP server", () => {
  const called: unknown[] = [];
  const billing = {
    name: "billing",
    cacheToolsList: false,
    connect: async () => {},
    close: async () => {},
    invalidateToolsCache: async () => {},
    listTools: async () => [
      {
        name: "refund",
        description: "",
        inputSchema: { type: "object", properties: { amount: { type: "number" } }, required: ["amount"], additionalProperties: false },
      },
    ],
    callTool: async (name: string, args: unknown) => {
      called.push([name, args]);
      return [{ type: "text", text: `${name} done` }];
    },
  } as unknown as MCPServer;

  test("is the namespace of its tools: rules, requests and signatures name it", async () => {
    const desk = openDesk({ policy: policy({ "billing/refund": { ask: ({ args }: { args: { amount: number } }) => args.amount > 100 } }) });
    const tools = await gateMcpServers(desk.gate, [billing]);
    const lines = saying([{ id: "a", name: "refund", args: { amount: 5 } }], [{ id: "b", name: "refund", args: { amount: 500 } }]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model: lines, tools }), { name: "a" });
    await runner.start("t", "go");
    expect(called).toEqual([["refund", { amount: 5 }]]);
    expect(await desk.only()).toMatchObject({ namespace: "billing", tool: "refund", args: { amount: 500 } });
    await desk.edit({ amount: 400 });
    const outcome = await runner.resume("t");
    expect(called).toEqual([["refund", { amount: 5 }], ["refund", { amount: 400 }]]); // prettier-ignore
    expect(outcome).toMatchObject({ status: "completed", text: expect.stringMatching(/A person reviewed .*refund done/s) });
  });

  test("of tools that toolNamespace grouped, their namespace", async () => {
    const desk = openDesk({ policy: policy({ "crm/pay": "ask" }) });
    const tools = gateTools(desk.gate, toolNamespace({ name: "crm", description: "CRM", tools: [desk.pay] }));
    const call = {
      type: "function_call",
      callId: "a",
      name: "pay",
      namespace: "crm",
      arguments: '{"amount":5,"to":"x"}',
      status: "completed",
    };
    const runner = createRunner(desk.gate, new Agent({ name: "A", model: model([call], done), tools }), { name: "a" });
    await runner.start("t", "go");
    expect(await desk.only()).toMatchObject({ namespace: "crm", tool: "pay" });
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(desk.effects).toHaveLength(1);
  });
});

describe("a shell", () => {
  const shellCall = (callId: string, ...commands: string[]) => ({ type: "shell_call", callId, status: "completed", action: { commands } });

  function open(rule: unknown, ...responses: readonly object[][]) {
    const desk = openDesk({ policy: policy({ shell: rule }) });
    const ran: unknown[] = [];
    const shell = shellTool({
      shell: {
        run: async (action) => {
          ran.push(action.commands);
          return { output: [{ stdout: "ok", stderr: "", outcome: { type: "exit", exitCode: 0 } }] };
        },
      },
      onApproval: async () => ({ approve: true }),
    });
    const scripted = model(...responses);
    const agent = new Agent({ name: "A", model: scripted, tools: gateTools(desk.gate, [shell]) });
    return { desk, ran, scripted: scripted as StepByStep, runner: createRunner(desk.gate, agent, { name: "a" }) };
  }
  const dangerous = { ask: ({ args }: { args: { commands: string[] } }) => args.commands.some((command) => command.startsWith("rm")) };

  test("runs what the policy allows, and what was signed, once; it offers no edit", async () => {
    const { desk, ran, runner } = open(dangerous, [shellCall("s1", "ls"), shellCall("s2", "rm -r x")], done);
    await runner.start("t", "go");
    expect(ran).toEqual([["ls"]]);
    const request = await desk.only();
    expect(request).toMatchObject({ tool: "shell", args: { commands: ["rm -r x"] }, terms: { decisions: ["approve", "reject"] } });
    expect(isCountersignError(await failure(desk.edit({ commands: ["ls"] })), "DECISION_NOT_ALLOWED")).toBe(true);
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(ran).toEqual([["ls"], ["rm -r x"]]);
    expect(await desk.gate.get(request.id)).toMatchObject({ execution: "done" });
  });

  test("can be turned down where the policy offers no approval, and is no call at all where it offers an edit alone", async () => {
    const { desk, runner } = open({ ask: true, review: { decisions: ["edit", "reject"] } }, [shellCall("s1", "rm -r x")], done);
    await runner.start("t", "go");
    expect((await desk.only()).terms.decisions).toEqual(["reject"]);
    await desk.reject("no");
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    const edits = open({ ask: true, review: { decisions: ["edit"] } }, [shellCall("s1", "rm -r x")], done);
    expect(isCountersignError(await failure(edits.runner.start("t", "go")), "SETUP")).toBe(true);
    expect([await edits.desk.pending(), edits.ran]).toEqual([[], []]);
  });

  test("tells the model why a command was rejected or denied", async () => {
    const { desk, ran, runner, scripted } = open(dangerous, [shellCall("s1", "rm -r x")], done);
    await runner.start("t", "go");
    await desk.reject("not on my disk");
    await runner.resume("t");
    expect(JSON.stringify(scripted.lastCall?.request.input)).toContain('"stderr":"not on my disk"');
    const denied = open({ deny: true }, [shellCall("s1", "rm -r x")], done);
    await denied.runner.start("t", "go");
    expect(JSON.stringify(denied.scripted.lastCall?.request.input)).toContain("The policy does not allow shell. It did not run.");
    expect([...ran, ...denied.ran]).toEqual([]);
  });

  test("that the provider runs can't be held up", () => {
    const { gate } = openDesk();
    expect(() => gateTools(gate, [shellTool({ environment: { type: "container_auto" } })])).toThrow(/provider runs/);
  });
});

test("a patch is applied once it is signed", async () => {
  const desk = openDesk({ policy: policy({ apply_patch: "ask" }) });
  const applied: unknown[] = [];
  const apply = async (operation: object) => void applied.push(operation);
  const patch = applyPatchTool({ editor: { createFile: apply, updateFile: apply, deleteFile: apply } });
  const operation = { type: "delete_file", path: "a.txt" };
  const scripted = model([{ type: "apply_patch_call", callId: "p1", status: "completed", operation }], done);
  const runner = createRunner(desk.gate, new Agent({ name: "A", model: scripted, tools: gateTools(desk.gate, [patch]) }), { name: "a" });
  await runner.start("t", "go");
  expect(await desk.only()).toMatchObject({ tool: "apply_patch", args: operation, terms: { decisions: ["approve", "reject"] } });
  await desk.approve();
  expect(await runner.resume("t")).toMatchObject({ status: "completed" });
  expect(applied).toEqual([operation]);
});

interface HostedItem {
  readonly name?: string;
  readonly providerData?: { readonly approve: boolean; readonly reason?: string };
}

describe("what runs elsewhere", () => {
  const request = (id: string, name: string, args: object) => ({
    type: "hosted_tool_call",
    id,
    name: "mcp_approval_request",
    status: "completed",
    providerData: { id, type: "mcp_approval_request", name, arguments: JSON.stringify(args), server_label: "crm" },
  });
  const responsesIn = (scripted: Model) =>
    ((scripted as StepByStep).calls.at(-1)?.request.input as unknown as HostedItem[] | undefined)
      ?.filter(({ name }) => name === "mcp_approval_response")
      .map(({ providerData }) => [providerData?.approve, providerData?.reason]);
  const hosted = (requireApproval: "always" | "never"): Tool =>
    hostedMcpTool({ serverLabel: "crm", serverUrl: "https://crm.example", requireApproval: requireApproval as "always" });

  test("a hosted MCP server is told yes to what the policy allows, and what was signed", async () => {
    const desk = openDesk({ policy: policy({ "crm/read": "allow", "crm/delete": "ask" }) });
    const scripted = model([request("m1", "read", { id: 1 }), request("m2", "delete", { id: 1 })], done);
    const tools = gateTools(desk.gate, [hosted("never")]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model: scripted, tools }), { name: "a" });
    await runner.start("t", "go");
    expect(await desk.only()).toMatchObject({
      namespace: "crm",
      tool: "delete",
      args: { id: 1 },
      terms: { decisions: ["approve", "reject"] },
    });
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(responsesIn(scripted)).toEqual([[true, undefined], [true, undefined]]); // prettier-ignore
  });

  test("and no, with the reviewer's words; its own requireApproval asks as well", async () => {
    const desk = openDesk({ policy: policy({ "crm/*": "allow" }) });
    const scripted = model([request("m1", "read", { id: 1 })], done);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model: scripted, tools: gateTools(desk.gate, [hosted("always")]) }), {
      name: "a",
    });
    await runner.start("t", "go");
    expect(await desk.only()).toMatchObject({ tool: "read", rule: "framework" });
    await desk.reject("not our data");
    await runner.resume("t");
    expect(responsesIn(scripted)).toEqual([[false, "not our data"]]);
  });

  test("a computer clicks once it is signed", async () => {
    const desk = openDesk({ policy: policy({ "computer*": "ask" }) });
    const clicks: unknown[] = [];
    const computer = new Proxy(
      { environment: "browser", dimensions: [1, 1] },
      {
        get: (target, key) =>
          key in target
            ? Reflect.get(target, key)
            : key === "then"
              ? undefined
              : async (...args: unknown[]) => (key === "click" ? void clicks.push(args.slice(0, 2)) : ""),
      },
    ) as unknown as Computer;
    const action = { type: "click", x: 1, y: 2, button: "left" };
    const scripted = model([{ type: "computer_call", callId: "c1", status: "completed", action }], done);
    const tools = gateTools(desk.gate, [computerTool({ computer })]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model: scripted, tools }), { name: "a" });
    await runner.start("t", "go");
    expect(await desk.only()).toMatchObject({ args: { actions: [action] }, terms: { decisions: ["approve", "reject"] } });
    expect(clicks).toEqual([]);
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(clicks).toEqual([[1, 2]]);
  });
});

describe("agents as tools", () => {
  test("a nested agent's error leaves the run, and is no text for the outer model", async () => {
    const desk = openDesk();
    const frozen = { by: { id: "alice" }, reason: "fraud alert", scope: {} };
    const inner = new Agent({ name: "Inner", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    const agents = gateTools(desk.gate, [inner.asTool({ toolName: "inner", toolDescription: "" })]);
    const outer = saying([{ name: "inner", args: { input: "go" } }]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model: outer, tools: agents }), { name: "a" });
    await runner.start("t", "go");
    await desk.approve();
    await desk.gate.freeze(frozen.scope, { by: frozen.by, reason: frozen.reason });
    const requests = outer.requests;
    expect(isCountersignError(await failure(runner.resume("t")), "FROZEN")).toBe(true);
    expect(outer.requests).toBe(requests);
    expect(desk.effects).toEqual([]);
  });

  test("in the body of a plain tool, one that waits doesn't pause that tool: what it answers is its outcome", async () => {
    const desk = openDesk({ policy: policy({ pay: "ask", delegate: "ask" }) });
    const inner = new Agent({ name: "Inner", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    let entered = 0;
    const execute = async (): Promise<string> => (entered++, `waits: ${(await run(inner, "go")).interruptions.length}`);
    const delegate = tool({ name: "delegate", description: "", parameters: z.object({}), execute });
    const outer = saying([{ id: "d", name: "delegate", args: {} }]);
    const agent = new Agent({ name: "A", model: outer, tools: gateTools(desk.gate, [delegate]) });
    const runner = createRunner(desk.gate, agent, { name: "a" });
    await runner.start("t", "go");
    const { id } = await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "waits: 1" });
    expect([entered, (await desk.gate.get(id))?.execution]).toEqual([1, "done"]);
  });

  test("whose own tool isn't gated are a mistake in the set-up", async () => {
    const desk = openDesk();
    const inner = new Agent({ name: "Inner", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    const tools = [inner.asTool({ toolName: "inner", toolDescription: "" })];
    const agent = new Agent({ name: "A", model: saying([{ name: "inner", args: { input: "go" } }]), tools });
    const error = await failure(createRunner(desk.gate, agent, { name: "a", ungated: ["inner"] }).start("t", "go"));
    expect(isCountersignError(error, "SETUP") && error.details.hint).toMatch(/is not gated/);
  });

  test("two of them at once, with the same call ids and arguments, keep apart", async () => {
    const desk = openDesk();
    const nested = (name: string) => {
      const agent = new Agent({ name, model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
      return agent.asTool({ toolName: name, toolDescription: "" });
    };
    const calls = ["one", "two"].map((name) => ({ id: name, name, args: { input: "go" } }));
    const agents = gateTools(desk.gate, [nested("one"), nested("two")]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model: saying(calls), tools: agents }), { name: "a" });
    await runner.start("t", "go");
    const [first, second] = await desk.pending();
    if (!first || !second) throw new Error("two calls should wait");
    await desk.gate.decide(first, { type: "edit", args: { amount: 1, to: "x" } }, { by: { id: "alice" } });
    await desk.gate.decide(second, { type: "approve" }, { by: { id: "alice" } });
    const outcome = await runner.resume("t");
    expect(outcome).toMatchObject({ status: "completed", text: expect.stringMatching(/paid 1 to x/) });
    expect(desk.effects).toHaveLength(2);
    expect(desk.effects).toContainEqual({ amount: 1, to: "x" });
    expect(desk.effects).toContainEqual({ amount: 5_000, to: "x" });
  });

  test("belong to one gate each", () => {
    const [a, b] = [openDesk(), openDesk()];
    const agent = new Agent({ name: "Inner" });
    const tools = gateTools(a.gate, [agent.asTool({ toolName: "inner", toolDescription: "" })]);
    expect(gateTools(a.gate, tools)).toEqual(tools);
    expect(() => gateTools(b.gate, tools)).toThrow(/Another gate guards/);
    const [forA] = gateTools(a.gate, [a.pay]);
    expect(gateTools(b.gate, [forA])[0]).not.toBe(forA);
  });
});
