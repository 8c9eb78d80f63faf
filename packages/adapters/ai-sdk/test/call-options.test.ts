// What an agent is given for one run is made again from the thread, wherever the run goes on.
import { Amount, hintOf, openDesk } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/ai-sdk";
import { createGate, createWorker, definePolicy, approve } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { tool, ToolLoopAgent, type ToolSet } from "ai";
import * as six from "ai-v6";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { scriptedModel } from "./support/scripted-model.ts";

const Context = z.object({ tenant: z.string() });
const LARGE = { id: "large", tool: "pay", args: { amount: 4_200, to: "Acme" } };
const turns = [{ calls: [{ id: "small", tool: "pay", args: { amount: 5, to: "Acme" } }] }, { calls: [LARGE] }, { text: "done" }];

/** Version 7 hands each tool a context of its own; in version 6 there is one. */
const contextFor = (spec: string, tenant: string): object =>
  spec === "v4" ? { toolsContext: { pay: { tenant } } } : { experimental_context: { tenant } };

describe.each([
  ["7", ToolLoopAgent, "v4"],
  ["6", six.ToolLoopAgent as unknown as typeof ToolLoopAgent, "v3"],
] as const)("on version %s", (_, Agent, spec) => {
  const policy = definePolicy({ context: Context, tools: { pay: { args: Amount, ask: ({ args }) => args.amount > 1_000 } } });

  /** A process: the tools say for whom they worked, the model's instructions say whose it is. */
  function open(store = memoryStore()) {
    const gate = createGate({ policy, store, warn: () => {} });
    const { model, transcript } = scriptedModel(turns, spec);
    const worked: unknown[] = [];
    const instructions: unknown[] = [];
    const pay = tool({
      inputSchema: Amount,
      execute: async (_args, options: { context?: unknown; experimental_context?: unknown }) => {
        worked.push(options.context ?? options.experimental_context);
        return "paid";
      },
    });
    const agent = new Agent<{ readonly tenant: string }, ToolSet>({
      model,
      tools: gateTools<ToolSet, z.infer<typeof Context>>(gate, { pay }),
      maxRetries: 0,
      callOptionsSchema: Context,
      prepareCall: ({ options, ...rest }) => {
        instructions.push(options.tenant);
        return { ...rest, ...contextFor(spec, options.tenant) };
      },
    });
    const runner = createRunner(gate, agent, {
      name: "payments",
      context: async ({ threadId, requestedBy, context }) => {
        const by = typeof requestedBy === "object" ? requestedBy.id : requestedBy;
        return { options: { tenant: `${context?.tenant} ${threadId} ${by}` } };
      },
    });
    return { gate, store, runner, worked, instructions, transcript };
  }
  const given = { requestedBy: "bob", context: { tenant: "acme" } };
  const MADE = "acme t bob";

  test("at the start, at a bare resume in another process, and by a worker", async () => {
    const first = open();
    const started = await first.runner.start("t", "pay", given);
    if (started.status !== "suspended" || !started.pending[0]) throw new Error("it waits for nobody");
    expect([first.worked, first.instructions]).toEqual([[{ tenant: MADE }], [MADE]]);
    await first.gate.decide(started.pending[0], approve(), { by: { id: "alice" } });
    const second = open(first.store);
    expect(await createWorker(second.gate, [second.runner]).drain()).toMatchObject({ resumed: 1, failed: 0 });
    expect([second.worked, second.instructions]).toEqual([[{ tenant: MADE }], [MADE]]);
    expect(await second.runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
  });

  test("in streams and chat pages", async () => {
    const world = open();
    const message = { id: "m", role: "user" as const, parts: [{ type: "text" as const, text: "pay" }] };
    const response = await world.runner.respond({ threadId: "t", message, by: { id: "bob" }, context: given.context });
    expect(await response.text()).toContain("tool-approval-request");
    expect(world.worked).toEqual([{ tenant: MADE }]);
    const [request] = (await world.gate.list({ status: "pending" })).items;
    if (!request) throw new Error("nothing waits");
    await world.gate.decide(request, approve(), { by: { id: "alice" } });
    const { outcome } = await world.runner.resumeStream("t");
    expect([await outcome, world.worked.length]).toMatchObject([{ status: "completed" }, 2]);
  });

  test("with what the runner gives itself, or nothing, is SETUP, and the model isn't asked", async () => {
    const desk = openDesk();
    const { model, transcript } = scriptedModel(turns, spec);
    const agent = new Agent<never, ToolSet>({ model, tools: {} });
    const wrong = (made: unknown) => createRunner(desk.gate, agent, { name: "x", context: () => made as object });
    for (const key of ["messages", "abortSignal", "tools", "toolApproval"])
      expect(await hintOf(() => wrong({ [key]: {} }).start("t", "go"))).toContain(`answers ${key}`);
    expect(await hintOf(() => wrong(undefined).start("t", "go"))).toContain("answer an object");
    expect(transcript().requests).toBe(0);
  });

  test("JavaScript is told of call options that nothing makes, and of options that are passed once", async () => {
    const desk = openDesk();
    const { model, transcript } = scriptedModel(turns, spec);
    const bare = createRunner as (gate: unknown, agent: unknown, options: object) => ReturnType<typeof open>["runner"];
    const demanding = new Agent<{ tenant: string }, ToolSet>({ model, tools: {}, callOptionsSchema: Context });
    expect(await hintOf(() => bare(desk.gate, demanding, { name: "x" }))).toContain("context: (thread) =>");
    expect(await hintOf(() => bare(desk.gate, demanding, { name: "x", context: {} }))).toContain("is a function");
    const runner = bare(desk.gate, new Agent<never, ToolSet>({ model, tools: {} }), { name: "x" });
    const once = { options: { tenant: "acme" } } as never;
    expect(await hintOf(() => runner.start("t", "go", once))).toMatch(/options.*context: \(thread\) =>/);
    expect(await hintOf(() => runner.stream("t", "go", once))).toContain("takes no");
    expect(await hintOf(() => runner.resume("t", once))).toContain("takes no");
    expect(transcript().requests).toBe(0);
  });
});

test("headers, provider options and a runtime context reach the run", async () => {
  const desk = openDesk();
  const seen: unknown[] = [];
  const { model } = scriptedModel([{ text: "done" }], "v4");
  const spied = { ...(model as object), doGenerate: async (options: { headers: object; providerOptions: unknown }) => {
    seen.push((options.headers as Record<string, unknown>)["x-tenant"], options.providerOptions);
    return (model as unknown as { doGenerate(given: unknown): Promise<unknown> }).doGenerate(options);
  } } as unknown as typeof model; // prettier-ignore
  const agent = new ToolLoopAgent<never, ToolSet, { readonly tenant: string }>({
    model: spied,
    tools: {},
    runtimeContext: { tenant: "nobody" },
    prepareStep: ({ runtimeContext }) => void seen.push(runtimeContext.tenant),
  });
  const runner = createRunner(desk.gate, agent, {
    name: "x",
    context: ({ threadId }) => ({
      headers: { "x-tenant": threadId },
      providerOptions: { p: { a: 1 } },
      runtimeContext: { tenant: threadId },
    }),
  });
  await runner.start("acme", "go");
  expect(seen).toEqual(["acme", "acme", { p: { a: 1 } }]);
});
