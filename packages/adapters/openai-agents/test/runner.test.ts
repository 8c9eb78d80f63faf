import { failure } from "@countersign/adapter-tests";
import { definePolicy, isCountersignError } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, Runner, tool } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying, saying } from "./support/desk.ts";
import { ScriptedModel, textOf } from "./support/scripted-model.ts";

describe("which agent proposed a call", () => {
  test("is on record after a handoff, and in a nested agent; whose call it is stays the runner's name", async () => {
    const desk = openDesk();
    const last = new Agent({ name: "Last", model: saying("never said", [paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    const first = new Agent({ name: "First", model: saying([{ name: "transfer_to_Last", args: {} }]), handoffs: [last] });
    const outcome = await createRunner(desk.gate, first, { name: "payments" }).start("t", "go");
    expect(outcome).toMatchObject({ pending: [{ agent: "payments", proposedBy: "Last", callId: "call_0" }] });
    const [request] = outcome.status === "suspended" ? outcome.pending : [];
    const [event] = await Array.fromAsync(desk.gate.history(request?.id ?? ""));
    expect(event).toMatchObject({ type: "asked", data: { agent: "payments", proposedBy: "Last" } });

    const other = openDesk();
    const inner = new Agent({ name: "Inner", model: saying([paying(5_000)]), tools: gateTools(other.gate, [other.pay]) });
    const tools = gateTools(other.gate, [inner.asTool({ toolName: "inner", toolDescription: "" })]);
    const outer = new Agent({ name: "Outer", model: saying([{ name: "inner", args: { input: "go" } }]), tools });
    expect(await createRunner(other.gate, outer, { name: "payments" }).start("t", "go")).toMatchObject({
      pending: [{ agent: "payments", proposedBy: "Inner" }],
    });
  });
});

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

  test('then: "stop" inside an agent that a signed call runs ends that call too: the next input isn\'t refused', async () => {
    const desk = openDesk({ policy: definePolicy({ tools: { pay: "ask", inner: "ask" } }) });
    const inner = new Agent({ name: "Inner", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    const tools = gateTools(desk.gate, [inner.asTool({ toolName: "inner", toolDescription: "" })]);
    const outer = new Agent({ name: "Outer", model: saying([{ id: "outer", name: "inner", args: { input: "go" } }], "well"), tools });
    const runner = createRunner(desk.gate, outer, { name: "outer" });
    await runner.start("t", "go");
    await desk.approve();
    await runner.resume("t");
    await desk.reject("Fraud", "stop");
    expect(await runner.resume("t")).toMatchObject({ status: "stopped" });
    expect(await runner.start("t", "what now?")).toMatchObject({ status: "completed", text: "well" });
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

test("a message with half a character in it is no reason not to ask", async () => {
  const desk = openDesk();
  const agent = new Agent({ name: "A", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
  const runner = createRunner(desk.gate, agent, { name: "a" });
  expect(await runner.start("t", "pay \u{1f600}".slice(0, -1))).toMatchObject({ status: "suspended" });
  await desk.approve();
  expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
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
    expect((await desk.gate.list({})).items).toEqual([]);
    expect(desk.effects).toEqual([]);
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
