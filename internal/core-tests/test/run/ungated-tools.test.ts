// What an adapter sees of its framework's tools, and what a runner makes of it.
import { createGate, createWorker, definePolicy, approve, type AgentRunner, type Gate } from "@countersign/core";
import { defineRunner, refuseLookalikes, type Offer, type Offers } from "@countersign/core/adapter";
import { inspectTools } from "@countersign/core/surface";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { codeOf } from "../suspend/granting.ts";

const policy = definePolicy({ tools: { pay: "ask" } });
const call = { turnId: "turn", callId: "call", tool: "pay", args: {} };

/** A runner whose framework offers whatever `look` says at the moment. */
function open(look: (gate: Gate) => Offers, ungated?: readonly string[]) {
  const gate: Gate = createGate({ policy, store: memoryStore(), warn: () => {} });
  const effects: string[] = [];
  const runner = (): AgentRunner<string> =>
    defineRunner<string, string, AsyncIterable<string>>(gate, {
      name: "payments",
      framework: "test",
      tools: { look: () => look(gate), ungated, remedy: "Gate it." },
      async advance(thread) {
        const continuation = { format: 1, data: null };
        if (await thread.mustWait(call)) return { status: "suspended", calls: [call], continuation };
        const { status } = await thread.execute(call, () => effects.push("paid"));
        return { status: "completed", output: status, text: status, continuation };
      },
      advanceStream: async () => {
        effects.push("streamed");
        throw new Error("not reached");
      },
    });
  return { gate, effects, runner };
}
const offering = (gate: Gate, ...open: readonly string[]): Offer => ({
  of: "agent A",
  tools: [{ name: "pay", calledAs: "pay", gate }, ...open.map((name) => ({ name, calledAs: name, gate: undefined }))],
});

describe("a tool that the runner's gate doesn't guard", () => {
  it("keeps the runner from being made, and is named with whoever has it", () => {
    const { runner } = open((gate) => ({ offers: [offering(gate, "wire", "wipe")] }));
    expect(runner).toThrow(/wire \(agent A\), wipe \(agent A\)\. Gate it\..*ungated: \["wire","wipe"\]/);
  });

  it("that comes later keeps every run from beginning or going on, whoever begins it; what was signed runs once it is gone", async () => {
    const late: string[] = [];
    const { gate, effects, runner } = open((of) => ({ offers: [offering(of, ...late)] }));
    const payments = runner();
    expect(await payments.start("t", "go")).toMatchObject({ status: "suspended" });
    late.push("wire");
    const [request] = (await gate.list()).items;
    if (!request) throw new Error("nothing was asked");
    await gate.decide(request, approve(), { by: { id: "alice" } });
    for (const run of [
      () => payments.start("u", "go"),
      () => payments.stream("v", "go"),
      () => payments.resume("t"),
      () => payments.resumeStream("t"),
      () => inspectTools(payments),
    ])
      expect(await codeOf(run())).toBe("SETUP");
    expect(await createWorker(gate, [payments], { onError: () => {} }).drain()).toMatchObject({ resumed: 0 });
    expect(effects).toEqual([]);
    late.pop();
    expect(await payments.resume("t")).toMatchObject({ status: "completed", text: "ran" });
    expect(effects).toEqual(["paid"]);
  });

  it("that takes a moment to be found keeps the first run from beginning", async () => {
    const rest = async (): Promise<readonly Offer[]> => [{ of: "agent B", tools: [{ name: "wire", gate: undefined }] }];
    const { runner } = open((gate) => ({ offers: [offering(gate)], rest }));
    await expect(runner().start("t", "go")).rejects.toThrow("wire (agent B)");
  });

  it("that another gate guards is told as what it is", () => {
    const other = createGate({ policy, store: memoryStore(), warn: () => {} });
    const { runner } = open(() => ({ offers: [offering(other)] }));
    expect(runner).toThrow("Two gates: another gate than the runner's guards pay (agent A).");
  });
});

describe("the list of what is meant", () => {
  it("covers what it names, in whichever agent", async () => {
    const { runner } = open((gate) => ({ offers: [offering(gate, "wire"), offering(gate, "wire")] }), ["wire"]);
    expect(await runner().start("t", "go")).toMatchObject({ status: "suspended" });
  });

  it("may name neither what isn't there nor what is gated, whenever that is known", async () => {
    expect(open((gate) => ({ offers: [offering(gate)] }), ["wrie"]).runner).toThrow("ungated names wrie, but there is no such tool");
    expect(open((gate) => ({ offers: [offering(gate)] }), ["pay"]).runner).toThrow("ungated names pay, but the gate guards it");
    const later = open((gate) => ({ offers: [offering(gate)], rest: async () => [] }), ["wrie"]).runner();
    expect(await codeOf(later.start("t", "go"))).toBe("SETUP");
  });
});

it("two tools that a model calls by one name are refused, and both are named", () => {
  const [sandbox, production] = ["sandbox/drop", "production/drop"].map((name) => ({ name, calledAs: "drop" }));
  if (!sandbox || !production) throw new Error("unreachable");
  expect(() => refuseLookalikes({ tools: [sandbox, production], of: "agent A" })).toThrow(
    "by one name, drop: sandbox/drop and production/drop (agent A)",
  );
  expect(() =>
    refuseLookalikes({ tools: [sandbox, { ...production, calledAs: undefined }, { ...production, calledAs: undefined }] }),
  ).not.toThrow();
});
