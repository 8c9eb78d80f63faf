import { failure } from "@countersign/adapter-tests";
import { definePolicy, isCountersignError } from "@countersign/core";
import { argsOf, createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, run, tool } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, saying } from "./support/desk.ts";

const Order = z.object({
  amount: z.number(),
  note: z.string().optional(),
  currency: z.string().default("USD"),
  approver: z.string().nullable(),
  payee: z.object({ name: z.string(), iban: z.string().optional() }),
  lines: z.array(z.object({ text: z.string(), tax: z.number().optional() })).optional(),
});
const least = { amount: 1, approver: null, payee: { name: "x" } };

function open(execute: (args: unknown) => Promise<string> = async () => "paid") {
  const desk = openDesk({ policy: definePolicy({ tools: { pay: "ask" } }) });
  const pay = tool({ name: "pay", description: "", parameters: Order, execute });
  const model = saying([{ id: "c", name: "pay", args: least }], "done");
  const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [pay]) }), { name: "a" });
  return { desk, pay, runner };
}

describe("an edit is held to what the tool takes", () => {
  test.each<readonly [string, object, object]>([
    ["without what is optional", { ...least, amount: 2 }, { ...least, amount: 2, currency: "USD" }],
    ["without what is optional further down", { ...least, lines: [{ text: "a" }] }, { ...least, currency: "USD", lines: [{ text: "a" }] }],
    [
      "with null for what is optional, as models say it",
      { ...least, note: null, payee: { name: "x", iban: null } },
      { ...least, currency: "USD" },
    ],
  ])("%s", async (_what, edited, runs) => {
    const ran: unknown[] = [];
    const { desk, runner } = open(async (args) => (ran.push(args), "paid"));
    await runner.start("t", "go");
    await desk.edit(edited);
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(ran).toEqual([runs]);
  });

  test.each<readonly [string, object]>([
    ["without what may be null and has to be said", { amount: 1, payee: { name: "x" } }],
    ["without what is demanded further down", { ...least, payee: {} }],
    ["with something of another type", { ...least, amount: "2" }],
    ["with something that it doesn't know", { ...least, ammount: 2 }],
  ])("not %s", async (_what, edited) => {
    const { desk, runner } = open();
    await runner.start("t", "go");
    expect(isCountersignError(await failure(desk.edit(edited)), "INVALID_ARGS")).toBe(true);
  });

  test("and so is a model's call under a policy that has the tool's own schema", () => {
    const { pay } = open();
    const policy = definePolicy({ tools: { pay: { args: argsOf(pay), ask: ({ args }) => args.amount > 0 } } });
    expect(policy.check({ tool: "pay", args: least }).type).toBe("ask");
    expect(policy.check({ tool: "pay", args: { amount: 1, payee: { name: "x" } } }).type).toBe("invalid");
  });
});

describe("arguments that are no object", () => {
  const ping = () => tool({ name: "ping", description: "", parameters: z.object({}), execute: async () => "pong" });
  const said = (text: string) => saying([{ id: "c", name: "ping", args: text }]);

  test.each(["", "{", "5", "[]", "null"])("are the SDK's to refuse, in its own words: %j", async (text) => {
    const native = await run(new Agent({ name: "A", model: said(text), tools: [ping()] }), "go");
    for (const rule of ["allow", "ask"] as const) {
      const desk = openDesk({ policy: definePolicy({ tools: { ping: rule } }) });
      const tools = gateTools(desk.gate, [ping()]);
      const runner = createRunner(desk.gate, new Agent({ name: "A", model: said(text), tools }), { name: "a" });
      const outcome = await runner.start("t", "go");
      expect(outcome).toMatchObject({ status: "completed", text: expect.stringMatching(/./) });
      if (["", "{"].includes(text)) expect(outcome).toMatchObject({ text: native.finalOutput });
      expect((await desk.gate.list({})).items).toEqual([]);
    }
  });
});
