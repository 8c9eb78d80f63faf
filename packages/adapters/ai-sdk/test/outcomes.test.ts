// What a run that is over answers: the same whoever woke it, and with whichever version of the SDK.
import { alice, Amount, openDesk } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/ai-sdk";
import { createWorker, definePolicy, reject } from "@countersign/core";
import * as ai7 from "ai";
import * as ai6 from "ai-v6";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { scriptedModel } from "./support/scripted-model.ts";

const asks = (id: string, amount = 4_200) => ({ calls: [{ id, tool: "pay", args: { amount, to: "Acme" } }] });
const Receipt = z.object({ on: z.iso.datetime().transform((text) => new Date(text)), amount: z.number() });
const ON = "2026-11-29T09:00:00.000Z";

type Usage = Readonly<Record<"inputTokens" | "outputTokens", Readonly<Record<string, number | undefined>>>>;
const USAGE: Usage = {
  inputTokens: { total: 100, noCache: 60, cacheRead: 40, cacheWrite: 0 },
  outputTokens: { total: 10, text: 7, reasoning: 3 },
};

describe.each([
  ["7", ai7, "v4"],
  ["6", ai6 as unknown as typeof ai7, "v3"],
] as const)("on version %s", (_, { ToolLoopAgent, Output }, specification) => {
  function open(turns: Parameters<typeof scriptedModel>[0], settings: object = {}, usage = USAGE) {
    const desk = openDesk();
    const { model: scripted } = scriptedModel(turns, specification);
    const { doGenerate, doStream } = scripted as unknown as Record<"doGenerate" | "doStream", (options: unknown) => Promise<never>>;
    const model = {
      ...(scripted as object),
      doGenerate: async (options: unknown) => ({ ...((await doGenerate(options)) as object), usage }),
      async doStream(options: unknown) {
        const { stream } = (await doStream(options)) as { stream: ReadableStream<{ type: string }> };
        return {
          stream: ReadableStream.from((await Array.fromAsync(stream)).map((part) => (part.type === "finish" ? { ...part, usage } : part))),
        };
      },
    } as unknown as ai7.LanguageModel;
    const tools = gateTools<ai7.ToolSet, unknown>(desk.gate, { pay: ai7.tool({ inputSchema: Amount, execute: desk.carryOut }) });
    const agent = new ToolLoopAgent<never, ai7.ToolSet>({ model, tools, maxRetries: 0, ...settings });
    return { ...desk, runner: createRunner(desk.gate, agent, { name: "payments" }) };
  }

  type World = ReturnType<typeof open>;
  const ways: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
    resume: ({ runner }) => runner.resume("t"),
    worker: async ({ gate, runner }) => (await createWorker(gate, [runner]).drain(), runner.resume("t")),
    resumeStream: async ({ runner }) => (await runner.resumeStream("t")).outcome,
    "worker, and a stream": async ({ gate, runner }) => (
      await createWorker(gate, [runner]).drain(),
      (await runner.resumeStream("t")).outcome
    ),
  };

  test.each(Object.entries(ways))("%s: the answer by a schema, with its dates, what it took, and who gave it", async (_way, finish) => {
    const world = open([asks("a"), { text: JSON.stringify({ on: ON, amount: 4_200 }) }], {
      id: "treasurer",
      output: Output.object({ schema: Receipt }),
    });
    await world.runner.start("t", "pay Acme");
    await world.approve();
    const outcome = await finish(world);
    expect(outcome).toMatchObject({
      status: "completed",
      output: { on: new Date(ON), amount: 4_200 },
      usage: { inputTokens: 200, outputTokens: 20, totalTokens: 220, cachedInputTokens: 80, reasoningTokens: 6 },
      lastAgent: "treasurer",
      messages: await world.runner.messages("t"),
    });
    expect(await world.runner.resume("t")).toEqual({ ...(outcome as object), replayed: true });
  });

  test("a list by a schema, of a run that was streamed from its start", async () => {
    const world = open([{ text: JSON.stringify({ elements: [{ on: ON, amount: 1 }] }) }], { output: Output.array({ element: Receipt }) });
    const outcome = await (await world.runner.stream("t", "what was paid?")).outcome;
    expect(outcome).toMatchObject({ status: "completed", output: [{ on: new Date(ON), amount: 1 }], replayed: false });
    expect(await world.runner.resume("t")).toEqual({ ...outcome, replayed: true });
  });

  test("an agent without an id has no name, and a provider that doesn't count tells nothing", async () => {
    const nothing = { inputTokens: { total: undefined }, outputTokens: { total: undefined } };
    const outcome = await open([{ text: "hello" }], {}, nothing).runner.start("t", "hi");
    expect(outcome).toMatchObject({ status: "completed", usage: undefined, lastAgent: undefined });
  });
});

describe("of calls with the same id, each is shown what came of it", () => {
  const pays = (...amounts: number[]) => {
    const review = { remember: ["exact-args"] } as const;
    const desk = openDesk({ policy: definePolicy({ tools: { pay: { args: Amount, review, ask: ({ args }) => args.amount > 1_000 } } }) });
    const { model } = scriptedModel([...amounts.map((amount) => asks("call_0", amount)), { text: "done" }], "v4");
    const pay = ai7.tool({ inputSchema: Amount, execute: desk.carryOut, toModelOutput: () => ({ type: "text", value: "it is paid" }) });
    const agent = new ai7.ToolLoopAgent({ model, tools: gateTools(desk.gate, { pay }) });
    const runner = createRunner(desk.gate, agent, { name: "payments" });
    const shown = async () => {
      const [, answer] = await runner.messages("t");
      return (answer?.parts ?? []).flatMap((part) => (part.type === "tool-pay" ? [part.output] : []));
    };
    return { ...desk, runner, shown };
  };

  test("calls that the policy allows", async () => {
    const { runner, shown } = pays(10, 20);
    await runner.start("t", "pay twice");
    expect(await shown()).toEqual(["paid 10 to Acme", "paid 20 to Acme"]);
  });

  test("a call that runs, and one behind it that a remembered decision rejects", async () => {
    const { gate, runner, only, approve, shown } = pays(3_000, 2_000, 3_000);
    await runner.start("t", "pay");
    await gate.decide(await only(), reject("never", { remember: { scope: "exact-args" } }), { by: alice });
    await runner.resume("t");
    await approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(await shown()).toEqual([undefined, "paid 2000 to Acme", undefined]);
  });
});
