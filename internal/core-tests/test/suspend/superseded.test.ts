import { createGate, definePolicy } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";

const pay = (amount: number): ProposedCall => ({ turnId: "m", callId: "c", tool: "pay", args: { amount } });

it("other arguments of a call that was asked about replace it, in a turn of whatever age", async () => {
  const store = memoryStore();
  const gate = createGate({ policy: definePolicy({ default: "ask", tools: {} }), store, warn: () => {} });
  const thread = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
  for (const amount of [1, 2]) {
    expect(await thread.mustWait(pay(amount), { fresh: true })).toBe(true);
    await thread.suspend([pay(amount)], null);
  }
  expect((await store.requestsOfThread("default", "t")).map(({ state }) => state)).toEqual(["cancelled", "pending"]);
});
