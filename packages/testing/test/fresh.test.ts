import { createGate, definePolicy } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";

const policy = definePolicy({ default: "ask", tools: {} });
const pay = (amount: number, callId = "c"): ProposedCall => ({ turnId: "m", callId, tool: "pay", args: { amount } });

/** A store that counts how often somebody looks at what is recorded of a turn. */
function setting() {
  const store = memoryStore();
  let reads = 0;
  const requestsOfTurn: typeof store.requestsOfTurn = (...given) => {
    reads++;
    return store.requestsOfTurn(...given);
  };
  const gate = createGate({ policy, store: { ...store, requestsOfTurn } as typeof store, warn: () => {} });
  return {
    store,
    reads: () => reads,
    open: () => openThread(gate, { threadId: "t", agent: "a", framework: "f" }),
    states: async () => (await store.requestsOfThread("default", "t")).map(({ state }) => state),
  };
}

it("calls of a turn that this invocation saw the model produce are recorded without a look at the turn", async () => {
  const { open, reads, states } = setting();
  const thread = open();
  for (const id of ["a", "b"]) {
    expect(await thread.mustWait(pay(1, id), { fresh: true })).toBe(true);
    await thread.suspend([pay(1, id)], null);
  }
  expect([reads(), await states()]).toEqual([0, ["pending", "pending"]]);
});

it("one that is recorded all the same is adopted", async () => {
  const { open, reads, states } = setting();
  const ids: string[] = [];
  for (const thread of [open(), open()]) {
    expect(await thread.mustWait(pay(1), { fresh: true })).toBe(true);
    ids.push(...(await thread.suspend([pay(1)], null)).map(({ id }) => id));
  }
  expect([new Set(ids).size, reads(), await states()]).toEqual([1, 1, ["pending"]]);
});

it("other arguments of a call that was asked about replace it, in a turn of whatever age", async () => {
  const { open, states } = setting();
  const thread = open();
  for (const amount of [1, 2]) {
    expect(await thread.mustWait(pay(amount), { fresh: true })).toBe(true);
    await thread.suspend([pay(amount)], null);
  }
  expect(await states()).toEqual(["cancelled", "pending"]);
});
