// What a graph is given for each run is made again from the thread, whoever wakes it.
import { createWorker, definePolicy } from "@countersign/core";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { MemorySaver } from "@langchain/langgraph";
import { createAgent, tool, type ToolRuntime } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { failure } from "@countersign/adapter-tests";
import { openAgent } from "./support/agent.ts";
import { openDesk, paying } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const Tenant = z.object({ tenant: z.string() });

/** An agent that can't run without a tenant, and what its tool found. */
function openTenants() {
  const desk = openDesk({ policy: definePolicy({ context: Tenant, default: "ask", tools: {} }) });
  const found: unknown[] = [];
  const pay = tool(
    async (_args: object, runtime: ToolRuntime) => {
      found.push({ context: runtime.context, configurable: runtime.config.configurable?.["desk"] as unknown });
      return "paid";
    },
    { name: "pay", description: "Pays", schema: z.object({ amount: z.number(), to: z.string() }) },
  );
  const heard: string[] = [];
  const agent = createAgent({
    model: new ScriptedModel(obedient),
    tools: [pay],
    contextSchema: Tenant,
    checkpointer: new MemorySaver(),
    middleware: [approvalMiddleware(desk.gate)],
  });
  const handler = BaseCallbackHandler.fromMethods({ handleToolStart: () => void heard.push("tool") });
  const runner = createRunner(desk.gate, agent, {
    name: "payments",
    context: async ({ threadId, requestedBy, context }) => ({
      context: { tenant: (context as unknown as z.infer<typeof Tenant>).tenant },
      configurable: { desk: `${threadId} of ${String((requestedBy as { id: string }).id)}`, thread_id: "not this one" },
      callbacks: [handler],
    }),
  });
  return { ...desk, found, heard, runner };
}

describe("an agent with a context schema", () => {
  const given = { context: { tenant: "acme" }, requestedBy: "bob" } as const;

  test.each(["a worker", "a bare resume", "a stream"] as const)("is woken by %s with all that it needs", async (way) => {
    const { runner, gate, approve, found, heard } = openTenants();
    expect(await runner.start("t", paying([5_000, "x"]), given as never)).toMatchObject({ status: "suspended" });
    await approve("x");
    if (way === "a worker") expect(await createWorker(gate, [runner]).drain()).toMatchObject({ resumed: 1, failed: 0 });
    else if (way === "a bare resume") expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    else expect(await (await runner.resumeStream("t")).outcome).toMatchObject({ status: "completed" });
    expect(found).toEqual([{ context: { tenant: "acme" }, configurable: "t of bob" }]);
    expect(heard).toEqual(["tool"]);
  });
});

describe("without types", () => {
  const hint = (what: RegExp): unknown => expect.objectContaining({ code: "SETUP", message: expect.stringMatching(what) });
  const agentWith = (contextSchema: z.ZodObject) => {
    const { gate, pay } = openDesk();
    const parts = { model: new ScriptedModel(obedient), tools: [pay], checkpointer: new MemorySaver() };
    return { gate, agent: createAgent({ ...parts, contextSchema, middleware: [approvalMiddleware(gate)] }) };
  };

  test("an agent that demands a context is refused where nobody makes one", () => {
    const { gate, agent } = agentWith(Tenant);
    expect(() => createRunner(gate, agent, { name: "payments" })).toThrow(hint(/payments: .*contextSchema.*context: \(thread\)/));
  });

  test("one that demands nothing is not", () => {
    const { gate, agent } = agentWith(z.object({ tenant: z.string().optional() }));
    expect(createRunner(gate, agent, { name: "payments" }).name).toBe("payments");
  });

  test("a `context` that is made once and for all is refused", () => {
    const { gate, agent } = agentWith(Tenant);
    const context = { context: { tenant: "acme" } };
    expect(() => createRunner(gate, agent, { name: "payments", context } as never)).toThrow(hint(/`context` is a function/));
  });
});

describe("what `context` answers", () => {
  test("shapes streams, and no outcome", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk);
    const runner = createRunner(desk.gate, agent, {
      name: "payments",
      context: () => ({ streamMode: "updates", recursionLimit: 50 }) as never,
    });
    const { stream, outcome } = await runner.stream("t", paying([5, "x"]));
    expect(Object.keys((await Array.fromAsync(stream as AsyncIterable<object>))[0] ?? {})).toEqual(["model_request"]);
    expect(await outcome).toMatchObject({ status: "completed", text: "paid 5 to x" });
    expect(await runner.start("u", paying([5, "y"]))).toMatchObject({ status: "completed", text: "paid 5 to y" });
  });

  test("can't be made: the run fails with that, and goes on once it can", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk);
    let down = false;
    const context = (): { recursionLimit: number } => {
      if (down) throw new Error("the tenants' database is down");
      return { recursionLimit: 30 };
    };
    const runner = createRunner(desk.gate, agent, { name: "payments", context });
    await runner.start("t", paying([5_000, "x"]));
    await desk.approve("x");
    down = true;
    expect(await failure(runner.resume("t"))).toMatchObject({ message: "the tenants' database is down" });
    expect(desk.effects).toEqual([]);
    down = false;
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
  });
});
