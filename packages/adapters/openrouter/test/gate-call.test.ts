import { alice, Amount } from "@countersign/adapter-tests";
import { createGate, definePolicy } from "@countersign/core";
import { gateCall } from "@countersign/openrouter";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying } from "./support/desk.ts";
import { callModel, codeOf, openWorld } from "./support/world.ts";

describe("one spread", () => {
  test("asks, waits, and goes on with what was signed, once", async () => {
    const world = await openWorld([[paying(5_000, "x", "a"), paying(5, "y", "b")], [paying(7, "z", "c")]]);
    const first = world.call("go", { thread: { requestedBy: "bob" } });
    await first.getText();
    expect((await first.getState()).status).toBe("awaiting_approval");
    expect(await world.only()).toMatchObject({ tool: "pay", args: { amount: 5_000 }, requestedBy: { id: "bob" } });
    expect(world.effects).toEqual([{ amount: 5, to: "y" }]);

    const requests = world.server.requests.length;
    for (const input of ["and?", []]) expect(await codeOf(world.call(input).getText())).toBe("THREAD_SUSPENDED");
    expect(world.server.requests).toHaveLength(requests);

    await world.approve();
    expect(await world.call([]).getText()).toMatch(/paid 5000 to x.*paid 5 to y.*paid 7 to z|paid 5 to y.*paid 5000 to x.*paid 7 to z/);
    expect(world.effects).toHaveLength(3);
    expect((await world.gate.list({ threadId: "t" })).items).toMatchObject([{ status: "approved", execution: "done" }]);
    expect(world.refused()).toEqual([]);
  });

  test("what the SDK tells of a pause itself is right: requiresApproval, getPendingToolCalls", async () => {
    const world = await openWorld([[paying(5_000)]]);
    const result = world.call("go");
    expect(await result.getPendingToolCalls()).toMatchObject([{ id: "call_0", name: "pay", arguments: { amount: 5_000 } }]);
    expect(await result.requiresApproval()).toBe(true);
  });

  test("goes on with what the user says next, behind the results", async () => {
    const world = await openWorld([[paying(5_000)]]);
    await world.call("go").getText();
    await world.approve();
    await world.call("and then?").getText();
    expect(world.model.lastItems.map(({ type }) => type)).toEqual(["message", "function_call", "function_call_output", "message"]);
    expect(world.refused()).toEqual([]);
  });

  test.each([
    ["one accessor object", false],
    ["new ones", true],
  ])("several turns over %s, with an approval in the second", async (_name, anew) => {
    const world = await openWorld([[paying(5, "x", "a")], "first", [paying(5_000, "y", "b"), paying(6, "z", "c")], "second", "third"]);
    const spread = gateCall(world.gate, [world.pay], { threadId: "t" });
    const say = (input: string | []) => (anew ? world.call(input) : callModel(world.client, spread, input)).getText();
    expect(await say("one")).toBe("first");
    await say("two");
    expect(world.effects).toEqual([{ amount: 5, to: "x" }, { amount: 6, to: "z" }]); // prettier-ignore
    expect(await codeOf(say("hello?"))).toBe("THREAD_SUSPENDED");
    await world.approve();
    expect(await say([])).toBe("second");
    expect(await say("three")).toBe("third");
    expect(world.effects).toHaveLength(3);
    expect(world.refused()).toEqual([]);
  });

  test("a rejection in the reviewer's words", async () => {
    const world = await openWorld([[paying(5_000)]]);
    await world.call("go").getText();
    await world.reject("Invoice 88 is from 2019.");
    expect(await world.call([]).getText()).toContain("Invoice 88 is from 2019.");
    expect(world.effects).toEqual([]);
  });

  test("an edit runs, the result says so, the model's call stays", async () => {
    const world = await openWorld([[paying(5_000)]]);
    await world.call("go").getText();
    await world.edit({ amount: 4_000, to: "x" });
    expect(await world.call([]).getText()).toMatch(/^A person reviewed .*"amount":4000.*paid 4000 to x/s);
    expect(world.effects).toEqual([{ amount: 4_000, to: "x" }]);
    expect(JSON.stringify(world.model.lastItems)).toContain('{\\"amount\\":5000');
  });

  test("two identical calls keep apart: one edited, one approved", async () => {
    const world = await openWorld([[paying(5_000, "x", "a"), paying(5_000, "x", "b")]]);
    await world.call("go").getText();
    const [first, second] = await world.pending();
    if (!first || !second) throw new Error("two should wait");
    await world.gate.decide(first, { type: "edit", args: { amount: 1, to: "x" } }, { by: alice });
    await world.gate.decide(second, { type: "approve" }, { by: alice });
    await world.call([]).getText();
    expect(world.told().toSorted()).toEqual(['"paid 5000 to x"', expect.stringMatching(/^A person reviewed .*paid 1 to x/s)]);
    expect(world.effects).toHaveLength(2);
    expect(world.effects).toContainEqual({ amount: 1, to: "x" });
  });

  test('then: "stop" ends it, siblings included, and the next input finds an output for every call', async () => {
    const world = await openWorld([[paying(5_000, "x", "a"), paying(6_000, "y", "b")], "again"]);
    await world.call("go").getText();
    const [first, second] = await world.pending();
    if (!first || !second) throw new Error("two should wait");
    await world.gate.decide(first, { type: "reject", message: "Fraud", then: "stop" }, { by: alice });
    await world.gate.decide(second, { type: "approve" }, { by: alice });
    const requests = world.server.requests.length;
    expect(await codeOf(world.call([]).getText())).toBe("NOT_APPROVED");
    expect(world.server.requests).toHaveLength(requests);
    expect(await world.call("what now?").getText()).toBe("again");
    expect(world.told()).toEqual(['{"error":"Fraud"}', expect.stringMatching(/did not run/)]);
    expect(world.effects).toEqual([]);
  });

  test("what the policy denies goes back to the model, and nobody is asked", async () => {
    const world = await openWorld([[paying(500_000)]]);
    expect(await world.call("go").getText()).toMatch(/policy does not allow/);
    expect(world.effects).toEqual([]);
    expect(await world.pending()).toEqual([]);
  });

  test("a policy's context is what the thread was given", async () => {
    const policy = definePolicy({
      context: z.object({ limit: z.number() }),
      tools: { pay: { args: Amount, ask: ({ args, context }) => args.amount > context.limit } },
    });
    const world = await openWorld([[paying(50)]]);
    const gate = createGate({ policy, store: world.store });
    const say = (threadId: string, limit: number) =>
      callModel(world.client, gateCall(gate, [world.pay], { threadId, context: { limit } }) as never, "go").getText();
    await say("high", 100);
    expect(world.effects).toHaveLength(1);
    await say("low", 10);
    expect(world.effects).toHaveLength(1);
    expect(await gate.list({ status: "pending" })).toMatchObject({ items: [{ threadId: "low" }] });
  });
});

