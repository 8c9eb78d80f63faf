import { definePolicy, isCountersignError } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, MemorySession, Runner, tool, user, type AgentInputItem, type FunctionTool } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { rewind } from "../src/session.ts";
import { openDesk, paying, saying } from "./support/desk.ts";
import { ScriptedModel, textOf } from "./support/scripted-model.ts";

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "nothing thrown",
    (error: unknown) => error,
  );

describe("what is saved with a pause", () => {
  test("a live context is made again at every start and resume, and never saved", async () => {
    const desk = openDesk();
    class Bank {
      readonly secret = "s3cret";
      readonly self = this;
    }
    const used: unknown[] = [];
    const pay = tool({
      name: "pay",
      description: "",
      parameters: z.object({ amount: z.number(), to: z.string() }),
      execute: async (_args, context) => void used.push(context?.context),
    });
    const agent = new Agent<Bank>({ name: "A", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [pay]) });
    const threads: unknown[] = [];
    const runner = createRunner(desk.gate, agent, { name: "a", context: (thread) => (threads.push(thread), new Bank()) });
    await runner.start("t", "go", { requestedBy: "bob" });
    const record = await desk.store.getThread("default", "t");
    expect(new TextDecoder().decode(record?.continuation)).not.toContain("s3cret");
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(used).toEqual([expect.any(Bank)]);
    expect(threads).toEqual([
      { threadId: "t", requestedBy: { id: "bob" }, context: undefined },
      { threadId: "t", requestedBy: { id: "bob" }, context: undefined },
    ]);
  });

  test.each([
    ["a class instance", () => new Map(), ["context", "it"]],
    ["a function", () => () => 1, ["context", "it"]],
    ["a Date", () => new Date(0), ["context", "it"]],
    ["something deep", () => ({ list: [1, { bad: 1n }] }), ["context", "it", "list", 1, "bad"]],
  ])("what a tool left in the SDK's own context, and JSON can't carry, is a typed error with its path: %s", async (_name, it, path) => {
    const desk = openDesk();
    const remember = tool({
      name: "remember",
      description: "",
      parameters: z.object({}),
      execute: async (_args, context) => void Object.assign(context?.context as object, { it: it() }),
    });
    const model = saying([{ id: "r", name: "remember", args: {} }], [paying(5_000)]);
    const agent = new Agent({ name: "A", model, tools: gateTools(desk.gate, [remember, desk.pay]) });
    const error = await failure(createRunner(desk.gate, agent, { name: "a" }).start("t", "go"));
    expect(isCountersignError(error, "STATE_NOT_SERIALIZABLE") && error.details.path).toEqual(path);
    expect(await desk.pending()).toEqual([]);
    expect(desk.effects).toEqual([]);
  });

  test("a context with a cycle is a typed error where the SDK has to save it for a nested agent", async () => {
    const desk = openDesk();
    const context: Record<string, unknown> = { deep: {} };
    context["deep"] = { cycle: context };
    const inner = new Agent({ name: "Inner", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    const agents = gateTools(desk.gate, [inner.asTool({ toolName: "inner", toolDescription: "" })]);
    const agent = new Agent({ name: "A", model: saying([{ name: "inner", args: { input: "go" } }]), tools: agents });
    const error = await failure(
      createRunner(desk.gate, agent as Agent<Record<string, unknown>>, { name: "a", context: () => context }).start("t", "go"),
    );
    expect(isCountersignError(error, "STATE_NOT_SERIALIZABLE") && error.details.path).toEqual(["context", "deep", "cycle"]);
    expect(desk.effects).toEqual([]);
  });

  test("large runs are compressed", async () => {
    const desk = openDesk();
    const agent = new Agent({ name: "A", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    await createRunner(desk.gate, agent, { name: "a" }).start("t", "x".repeat(100_000));
    expect((await desk.store.getThread("default", "t"))?.continuation?.length).toBeLessThan(10_000);
  });
});

describe("a state that the running code doesn't fit", () => {
  async function paused() {
    const desk = openDesk();
    const agent = (name: string, tools: readonly (typeof desk.pay)[]) =>
      new Agent({ name, model: saying([paying(5_000)]), tools: gateTools(desk.gate, tools) });
    const runner = (of: Agent) => createRunner(desk.gate, of, { name: "a" });
    const right = runner(agent("A", [desk.pay]));
    await right.start("t", "go");
    return { desk, agent, runner, right };
  }

  test("another agent's name, a tool that is gone: a typed error, nothing runs, and it can be decided and gone on with", async () => {
    const { desk, agent, runner, right } = await paused();
    await desk.approve();
    for (const wrong of [agent("B", [desk.pay]), agent("A", [])]) {
      const error = await failure(runner(wrong).resume("t"));
      expect(isCountersignError(error, "STATE_INCOMPATIBLE") && error.details.framework).toBe("openai-agents");
    }
    expect(desk.effects).toEqual([]);
    expect(await right.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    expect(desk.effects).toHaveLength(1);
  });

  test("another SDK's schema: the request stays decidable", async () => {
    const { desk, right } = await paused();
    const record = await desk.store.getThread("default", "t");
    if (!record?.continuation) throw new Error("nothing saved");
    const text = new TextDecoder().decode(record.continuation.slice(1));
    const older = new Uint8Array([
      1,
      ...new TextEncoder().encode(await unzipped(record.continuation, text).then((json) => json.replace('"1.22"', '"1.20"'))),
    ]);
    await desk.store.commit({
      tenant: "default",
      changes: [
        { op: "put", kind: "thread", record: { ...record, continuation: older, version: record.version + 1 }, expects: record.version },
      ],
      events: [],
    });
    await desk.approve();
    const error = await failure(right.resume("t"));
    expect(isCountersignError(error, "STATE_INCOMPATIBLE") && error.details).toMatchObject({ saved: "state 1.20", running: "state 1.22" });
    expect((await desk.gate.list({ threadId: "t" })).items[0]).toMatchObject({ status: "approved", execution: "none" });
    expect(desk.effects).toEqual([]);
  });

  test("a new input in its place is the way out", async () => {
    const { desk, agent, runner } = await paused();
    const other = runner(agent("B", []));
    await expect(other.start("t", "never mind", { pending: "cancel" })).resolves.toMatchObject({ status: "completed" });
    expect(await desk.pending()).toEqual([]);
  });
});

async function unzipped(bytes: Uint8Array, plain: string): Promise<string> {
  if (bytes[0] === 1) return plain;
  const stream = new Blob([bytes.slice(1)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

describe("what the model is told", () => {
  test("a rejection as it was written", async () => {
    const desk = openDesk();
    const agent = new Agent({ name: "A", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    const runner = createRunner(desk.gate, agent, { name: "a" });
    await runner.start("t", "go");
    await desk.reject("Invoice 88 is from 2019.\nAsk for a new one.");
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "Invoice 88 is from 2019.\nAsk for a new one." });
  });

  test('then: "stop" ends the run, siblings included, and the next input finds an answer to every call', async () => {
    const desk = openDesk();
    const model = saying([paying(5_000, "x", "a"), paying(6_000, "y", "b")]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [desk.pay]) }), { name: "a" });
    await runner.start("t", "go");
    const [first, second] = (await desk.pending()).toSorted((a, b) => Number(a.args["amount"]) - Number(b.args["amount"]));
    if (!first || !second) throw new Error("two calls should wait");
    await desk.gate.decide(first, { type: "reject", message: "Fraud", then: "stop" }, { by: { id: "alice" } });
    await desk.gate.decide(second, { type: "approve" }, { by: { id: "alice" } });
    expect(await runner.resume("t")).toMatchObject({ status: "stopped", by: { id: "alice" }, message: "Fraud" });
    await runner.start("t", "what now?");
    const results = model.lastItems.filter((item) => item.type === "function_call_result").map(textOf);
    expect(results).toEqual(["Fraud", "The run ended before this call. It did not run."]);
    expect(desk.effects).toEqual([]);
  });

  test("a failed tool by its own errorFunction, and once", async () => {
    const desk = openDesk();
    let tries = 0;
    const pay = tool({
      name: "pay",
      description: "",
      parameters: z.object({ amount: z.number(), to: z.string() }),
      errorFunction: (_context, error) => `No: ${(error as Error).message}`,
      execute: async () => {
        tries++;
        throw new Error("insufficient funds");
      },
    });
    const agent = new Agent({ name: "A", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [pay]) });
    const runner = createRunner(desk.gate, agent, { name: "a" });
    await runner.start("t", "go");
    const { id } = await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "No: insufficient funds" });
    expect(await desk.gate.get(id)).toMatchObject({ execution: "failed", receipt: { error: "No: insufficient funds" } });
    expect(tries).toBe(1);
  });

  test("of a failed call beside one that ran, each its own", async () => {
    const desk = openDesk();
    const pay = tool({
      name: "pay",
      description: "",
      parameters: z.object({ amount: z.number(), to: z.string() }),
      execute: async ({ to }) => {
        if (to === "x") throw new Error("no");
        await new Promise((resolve) => setTimeout(resolve, 20));
        return "paid";
      },
    });
    const model = saying([paying(5_000, "x", "a"), paying(6_000, "y", "b")]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [pay]) }), { name: "a" });
    await runner.start("t", "go");
    for (const request of await desk.pending()) await desk.gate.decide(request, { type: "approve" }, { by: { id: "alice" } });
    await runner.resume("t");
    const { items } = await desk.gate.list({ threadId: "t" });
    expect(Object.fromEntries(items.map(({ args, execution }) => [args["to"], execution]))).toEqual({ x: "failed", y: "done" });
  });

  test("an edit isn't offered where a program reads the result", async () => {
    const desk = openDesk();
    const pay = tool({
      name: "pay",
      description: "",
      parameters: z.object({ amount: z.number(), to: z.string() }),
      outputSchema: z.object({ paid: z.number() }),
      execute: async ({ amount }) => ({ paid: amount }),
    });
    const model = saying([paying(5_000)]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [pay]) }), { name: "a" });
    await runner.start("t", "go");
    const error = await failure(desk.edit({ amount: 1, to: "x" }));
    expect(isCountersignError(error, "DECISION_NOT_ALLOWED") && error.details.allowed).toEqual(["approve", "reject"]);
    await desk.approve();
    const outcome = await runner.resume("t");
    expect(outcome.status === "completed" && JSON.parse(outcome.text)).toEqual({ paid: 5_000 });
  });
});

