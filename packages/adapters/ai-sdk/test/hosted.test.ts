// Calls that the provider runs, through the real provider and an API that is as strict as the real one.
import { Amount, openDesk, saidItem, type Desk, type WireItem } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/ai-sdk";
import { approve, definePolicy, reject, type Policy } from "@countersign/core";
import { createOpenAI } from "@ai-sdk/openai";
import * as ai from "ai";
import { createOpenAI as createOpenAI6 } from "ai-sdk-openai-v6";
import * as six from "ai-v6";
import { describe, expect, test } from "vitest";
import { asked, called, ran, responsesApi } from "./support/responses-api.ts";
import { scriptedModel } from "./support/scripted-model.ts";

const rule = { args: Amount, ask: ({ args }: { args: { amount: number } }) => args.amount > 1_000 };
const asking = definePolicy({ default: "allow", tools: { pay: rule, "mcp.delete": "ask" } });
const DELETE = asked("mcpr_1", "delete", { id: "7" });
const PAY = called("call_0", "pay", { amount: 4_200, to: "Acme" });

/** What the model says first; afterwards the API runs what was approved, and the model talks. */
const talk =
  (...first: readonly WireItem[]) =>
  (input: readonly WireItem[], request: number): readonly WireItem[] => {
    if (request === 0) return first;
    const approved = input.filter((item) => item.type === "mcp_approval_response" && item["approve"] === true);
    const done = new Set(input.map(({ id }) => id));
    const runs = approved
      .map((answer) => ran(String(answer["approval_request_id"]), "delete", "deleted"))
      .filter(({ id }) => !done.has(id));
    return [...runs, saidItem(`answer ${request}`)];
  };

