// The tool that a request carries is the gate's: nobody else may notice.
import { definePolicy } from "@countersign/core";
import { approvalMiddleware, createRunner, gateTools } from "@countersign/langgraph";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { DynamicStructuredTool, StructuredTool, type ClientTool } from "@langchain/core/tools";
import { Command, MemorySaver } from "@langchain/langgraph";
import {
  createAgent,
  createMiddleware,
  tool,
  toolEmulatorMiddleware,
  ToolMessage,
  type AgentMiddleware,
  type ToolRuntime,
} from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openAgent, openRunner } from "./support/agent.ts";
import { openDesk, paying, transcript, type Desk } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const config = { configurable: { thread_id: "t" } };
const calling = (name: string, args: object = { to: "x" }): string => JSON.stringify([[name, args]]);
const everythingAsks = { policy: definePolicy({ default: "ask" }) };
const To = z.object({ to: z.string() });

const kinds: Record<string, () => ClientTool> = {
  "a tool with a zod schema": () => tool(({ to }: { to: string }) => `sent to ${to}`, { name: "send", description: "Sends", schema: To }),
  "a tool with a JSON schema, as MCP adapters make it": () =>
    new DynamicStructuredTool({
      name: "send",
      description: "Sends",
      schema: { type: "object", properties: { to: { type: "string" } }, required: ["to"] },
      responseFormat: "content_and_artifact",
      metadata: { server: "mail" },
      func: async ({ to }: { to: string }) => [[{ type: "text", text: `sent to ${to}` }], { bytes: 3 }],
    }) as ClientTool,
  "a tool that is returned directly": () => {
    const direct = tool(({ to }: { to: string }) => `sent to ${to}`, { name: "send", description: "Sends", schema: To });
    direct.returnDirect = true;
    return direct;
  },
  "a tool that answers with a Command": () =>
    tool(
      ({ to }: { to: string }, runtime: ToolRuntime) =>
        new Command({ update: { messages: [new ToolMessage({ content: `sent to ${to}`, tool_call_id: runtime.toolCallId })] } }),
      { name: "send", description: "Sends", schema: To },
    ),
  "a tool that yields": () =>
    tool(
      async function* ({ to }: { to: string }) {
        yield "on its way";
        return `sent to ${to}`;
      },
      { name: "send", description: "Sends", schema: To },
    ) as ClientTool,
  "a tool with fields of its own": () => new Counting(),
};

class Counting extends StructuredTool {
  name = "send";
  description = "Sends";
  schema = To;
  #sent = 0;
  protected override async _call({ to }: { to: string }): Promise<string> {
    this.#sent++;
    return `sent ${this.#sent} to ${to}`;
  }
}

/** What a run tells its listeners of tools. */
class Listener extends BaseCallbackHandler {
  name = "listener";
  readonly heard: string[] = [];
  override handleToolStart(
    _tool: unknown,
    input: string,
    _run: string,
    _parent: unknown,
    _tags: unknown,
    _meta: unknown,
    name?: string,
  ): void {
    this.heard.push(`start ${name} ${input}`);
  }
  override handleToolEnd(output: ToolMessage | string): void {
    this.heard.push(`end ${ToolMessage.isInstance(output) ? output.text : typeof output}`);
  }
}

describe.each(Object.entries(kinds))("%s", (_name, make) => {
  const shown = (messages: readonly { type: string; toDict(): { data: object } }[]): unknown[] =>
    messages.map((message) => ({ ...message.toDict().data, type: message.type, id: undefined }));

  test("answers, and is heard of, as without the gate", async () => {
    const plainly = new Listener();
    const plain = createAgent({ model: new ScriptedModel(obedient), tools: [make()] });
    const without = await plain.invoke({ messages: calling("send") }, { callbacks: [plainly] });

    const desk = openDesk(everythingAsks);
    const { agent } = openAgent(desk, { tools: [make()] });
    await agent.invoke({ messages: calling("send") }, config);
    await desk.approve("x");
    const gated = new Listener();
    const state = await agent.invoke(null, { ...config, callbacks: [gated] });
    expect(shown(state.messages)).toEqual(shown(without.messages));
    expect(gated.heard).toEqual(plainly.heard);
  });

  test("looks the same to a middleware", async () => {
    const own = make();
    const seen: ClientTool[] = [];
    const looking = createMiddleware({
      name: "Looking",
      wrapToolCall: (request, handler) => (seen.push(request.tool as ClientTool), handler(request)),
    }) as AgentMiddleware;
    await openRunner(openDesk({ policy: definePolicy({ default: "allow" }) }), { tools: [own], after: [looking] }).runner.start(
      "t",
      calling("send"),
    );
    const fields = ["name", "description", "schema", "metadata", "returnDirect", "responseFormat", "lc_namespace"] as const;
    const of = (each: ClientTool | undefined): unknown[] => fields.map((field) => (each as unknown as Record<string, unknown>)[field]);
    expect(of(seen[0])).toEqual(of(own));
    expect(seen[0]).toBeInstanceOf(StructuredTool);
  });
});