describe("arguments", () => {
  test("what a strict model says null for, and the SDK leaves out, the policy and the reviewer don't see either", async () => {
    const Payment = z.object({ amount: z.number(), note: z.string().optional(), ref: z.string().nullable() });
    const policy = definePolicy({ tools: { pay: { args: Payment, ask: ({ args }) => args.amount > 1_000 } } });
    const desk = openDesk({ policy });
    const ran: unknown[] = [];
    const pay = tool({ name: "pay", description: "", parameters: Payment, execute: async (args) => void ran.push(args) });
    const call = { name: "pay", args: { amount: 5_000, note: null, ref: null } };
    const runner = createRunner(desk.gate, new Agent({ name: "A", model: saying([call]), tools: gateTools(desk.gate, [pay]) }), {
      name: "a",
    });
    await runner.start("t", "go");
    expect((await desk.only()).args).toEqual({ amount: 5_000, ref: null });
    await desk.approve();
    await runner.resume("t");
    expect(ran).toEqual([{ amount: 5_000, ref: null }]);
  });

  test("defaults are the same for the policy and the tool", async () => {
    const Payment = z.object({ amount: z.number().default(5_000) });
    const desk = openDesk({ policy: definePolicy({ tools: { pay: { args: Payment, ask: ({ args }) => args.amount > 1_000 } } }) });
    const ran: unknown[] = [];
    const pay = tool({ name: "pay", description: "", parameters: Payment, execute: async (args) => void ran.push(args) });
    const agent = new Agent({ name: "A", model: saying([{ name: "pay", args: {} }]), tools: gateTools(desk.gate, [pay]) });
    const runner = createRunner(desk.gate, agent, { name: "a" });
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended" });
    await desk.approve();
    await runner.resume("t");
    expect(ran).toEqual([{ amount: 5_000 }]);
  });

  test("that can't be read are the SDK's to refuse: nobody is asked", async () => {
    const desk = openDesk();
    const model = saying([
      { name: "pay", args: "{bad" },
      { id: "list", name: "pay", args: "[1]" },
    ]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [desk.pay]) }), { name: "a" });
    expect(await runner.start("t", "go")).toMatchObject({ status: "completed", text: expect.stringMatching(/valid JSON.*valid JSON/) });
    expect(desk.effects).toEqual([]);
  });
});

