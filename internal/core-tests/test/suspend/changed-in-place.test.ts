// Whoever proposes a call keeps its object, and may change it while the call is being recorded: what is recorded is what was judged and hashed.
import { createGate, definePolicy, digestOf, type Gate, type JsonObject } from "@countersign/core";
import { openThread, type Thread } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";

const policy = definePolicy({
  tools: {
    pay: { ask: ({ args }) => Number(args["amount"]) > 1_000 },
    counted: { history: true, ask: ({ args, history }) => history.sum("args.amount") + Number(args["amount"]) > 1_000 },
  },
});
const newGate = (): Gate => createGate({ policy, store: memoryStore(), limits: { thread: false }, warn: () => {} });

/** A call is made, and some steps later its amount is another one. */
async function changedAfter(steps: number, args: JsonObject, call: () => unknown): Promise<void> {
  const called = Promise.resolve(call());
  for (let step = 0; step < steps; step++) await Promise.resolve();
  (args as { amount: number }).amount = 1_000_000;
  await called;
}

async function expectWhole(gate: Gate): Promise<void> {
  const { items, unreadable } = await gate.list();
  expect(unreadable).toBeUndefined();
  for (const { tool, args, proposal, status } of items) {
    expect(proposal.digest).toBe(digestOf({ tool, args }));
    // The policy allows 5, and asks about a million.
    expect(status).toBe(args["amount"] === 5 ? "approved" : "pending");
  }
  await gate.verify();
}

const STEPS = Array.from({ length: 40 }, (_, steps) => steps);

it("a call that the policy allows runs with what was judged", async () => {
  const gate = newGate();
  const ran: unknown[] = [];
  for (const steps of STEPS) {
    const args = { amount: 5 };
    const thread = openThread(gate, { threadId: `t${steps}`, framework: "a framework" });
    const call = { turnId: "m", callId: "c", tool: "pay", args };
    await changedAfter(steps, args, () => thread.execute(call, (given) => ran.push(given["amount"]), { fresh: true }));
  }
  expect(ran).toEqual(STEPS.map(() => 5));
});

describe.each(["pay", "counted"])("%s, changed in place", (tool) => {
  it("while it is asked about by hand", async () => {
    const gate = newGate();
    for (const steps of STEPS) {
      const args = { amount: 5 };
      await changedAfter(steps, args, () => gate.ask({ threadId: `t${steps}`, key: "k", tool, args }));
    }
    await expectWhole(gate);
  });

  it.each(["mustWait", "suspend", "ask"] as const)("while a thread does %s", async (move) => {
    const gate = newGate();
    const moves: { readonly [K in typeof move]: (thread: Thread, args: JsonObject) => unknown } = {
      mustWait: (thread, args) => thread.mustWait({ turnId: "m", callId: "c", tool, args }),
      suspend: (thread, args) => thread.suspend([{ turnId: "m", callId: "c", tool, args }], null),
      ask: (thread, args) => thread.ask({ turnId: "m", callId: "c", tool, args }),
    };
    for (const steps of STEPS) {
      const args = { amount: move === "suspend" ? 2_000 : 5 };
      const thread = openThread(gate, { threadId: `t${steps}`, framework: "a framework" });
      await changedAfter(steps, args, () => moves[move](thread, args));
    }
    await expectWhole(gate);
  });
});