test("a tool finds its run: state, context, call id, writer", async () => {
  const desk = openDesk(everythingAsks);
  const found: unknown[] = [];
  const curious = tool(
    ({ to }: { to: string }, runtime: ToolRuntime<{ messages: unknown[] }>) => {
      found.push([runtime.state.messages.length, runtime.context, runtime.toolCallId]);
      runtime.writer?.("half way");
      return `sent to ${to}`;
    },
    { name: "send", description: "Sends", schema: To },
  );
  const agent = createAgent({
    model: new ScriptedModel(obedient),
    tools: [curious],
    checkpointer: new MemorySaver(),
    contextSchema: z.object({ user: z.string() }),
    middleware: [approvalMiddleware(desk.gate)],
  });
  const place = { ...config, context: { user: "bob" } };
  await agent.invoke({ messages: calling("send") }, place);
  await desk.edit("x", { to: "y" });
  const chunks: unknown[] = await Array.fromAsync(await agent.stream(null, { ...place, streamMode: "custom" }));
  expect(chunks).toEqual(["half way"]);
  expect(found).toEqual([[2, { user: "bob" }, "call_0"]]);
});

describe("tools that are gated already", () => {
  test.each<[string, (desk: Desk) => ClientTool[]]>([
    ["by gateTools, beside approvalMiddleware", ({ gate, pay }) => gateTools(gate, [pay])],
    ["by gateTools twice", ({ gate, pay }) => gateTools(gate, gateTools(gate, [pay]))],
  ])("%s: a call doesn't wait for its own claim", async (_name, gated) => {
    const desk = openDesk({ timings: { receiptWait: 100 } });
    const { runner } = openRunner(desk, { tools: gated(desk) });
    await runner.start("t", paying([5_000, "x"], [5, "y"]));
    await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x | paid 5 to y" });
    expect(desk.effects).toHaveLength(2);
  });

  test("by gateTools twice, without the middleware", async () => {
    const desk = openDesk({ timings: { receiptWait: 100 } });
    const tools = gateTools(desk.gate, gateTools(desk.gate, [desk.pay]));
    const agent = createAgent({ model: new ScriptedModel(obedient), tools, checkpointer: new MemorySaver() });
    const runner = createRunner(desk.gate, agent, { name: "payments" });
    await runner.start("t", paying([5_000, "x"]));
    await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
  });

  test("by gateTools alone: another name for a call doesn't make another tool of it", async () => {
    const desk = openDesk();
    const renaming = createMiddleware({
      name: "Renaming",
      wrapToolCall: (request, handler) => handler({ ...request, toolCall: { ...request.toolCall, name: "read" } }),
    });
    const tools = gateTools(desk.gate, [desk.pay]);
    const agent = createAgent({ model: new ScriptedModel(obedient), tools, checkpointer: new MemorySaver(), middleware: [renaming] });
    expect(await createRunner(desk.gate, agent, { name: "payments" }).start("t", paying([5_000, "x"]))).toMatchObject({
      status: "suspended",
      pending: [{ tool: "pay" }],
    });
    expect(desk.effects).toEqual([]);
  });
});