describe("a tool's own needsApproval", () => {
  const asking = (needsApproval: boolean | (() => Promise<boolean>)): FunctionTool =>
    tool({
      name: "read",
      description: "",
      parameters: z.object({}),
      needsApproval,
      execute: async () => "read",
    }) as unknown as FunctionTool;

  test.each([
    ["true", true],
    ["a predicate that holds", (): Promise<boolean> => Promise.resolve(true)],
    ["one that throws", (): Promise<boolean> => Promise.reject(new Error("down"))],
  ] as const)("asks as well: %s", async (_name, needsApproval) => {
    const desk = openDesk();
    const model = saying([{ id: "r", name: "read", args: {} }, paying(5)]);
    const runner = createRunner(
      desk.gate,
      new Agent({ name: "A", model, tools: gateTools(desk.gate, [asking(needsApproval), desk.pay]) }),
      { name: "a" },
    );
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended", pending: [{ tool: "read", rule: "native" }] });
    expect(desk.effects).toHaveLength(1);
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: expect.stringMatching(/read/) });
  });

  test("never allows what the policy asks about", async () => {
    const desk = openDesk({ policy: definePolicy({ default: "ask", tools: {} }) });
    const model = saying([{ name: "read", args: {} }]);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [asking(false)]) }), { name: "a" });
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended", pending: [{ tool: "read" }] });
  });

  test("of a tool that isn't gated is a mistake in the set-up", async () => {
    const desk = openDesk();
    const runner = createRunner(desk.gate, new Agent({ name: "A", model: saying([{ name: "read", args: {} }]), tools: [asking(true)] }), {
      name: "a",
    });
    expect(isCountersignError(await failure(runner.start("t", "go")), "SETUP")).toBe(true);
  });
});