describe.each([
  ["7", ai, createOpenAI, "v4"],
  ["6", six as unknown as typeof ai, createOpenAI6 as unknown as typeof createOpenAI, "v3"],
] as const)("on version %s", (_, { ToolLoopAgent, tool }, create, spec) => {
  function open(first: readonly WireItem[], { policy = asking, desk = openDesk({ policy }) }: { policy?: Policy; desk?: Desk } = {}) {
    const api = responsesApi(talk(...first));
    const openai = create({ apiKey: "none", fetch: api.fetch });
    const mcp = openai.tools.mcp({ serverLabel: "crm", serverUrl: "https://crm.example", requireApproval: "always" });
    const pay = tool({ inputSchema: Amount, execute: desk.carryOut });
    const tools = gateTools<ai.ToolSet, unknown>(desk.gate, { pay, mcp });
    const agent = new ToolLoopAgent<never, ai.ToolSet>({ model: openai.responses("gpt-5.2"), tools, maxRetries: 0 });
    const runner = createRunner(desk.gate, agent, { name: "crm", ungated: ["mcp"] });
    /** The conversation is still one that the API takes. */
    const goesOn = async () => expect(await runner.start("t", "still there?")).toMatchObject({ status: "completed" });
    const answers = () =>
      api.taken
        .at(-1)
        ?.filter(({ type }) => type === "mcp_approval_response")
        .map((item) => item["approve"]);
    const runs = () => api.taken.at(-1)?.filter(({ type }) => type === "mcp_call").length;
    return { ...desk, desk, api, runner, goesOn, answers, runs };
  }
  type World = ReturnType<typeof open>;

  async function streamed(started: ReturnType<World["runner"]["stream"]>) {
    const { stream, outcome } = await started;
    await Array.fromAsync((stream as unknown as { fullStream: AsyncIterable<unknown> }).fullStream);
    return outcome;
  }

  test("one that is approved runs once, and the conversation goes on", async () => {
    const world = open([DELETE]);
    expect(await world.runner.start("t", "delete it")).toMatchObject({ status: "suspended", pending: [{ tool: "mcp.delete" }] });
    await world.approve();
    expect(await world.runner.resume("t")).toMatchObject({ status: "completed", text: "answer 1" });
    await world.goesOn();
    expect([world.answers(), world.runs(), world.api.refusals]).toEqual([[true], 1, []]);
  });

  test.each([
    ["cancelled for a new input", async ({ runner }: World) => void (await runner.start("t", "never mind", { pending: "cancel" }))],
    [
      "rejected",
      async (world: World) => {
        await world.reject("no");
        expect(await world.runner.resume("t")).toMatchObject({ status: "completed" });
      },
    ],
    [
      "stopped",
      async (world: World) => {
        await world.reject("no", "stop");
        expect(await world.runner.resume("t")).toMatchObject({ status: "stopped" });
      },
    ],
    ["cancelled in a stream", async (world: World) => void (await streamed(world.runner.stream("t", "never mind", { pending: "cancel" })))],
    [
      "rejected in a stream",
      async (world: World) => {
        await world.reject("no");
        await streamed(world.runner.resumeStream("t"));
      },
    ],
  ])("one that is %s is answered with the API's own no", async (_how, end) => {
    const world = open([DELETE]);
    await world.runner.start("t", "delete it");
    await end(world);
    await world.goesOn();
    await world.goesOn();
    expect([world.answers(), world.runs(), world.api.refusals]).toEqual([[false], 0, []]);
  });

  test("one that expired is answered with no, and the model goes on", async () => {
    const desk = openDesk({ policy: definePolicy({ tools: { "mcp.delete": { ask: true, review: { expiresIn: 1 } } } }) });
    const world = open([DELETE], { desk });
    await world.runner.start("t", "delete it");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await world.runner.resume("t")).toMatchObject({ status: "completed" });
    await world.goesOn();
    expect([world.answers(), world.runs(), world.api.refusals]).toEqual([[false], 0, []]);
  });

  test("beside one of the application's each is ended in its own form", async () => {
    const world = open([PAY, DELETE]);
    expect(await world.runner.start("t", "both")).toMatchObject({ status: "suspended", pending: [{}, {}] });
    await world.runner.start("t", "never mind", { pending: "cancel" });
    await world.goesOn();
    expect([world.effects, world.answers(), world.runs(), world.api.refusals]).toEqual([[], [false], 0, []]);
  });

  test("of both, what was signed runs and the other does not", async () => {
    const world = open([PAY, DELETE]);
    await world.runner.start("t", "both");
    const [first, second] = await world.pending();
    for (const request of [first, second]) {
      if (!request) throw new Error("two wait");
      await world.gate.decide(request, request.tool === "pay" ? approve() : reject("no"), { by: { id: "alice" } });
    }
    expect(await world.runner.resume("t")).toMatchObject({ status: "completed" });
    await world.goesOn();
    expect([world.effects.length, world.answers(), world.runs(), world.api.refusals]).toEqual([1, [false], 0, []]);
  });

  test.each(["cancel", "stop"])("one whose result comes later, without a question, is left to the provider: %s", async (how) => {
    const desk = openDesk({ policy: asking });
    const turns = [{ calls: [{ id: "call_0", tool: "pay", args: { amount: 4_200, to: "Acme" } }] }, { text: "done" }];
    const scripted = scriptedModel(turns, spec);
    const { doGenerate } = scripted.model as unknown as { doGenerate(given: unknown): Promise<{ content: object[] }> };
    const deferred = { type: "tool-call", toolCallId: "later", toolName: "code", input: "{}", providerExecuted: true, dynamic: true };
    const model = {
      ...(scripted.model as object),
      async doGenerate(given: unknown) {
        const result = await doGenerate(given);
        return scripted.transcript().requests === 1 ? { ...result, content: [deferred, ...result.content] } : result;
      },
    } as unknown as ai.LanguageModel;
    const tools = gateTools<ai.ToolSet, unknown>(desk.gate, { pay: tool({ inputSchema: Amount, execute: desk.carryOut }) });
    const runner = createRunner(desk.gate, new ToolLoopAgent<never, ai.ToolSet>({ model, tools, maxRetries: 0 }), { name: "coder" });
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended", pending: [{ tool: "pay" }] });
    if (how === "stop") {
      await desk.reject("no", "stop");
      await runner.resume("t");
    }
    expect(await runner.start("t", "never mind", { pending: "cancel" })).toMatchObject({ status: "completed" });
    const answered = scripted.transcript().messages.flatMap((message) => (message.role === "result" ? [message.id] : []));
    expect([answered, desk.effects]).toEqual([["call_0"], []]);
  });

  test("what the policy alone decides waits for nobody: allowed it runs, denied it does not", async () => {
    for (const [verdict, runs] of [
      ["allow", 1],
      ["deny", 0],
    ] as const) {
      const world = open([DELETE], { policy: definePolicy({ tools: { "mcp.delete": verdict } }) });
      expect(await world.runner.start("t", "delete it")).toMatchObject({ status: "completed" });
      await world.goesOn();
      expect([world.answers(), world.runs(), world.api.refusals]).toEqual([[runs === 1], runs, []]);
    }
  });
});
