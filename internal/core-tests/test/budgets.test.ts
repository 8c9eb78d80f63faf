// How often core goes to its store. Not a promise: whoever changes a figure says why in the commit.
import { approve, createGate, definePolicy, reject, type ApprovalRequest, type Principal } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";
import { call, createRunner, scripted } from "./mini.ts";

const policy = definePolicy({ default: "ask", tools: { read: "allow" } });
const alice: Principal = { id: "alice" };

/** A store that counts what is asked of it. */
function counted() {
  const inner = memoryStore();
  const counts = new Map<string, number>();
  const store = new Proxy(inner, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function" || typeof name !== "string") return member;
      return (...given: unknown[]): unknown => {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        return Reflect.apply(member, target, given);
      };
    },
  });
  const gate = createGate({ policy, store, warn: () => {} });
  /** What was counted since the last look; the clock and whoever listens are left out. */
  const spent = (): Record<string, number> => {
    const { now, watch, ...rest } = Object.fromEntries(counts);
    counts.clear();
    return rest;
  };
  return { gate, spent };
}

function pendingIn(outcome: { readonly status: string; readonly pending?: readonly ApprovalRequest[] }): readonly ApprovalRequest[] {
  return outcome.pending ?? [];
}

it("a pause, a decision and the rest of the run", async () => {
  const { gate, spent } = counted();
  const runner = createRunner(gate, { model: scripted([call("c1", "pay", { amount: 1 })], "done"), tools: { pay: () => "paid" } });
  const [request] = pendingIn(await runner.start("t", "go"));
  expect(spent()).toEqual({ readThread: 1, getThread: 1, commit: 2 });
  if (!request) throw new Error("nothing waits");
  await gate.decide(request, approve(), { by: alice });
  expect(spent()).toEqual({ getRequest: 1, commit: 1 });
  await runner.resume("t");
  expect(spent()).toEqual({ readThread: 1, getThread: 1, commit: 4 });
});

it("a conversation that only the policy decides reads nothing of its turns", async () => {
  const { gate, spent } = counted();
  const runner = createRunner(gate, { model: scripted([call("c1", "read", {})], "done"), tools: { read: () => "text" } });
  await runner.start("t", "go");
  expect(spent()).toEqual({ readThread: 1, getThread: 1, commit: 2 });
});

it("the pause of a second turn looks once for what it revises, however many calls there are", async () => {
  const { gate, spent } = counted();
  const three = (turn: number) => [1, 2, 3].map((n) => call(`c${turn}${n}`, "pay", { amount: n }));
  const runner = createRunner(gate, { model: scripted(three(1), three(2), "done"), tools: { pay: () => "paid" } });
  for (const request of pendingIn(await runner.start("t", "go"))) {
    await gate.decide(request, reject("too much", { then: "revise" }), { by: alice });
  }
  spent();
  const again = pendingIn(await runner.resume("t"));
  expect(again.map(({ revises }) => typeof revises)).toEqual(["string", "string", "string"]);
  expect(spent()["listRequests"]).toBe(1);
});

const pay = (amount: number, callId = "c"): ProposedCall => ({ turnId: "m", callId, tool: "pay", args: { amount } });

it("calls of a turn that this invocation saw the model produce are recorded without a look at the turn", async () => {
  const { gate, spent } = counted();
  const thread = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
  for (const id of ["a", "b"]) {
    expect(await thread.mustWait(pay(1, id), { fresh: true })).toBe(true);
    await thread.suspend([pay(1, id)], null);
  }
  expect(spent()["requestsOfTurn"]).toBeUndefined();
});

it("one that is recorded all the same is looked for once, and adopted", async () => {
  const { gate, spent } = counted();
  const ids: string[] = [];
  for (let i = 0; i < 2; i++) {
    const thread = openThread(gate, { threadId: "t", agent: "a", framework: "f" });
    expect(await thread.mustWait(pay(1), { fresh: true })).toBe(true);
    ids.push(...(await thread.suspend([pay(1)], null)).map(({ id }) => id));
  }
  expect([new Set(ids).size, spent()["requestsOfTurn"]]).toEqual([1, 1]);
});