describe("sessions", () => {
  test("a retry after the model failed puts no result in twice", async () => {
    const desk = openDesk();
    const session = new MemorySession();
    let down = true;
    const model = new ScriptedModel((items) => {
      if (!items.some((item) => item.type === "function_call")) return [paying(5_000)];
      if (down) throw new Error("down");
      return "done";
    });
    const agent = new Agent({ name: "A", model, tools: gateTools(desk.gate, [desk.pay]) });
    const runner = createRunner(desk.gate, agent, { name: "a", session: () => session });
    await runner.start("t", "go");
    await desk.approve();
    await failure(runner.resume("t"));
    down = false;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
    const kinds = (await session.getItems()).map((item) => item.type ?? ("role" in item ? item.role : ""));
    expect(kinds).toEqual(["message", "function_call", "function_call_result", "message"]);
    expect(desk.effects).toHaveLength(1);
  });
});

describe("an input that is begun again", () => {
  const ask: AgentInputItem = { type: "message", role: "user", content: "go" };
  const call: AgentInputItem = { type: "function_call", callId: "c", name: "pay", arguments: "{}", status: "completed" };
  const said: AgentInputItem = {
    type: "message",
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text: "done" }],
  };

  async function left(...items: AgentInputItem[]): Promise<readonly unknown[]> {
    const session = new MemorySession();
    await session.addItems(items);
    await rewind(session, [user("go")]);
    return session.getItems();
  }

  test("takes out what an earlier run of it left in the session", async () => {
    expect(await left(said, ask)).toEqual([said]);
    expect(await left(said, ask, call)).toEqual([said]);
  });

  test("takes out neither a finished exchange nor what others have put in", async () => {
    expect(await left(ask, said)).toHaveLength(2);
    expect(await left(ask, call, { role: "user", content: "and me?" })).toHaveLength(3);
    expect(await left(said)).toEqual([said]);
  });
});

describe("outcomes", () => {
  test("of a structured agent is its parsed output; maxTurns and a Runner of one's own are the SDK's", async () => {
    const desk = openDesk();
    const model = saying(`{"paid":5}`);
    const agent = new Agent({
      name: "A",
      model: "any",
      outputType: z.object({ paid: z.number() }),
      tools: gateTools(desk.gate, [desk.pay]),
    });
    const sdk = new Runner({ modelProvider: { getModel: () => model } });
    const outcome = await createRunner(desk.gate, agent, { name: "a", sdk }).start("t", "go", { maxTurns: 1 });
    expect(outcome).toMatchObject({ status: "completed", output: { paid: 5 }, text: '{"paid":5}' });
    if (outcome.status === "completed") outcome.output.paid satisfies number;
    const looping = new Agent({
      name: "A",
      model: new ScriptedModel(() => [{ ...paying(5), id: crypto.randomUUID() }]),
      tools: gateTools(desk.gate, [desk.pay]),
    });
    await expect(createRunner(desk.gate, looping, { name: "b" }).start("u", "go", { maxTurns: 2 })).rejects.toThrow(/turns/i);
  });
});
