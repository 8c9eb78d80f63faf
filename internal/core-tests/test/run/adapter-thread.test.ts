import { approve, definePolicy, reject, type AgentRunner, type Gate } from "@countersign/core";
import { defineRunner, openThread, type RunFrom, type ProposedCall } from "@countersign/core/adapter";
import { testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const Payment = z.object({ amount: z.number() });
const policy = definePolicy({
  tools: {
    pay: {
      args: Payment,
      deny: ({ args }) => args.amount > 9_000,
      ask: ({ args }) => args.amount > 1_000,
      review: { decisions: ["approve", "edit"] },
    },
    counted: { args: Payment, history: true, ask: ({ history }) => history.sum("args.amount") > 10 },
  },
});
const paying = (tool: string, amount: number | string): ProposedCall => ({ turnId: "m", callId: "c", tool, args: { amount } });

describe("a hook that doesn't know the turn", () => {
  it.each([
    ["allows", paying("pay", 5), true],
    ["denies", paying("pay", 10_000), true],
    ["finds unreadable", paying("pay", "much"), true],
    ["asks about", paying("pay", 5_000), false],
    ["has to count", paying("counted", 1), false],
  ])("learns what the policy alone decides, and nothing is recorded: what it %s", async (_name, call, settled) => {
    const gate = testGate(policy);
    const thread = openThread(gate, { threadId: "t", requestedBy: "bob", agent: "a", framework: "f" });
    expect(thread.decidedByPolicy(call)).toBe(settled);
    expect((await gate.list()).items).toEqual([]);
    expect([thread.requestedBy, thread.context]).toEqual([{ id: "bob" }, undefined]);
  });
});

it("a framework's limits narrow the decisions that the terms offer, and never widen them", async () => {
  const gate = testGate(policy);
  const thread = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
  expect(await thread.mustWait(paying("pay", 5_000), { fresh: true, decisions: ["approve", "reject"] })).toBe(true);
  const [request] = await thread.suspend([paying("pay", 5_000)], null);
  expect(request?.terms.decisions).toEqual(["approve"]);
});

describe("a framework that takes other decisions than the policy offers", () => {
  const open = (decisions?: readonly ("approve" | "edit" | "reject")[]) => {
    const given = testGate(definePolicy({ tools: { pay: { ask: true, review: { decisions } }, read: "allow", counted: { args: Payment, history: true, ask: ({ history }) => history.count() > 10, review: { decisions } } } })); // prettier-ignore
    return { gate: given, thread: openThread(given, { threadId: "t", agent: "a", framework: "f" }) };
  };
  const refusal = async (work: () => unknown) => {
    try {
      await work();
      return undefined;
    } catch (error) {
      return error;
    }
  };

  it("leaves a call that can only be turned down", async () => {
    const { gate, thread } = open(["edit", "reject"]);
    await thread.mustWait(paying("pay", 5), { fresh: true, decisions: ["approve", "reject"] });
    const [request] = await thread.suspend([paying("pay", 5)], null);
    expect(request?.terms.decisions).toEqual(["reject"]);
    expect((await gate.list()).items).toEqual([request]);
    if (!request) throw new Error("nothing is recorded");
    await expect(gate.decide(request, approve(), { by: { id: "alice" } })).rejects.toMatchObject({ code: "DECISION_NOT_ALLOWED" });
    expect(await gate.decide(request, reject(), { by: { id: "alice" } })).toMatchObject({ status: "rejected" });
  });

  it.each<[string, readonly ("approve" | "edit" | "reject")[] | undefined, readonly string[], RegExp]>([
    ["nothing in common", ["edit"], ["approve", "reject"], /pay.*edit.*approve, reject/],
    ["nothing at all", undefined, [], /pay.*approve, edit, reject.*none/],
    ["a decision that does not exist", undefined, ["approve", "respond"], /pay.*respond/],
  ])("is refused by name for %s, and nothing is recorded", async (_, offered, taken, words) => {
    const { gate, thread } = open(offered);
    const given = { decisions: taken as ["approve"] };
    const refused = await refusal(() => thread.mustWait(paying("pay", 5), { ...given, fresh: true }));
    expect(refused).toMatchObject({ code: "SETUP", message: expect.stringMatching(words) });
    expect((await gate.list()).items).toEqual([]);
  });

  it("is no matter where nobody is asked", async () => {
    const { thread } = open(["edit"]);
    for (const tool of ["read", "counted"])
      expect(await thread.mustWait(paying(tool, 5), { fresh: true, decisions: ["approve", "reject"] })).toBe(false);
  });

  it("adds up with the terms of a rule that does not ask by itself", async () => {
    const policy = definePolicy({ default: "allow", review: { decisions: ["approve", "reject"] } });
    const thread = openThread(testGate(policy), { threadId: "t", agent: "a", framework: "f" });
    await thread.mustWait(paying("pay", 5), { fresh: true, frameworkAsks: "the tool asks", decisions: ["edit", "reject"] });
    expect((await thread.suspend([paying("pay", 5)], null))[0]?.terms.decisions).toEqual(["reject"]);
  });
});

it("a run that is begun again after a crash knows it", async () => {
  const gate = testGate(policy);
  const seen: Pick<RunFrom<string>, "input" | "again">[] = [];
  const runner = defineRunner<string, string>(gate, {
    name: "a",
    framework: "f",
    async advance(_thread, { input, again }) {
      seen.push({ input, again });
      if (!again) throw new Error("the process dies");
      return { status: "completed", output: "", text: "" };
    },
  }) as unknown as AgentRunner<string>;
  await runner.start("t", "hello").catch(() => {});
  gate.advance(3_600_000);
  expect(await runner.resume("t")).toMatchObject({ status: "completed" });
  expect(seen).toEqual([{ input: "hello", again: false }, { input: "hello", again: true }]); // prettier-ignore
});

describe("an invocation outside a runner that has read what is saved", () => {
  const saved = (said: string) => ({ format: 1, data: { said } });
  const open = (gate: Gate) => openThread(gate, { threadId: "t", agent: "a", framework: "f" });

  it("writes only on top of that: whoever comes second is refused, and nothing of the first is lost", async () => {
    const gate = testGate(policy);
    const [first, second] = [open(gate), open(gate)];
    expect([await first.restore(), await second.restore()]).toEqual([null, null]);
    await first.suspend([], saved("first"));
    await expect(second.suspend([], saved("second"))).rejects.toMatchObject({ code: "THREAD_BUSY" });
    await expect(second.suspend([paying("pay", 5_000)], null)).rejects.toMatchObject({ code: "THREAD_BUSY" });
    await first.suspend([], saved("more of the first"));
    await first.release("suspended");
    await expect(second.suspend([], saved("second"))).rejects.toMatchObject({ code: "THREAD_BUSY" });
    expect(await second.restore()).toEqual(saved("more of the first"));
    await second.suspend([], saved("second"));
    await expect(first.suspend([], saved("too late"))).rejects.toMatchObject({ code: "THREAD_BUSY" });
    expect(await first.restore()).toEqual(saved("second"));
    await first.suspend([], saved("in time"));
  });

  it("is refused also when the other had the thread already, and has written since", async () => {
    const gate = testGate(policy);
    const [first, second] = [open(gate), open(gate)];
    await first.restore();
    await first.suspend([], saved("first"));
    await second.restore();
    await first.suspend([], saved("more of the first"));
    await first.release("suspended");
    await expect(second.suspend([], saved("second"))).rejects.toMatchObject({ code: "THREAD_BUSY" });
    expect(await second.restore()).toEqual(saved("more of the first"));
  });

  it("goes on after it let the thread go, if nobody came between", async () => {
    const thread = open(testGate(policy));
    await thread.restore();
    await thread.save(saved("once"));
    await thread.release("suspended");
    await thread.save(saved("twice"));
    expect(await thread.restore()).toEqual(saved("twice"));
  });

  it("is refused while a runner holds the thread", async () => {
    const gate = testGate(policy);
    const beside = open(gate);
    const runner = defineRunner<string, string>(gate, {
      name: "a",
      framework: "f",
      async advance() {
        await beside.restore();
        await expect(beside.suspend([], saved("beside"))).rejects.toMatchObject({ code: "THREAD_BUSY" });
        return { status: "completed", output: "", text: "" };
      },
    });
    expect(await runner.start("t", "x")).toMatchObject({ status: "completed" });
  });
});

it("asks the policy once about each call, and again when the model makes the same one in another turn", async () => {
  let asked = 0;
  const gate = testGate(definePolicy({ tools: { pay: { ask: () => ++asked > 0, review: { remember: ["tool"] } } } }));
  const thread = openThread(gate, { threadId: "t", requestedBy: "bob", agent: "a", framework: "f" });
  const inTurn = (turnId: string): ProposedCall => ({ turnId, callId: "call_0", tool: "pay", args: { amount: 1 } });
  const hooks = async (call: ProposedCall): Promise<boolean> => {
    thread.decidedByPolicy(call);
    thread.decidedByPolicy({ ...call });
    return thread.mustWait(call, { fresh: true });
  };
  expect(await hooks(inTurn("m1"))).toBe(true);
  const [request] = await thread.suspend([inTurn("m1")], null);
  if (!request) throw new Error("nothing was asked");
  await gate.decide(request, approve({ remember: { scope: "tool" } }), { by: { id: "alice" } });
  for (const turn of ["m2", "m3"]) {
    expect(await hooks(inTurn(turn))).toBe(false);
    expect(await thread.execute(inTurn(turn), () => "paid")).toMatchObject({ status: "ran", result: "paid" });
  }
  expect(asked).toBe(3);
});
