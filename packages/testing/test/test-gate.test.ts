import { approve, definePolicy, edit, type Reviewer, type StandardSchemaV1 } from "@countersign/core";
import { defineRunner, openThread } from "@countersign/core/adapter";
import { scriptedReviewer, testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";

const policy = definePolicy({ tools: { pay: { ask: true, review: { expiresIn: "1h" } }, read: "allow" } });
const pay = { threadId: "t", tool: "pay", args: { amount: 5 }, key: "1" };

it("shows what was asked and what ran, edits included", async () => {
  const gate = testGate(policy, { reviewer: scriptedReviewer({ pay: () => edit({ amount: 4 }) }) });
  const paid = await gate.ask(pay);
  if (paid.status !== "approved") throw new Error(paid.status);
  await gate.execute(paid, () => "paid");
  expect(gate.asked).toMatchObject([{ tool: "pay", args: { amount: 5 } }]);
  expect(gate.executed).toMatchObject([{ tool: "pay", args: { amount: 4 } }]);
});

/** As most schemas do: other members are taken out, and what is missing is added. */
const Payment: StandardSchemaV1<{ amount: number }, { amount: number; currency: string }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => ({ value: { amount: (value as { amount: number }).amount, currency: "USD" } }),
  },
};

it("shows what the tool got, not what its schema takes out or adds", async () => {
  const reviewer = scriptedReviewer({ pay: () => edit({ amount: 4, discount: "a tenth" }) });
  const gate = testGate(definePolicy({ tools: { pay: { args: Payment, ask: true } } }), { reviewer });
  const paid = await gate.ask(pay);
  if (paid.status !== "approved") throw new Error(paid.status);
  await gate.execute(paid, (got) => got);
  expect(gate.executed).toEqual([{ tool: "pay", args: { amount: 4, currency: "USD" } }]);
  expect((await gate.get(paid.id))?.receipt).toMatchObject({
    result: { amount: 4, currency: "USD" },
    args: { amount: 4, currency: "USD" },
  });
});

it("has a clock that the test moves", async () => {
  const gate = testGate(policy);
  const asked = await gate.ask(pay);
  gate.advance(3_600_001);
  expect(await gate.ask(pay)).toMatchObject({ id: asked.id, status: "expired" });
});

it("a script that has run dry leaves the request to people", async () => {
  const gate = testGate(policy, { reviewer: scriptedReviewer([approve()]) });
  expect((await gate.ask(pay)).status).toBe("approved");
  expect((await gate.ask({ ...pay, key: "2" })).status).toBe("pending");
});

it("shows what was allowed, with and without a record", async () => {
  const gate = testGate(policy);
  const read = await gate.ask({ threadId: "t", tool: "read", args: { page: 1 }, key: "1" });
  const thread = openThread(gate, { threadId: "t", framework: "test" });
  await thread.execute({ turnId: "1", callId: "c", tool: "read", args: { page: 2 } }, () => "text", { fresh: true });
  await gate.ask(pay);
  expect(read.status).toBe("allowed");
  expect(gate.allowed).toEqual([
    { tool: "read", args: { page: 1 } },
    { tool: "read", args: { page: 2 } },
  ]);
  expect(gate.asked.map(({ tool }) => tool)).toEqual(["pay"]);
});

it("takes what createGate takes: tenant, agent, limits, a clock", async () => {
  const gate = testGate(policy, { tenant: "acme", agent: "payments", limits: { thread: 1 }, now: () => 1_000 });
  const asked = await gate.ask(pay);
  expect(asked).toMatchObject({ request: { tenant: "acme", agent: "payments", askedAt: 1_000 } });
  await expect(gate.ask({ ...pay, key: "2" })).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS", details: { limit: 1 } });
  gate.advance(500);
  expect(await gate.freeze({}, { by: { id: "alice" }, reason: "x" })).toMatchObject({ at: 1_500 });
});

describe("what a gate would warn of fails the test", () => {
  const strict = definePolicy({
    tools: {
      pay: { args: Payment, ask: true, review: { roles: ["finance"] } },
      wire: { ask: true, deny: ({ args }) => args["to"] === "x" },
    },
  });
  const finance = { id: "fiona", roles: ["finance"] };
  const wire = { ...pay, tool: "wire" as const, args: { to: "y" } };

  it.each<[string, Reviewer, typeof pay | typeof wire, string]>([
    [
      "a reviewer without the role",
      scriptedReviewer([approve()]),
      pay,
      "scripted-reviewer may not do this. It takes one of these roles or people: finance.",
    ],
    [
      "a typo in the tool",
      scriptedReviewer({ payy: approve() }, finance),
      pay,
      "the script of scriptedReviewer doesn't name pay. Did you mean payy?",
    ],
    ["an edit that the policy denies", scriptedReviewer([edit({ to: "x" })]), wire, "The policy does not allow wire (rule wire)."],
    [
      "a decision that is none",
      scriptedReviewer([approve as never], finance),
      pay,
      "Invalid: decision: expected an object, got a function. Pass what approve(), edit(args) or reject(message) returns.",
    ],
  ])("%s", async (_, reviewer, call, why) => {
    const failure = await testGate(strict, { reviewer }).ask(call as never).then(String, (error: unknown) => error); // prettier-ignore
    expect(failure).toMatchObject({ code: "SETUP", message: expect.stringContaining(why) as unknown });
    expect(String(failure)).toMatch(/testGate: The reviewer of this process has not decided about \w+, and request \w+ stays pending: /);
  });

  it("in a run, too", async () => {
    const gate = testGate(strict, { reviewer: scriptedReviewer([approve()]) });
    const proposed = { turnId: "1", callId: "c", tool: "pay", args: { amount: 5 } };
    const runner = defineRunner<string, string>(gate, {
      name: "payments",
      framework: "test",
      advance: async () => ({ status: "suspended", calls: [proposed], continuation: { format: 1, data: null } }),
    });
    await expect(runner.start("t", "go")).rejects.toThrow("scripted-reviewer may not do this");
  });

  it("a condition that throws", async () => {
    const broken = definePolicy({ tools: { pay: { ask: () => { throw new Error("no such account"); } } } }); // prettier-ignore
    await expect(testGate(broken).ask(pay)).rejects.toThrow("no such account");
  });

  it("unless the test looks at the warnings itself", async () => {
    const told: string[] = [];
    const gate = testGate(strict, { reviewer: scriptedReviewer([approve()]), warn: (message) => told.push(message) });
    expect((await gate.ask(pay)).status).toBe("pending");
    expect(told).toEqual([expect.stringContaining("may not do this")]);
  });
});