describe("its own predicates", () => {
  test.each([
    ["of the call", { thread: { requireApproval: () => true } }],
    ["of the call, when it throws", { thread: { requireApproval: () => Promise.reject(new Error("down")) } }],
  ])("%s ask about what the policy allows", async (_name, options) => {
    const world = await openWorld([[paying(5)]]);
    await world.call("go", options).getText();
    expect(await world.only()).toMatchObject({ rule: "framework", args: { amount: 5 } });
    expect(world.effects).toEqual([]);
    await world.approve();
    expect(await world.call([], options).getText()).toBe('"paid 5 to x"');
    expect(world.effects).toHaveLength(1);
  });

  test.each([
    ["true", true],
    ["that hold", () => true],
    ["that throw", () => Promise.reject(new Error("down"))],
    ["that forget to answer", () => undefined],
  ])("of the tool ask as well: %s", async (_name, requireApproval) => {
    const desk = openDesk();
    const pay = { ...desk.pay, function: { ...desk.pay.function, requireApproval } } as unknown as typeof desk.pay;
    const world = await openWorld([[paying(5)]], { desk, tools: [pay] });
    await world.call("go").getText();
    expect(await world.only()).toMatchObject({ rule: "framework", args: { amount: 5 } });
    expect(world.effects).toEqual([]);
  });

  test("never allow what the policy asks about", async () => {
    const desk = openDesk();
    const lenient = { ...desk.pay, function: { ...desk.pay.function, requireApproval: false } };
    const world = await openWorld([[paying(5_000)]], { desk, tools: [lenient] });
    await world.call("go", { thread: { requireApproval: () => false } }).getText();
    expect(await world.only()).toMatchObject({ args: { amount: 5_000 } });
    expect(world.effects).toEqual([]);
  });

  test("see the call: its id, name and arguments, and of the turn its number", async () => {
    const seen: unknown[] = [];
    const world = await openWorld([[paying(5, "x", "a")], [paying(6, "y", "b")]]);
    await world.call("go", { thread: { requireApproval: (call, context) => (seen.push([call, context.numberOfTurns]), false) } }).getText();
    expect(seen).toEqual([
      [{ id: "a", name: "pay", arguments: { amount: 5, to: "x" } }, 0],
      [{ id: "b", name: "pay", arguments: { amount: 6, to: "y" } }, 2],
    ]);
  });
});