describe("tools that no agent has registered", () => {
  /** As LangChain's documentation supplies tools at run time. */
  const supplying = ({ pay }: Desk): AgentMiddleware =>
    createMiddleware({
      name: "Supplying",
      wrapModelCall: (request, handler) => handler({ ...request, tools: [...request.tools, pay] }),
      wrapToolCall: (request, handler) => handler(request.toolCall.name === "pay" ? { ...request, tool: pay } : request),
    }) as AgentMiddleware;

  test("a middleware that is listed before the gate's supplies them, and they are guarded like any", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk, { tools: [], before: [supplying(desk)] });
    const paused = await agent.invoke({ messages: paying([5_000, "x"], [5, "y"]) }, config);
    expect(paused).toMatchObject({ __interrupt__: [{ value: { reviewConfigs: [{ argsSchema: { type: "object" } }] } }] });
    await desk.approve("x");
    expect(transcript(await agent.invoke(null, config)).at(-1)).toBe("ai: paid 5000 to x | paid 5 to y");
    expect(desk.effects).toHaveLength(2);
  });

  test("one that is listed after it supplies those that the policy allows; nobody is asked about others, and they don't run", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk, { tools: [], after: [supplying(desk)] });
    const result = await agent.invoke({ messages: paying([5_000, "x"], [5, "y"]) }, config);
    expect(transcript(result).at(-1)).toMatch(/^ai: pay is not a valid tool.*before approvalMiddleware.* \| paid 5 to y$/);
    expect([await desk.pending(), desk.effects]).toEqual([[], [{ amount: 5, to: "y" }]]);
  });

  test("nobody is asked about a tool that the model made up, in whatever process", async () => {
    const desk = openDesk(everythingAsks);
    const { runner } = openRunner(desk);
    const both = JSON.stringify([["pya", { to: "y" }], ["pay", { amount: 5, to: "x" }]]); // prettier-ignore
    expect(await runner.start("t", both)).toMatchObject({ pending: [{ tool: "pay" }] });
    expect(await runner.resume("t")).toMatchObject({ pending: [{ tool: "pay" }] });
    await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({
      status: "completed",
      text: expect.stringMatching(/^pya is not a valid tool.* \| paid 5/),
    });
    expect(desk.effects).toHaveLength(1);
  });

  test("a tool that is put in the place of another is asked about by its own name", async () => {
    const desk = openDesk();
    const read = tool(async () => "read", { name: "read", description: "", schema: z.object({}).loose() });
    const swapping = createMiddleware({
      name: "Swapping",
      wrapToolCall: (request, handler) => handler({ ...request, tool: desk.pay }),
    }) as AgentMiddleware;
    const { runner } = openRunner(desk, { tools: [read, desk.pay], before: [swapping] });
    expect(await runner.start("t", calling("read", { amount: 5_000, to: "x" }))).toMatchObject({
      status: "suspended",
      pending: [{ tool: "pay" }],
    });
    expect(desk.effects).toEqual([]);
  });
});

describe("an emulator", () => {
  const emulating = () => toolEmulatorMiddleware({ model: new ScriptedModel(() => "emulated") }) as unknown as AgentMiddleware;

  test("that is listed before the gate's answers calls that were signed: they don't run", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk, { before: [emulating()] });
    await runner.start("t", paying([5_000, "x"]));
    const request = await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "emulated" });
    expect([desk.effects, (await desk.gate.get(request.id))?.execution]).toEqual([[], "none"]);
  });

  test("that is listed after it answers only what needs no signature", async () => {
    const desk = openDesk();
    const { runner } = openRunner(desk, { after: [emulating()] });
    expect(await runner.start("t", paying([5, "x"]))).toMatchObject({ status: "completed", text: "emulated" });
    await runner.start("u", paying([5_000, "x"]));
    await desk.approve("x");
    await expect(runner.resume("u")).rejects.toMatchObject({ code: "SETUP" });
    expect(desk.effects).toEqual([]);
  });
});

test("an agent inside a signed tool pauses through the middleware on both levels, and each call runs once", async () => {
  const desk = openDesk(everythingAsks);
  const twice = createMiddleware({
    name: "Twice",
    wrapToolCall: async (request, handler) => {
      await handler(request);
      return handler(request);
    },
  }) as AgentMiddleware;
  const inner = createAgent({
    model: new ScriptedModel(obedient),
    tools: [desk.pay],
    middleware: [approvalMiddleware(desk.gate), twice],
  });
  const delegate = tool(async ({ task }: { task: string }) => (await inner.invoke({ messages: task })).messages.at(-1)?.text ?? "", {
    name: "delegate",
    description: "",
    schema: z.object({ task: z.string(), to: z.string() }),
  });
  const { runner } = openRunner(desk, { tools: [delegate], after: [twice] });
  await runner.start("t", calling("delegate", { task: paying([5, "x"]), to: "inner" }));
  await desk.approve("inner");
  expect(await runner.resume("t")).toMatchObject({ status: "suspended", pending: [{ tool: "pay" }] });
  await desk.approve("x");
  expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5 to x" });
  expect(desk.effects).toHaveLength(1);
});