describe("arguments that can't be read", () => {
  test.each([
    ["a schema that refuses them", '{"amount":"much","to":"x"}', /amount|expected number/i],
    ["broken JSON", '{"amount":', /JSON/],
    ["a list", "[1]", /object|record/i],
    ["nothing", "", /amount/],
    ["null", "null", /object|JSON/i],
  ])("go back to the model beside a call that waits, and nobody is asked: %s", async (_name, args, words) => {
    const world = await openWorld([[{ id: "bad", name: "pay", args }, paying(5_000, "x", "good")]]);
    await world.call("go").getText();
    expect(await world.only()).toMatchObject({ args: { amount: 5_000 } });
    await world.approve();
    await world.call([]).getText();
    expect(world.told()).toHaveLength(2);
    expect(world.told().join("\n")).toMatch(words);
    expect(world.effects).toEqual([{ amount: 5_000, to: "x" }]);
    expect(world.refused()).toEqual([]);
  });

  test("alone, they don't pause anything", async () => {
    const world = await openWorld([[{ id: "bad", name: "pay", args: "{bad" }]]);
    expect(await world.call("go").getText()).toMatch(/JSON/);
    expect(await world.pending()).toEqual([]);
  });
});

test("defaults and transforms are the same for the policy and the tool, and the reviewer sees the model's own JSON", async () => {
  const Lenient = z.object({ amount: z.coerce.number().default(5_000) });
  const desk = openDesk({ policy: definePolicy({ tools: { pay: { args: Lenient, ask: ({ args }) => args.amount > 1_000 } } }) });
  const ran: unknown[] = [];
  const pay = { ...desk.pay, function: { ...desk.pay.function, inputSchema: Lenient, execute: async (args: unknown) => ran.push(args) } };
  const calls = [{ id: "a", name: "pay", args: {} }, { id: "b", name: "pay", args: { amount: "7" } }]; // prettier-ignore
  const world = await openWorld([calls], { desk, tools: [pay] });
  await world.call("go").getText();
  expect(ran).toEqual([{ amount: 7 }]);
  expect(await world.only()).toMatchObject({ args: {} });
  await world.approve();
  await world.call([]).getText();
  expect(ran).toEqual([{ amount: 7 }, { amount: 5_000 }]);
});

describe("ids", () => {
  test("that come again on a later turn are other calls", async () => {
    const world = await openWorld([[paying(5_000, "x")], [paying(5_000, "x")]], { repeatedIds: true });
    await world.call("go").getText();
    await world.approve();
    await world.call([]).getText();
    expect(world.effects).toHaveLength(1);
    expect(await world.only()).toMatchObject({ args: { amount: 5_000 } });
    await world.approve();
    await world.call([]).getText();
    expect(world.effects).toHaveLength(2);
  });

  test.each([
    ["one of them allowed", 5, 5_000],
    ["both asked about", 6_000, 5_000],
    ["both the same", 5_000, 5_000],
  ])("twice in one response: nothing runs unsigned, %s", async (_name, one, two) => {
    const world = await openWorld([[paying(one, "x", "a"), paying(two, "x", "a")]]);
    expect(await codeOf(world.call("go").getText())).toMatch(/proposes call id a twice|no recorded approval/);
    expect(world.effects.filter((effect) => (effect as { amount: number }).amount > 1_000)).toEqual([]);
    world.model.script = () => "once more";
    expect(await world.call("again").getText()).toBe("once more");
  });
});
