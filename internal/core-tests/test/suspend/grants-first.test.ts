// A run that begins a thread saves itself reads: grants and rules that count must not notice.
import { approve, createGate, definePolicy } from "@countersign/core";
import { CountersignError, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { call, createRunner, scripted } from "../mini.ts";

const alice = { id: "alice" };
const policy = definePolicy({
  default: "allow",
  tools: {
    pay: { ask: true, review: { remember: ["tool"] } },
    spend: { history: true, ask: ({ history, args }) => history.sum("args.amount") + Number(args["amount"]) > 10 },
  },
});

describe("the first run of a thread", () => {
  it("takes one use for a call whose record was written, but not acknowledged", async () => {
    const inner = memoryStore();
    let lost = 0;
    const store: StorePort = {
      ...inner,
      commit: async (batch) => {
        const committed = await inner.commit(batch);
        if (lost > 0 || !batch.events.some(({ type }) => type === "granted")) return committed;
        lost++;
        throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
      },
    };
    const gate = createGate({ policy, store, warn: () => {} });
    const effects: object[] = [];
    const agent = (id: string) => ({
      model: scripted([call(id, "pay", { amount: 1 })], "done"),
      tools: { pay: (args: object) => (effects.push(args), "paid") },
    });
    const first = await createRunner(gate, agent("a")).start("t1", "go", { requestedBy: "bob" });
    if (first.status !== "suspended" || !first.pending[0]) throw new Error(first.status);
    await gate.decide(first.pending[0], approve({ remember: { scope: "tool", within: "requester", times: 2 } }), { by: alice });
    expect(await createRunner(gate, agent("b")).start("t2", "go", { requestedBy: "bob" })).toMatchObject({ status: "completed" });
    expect([lost, effects.length, (await gate.grants())[0]?.uses]).toEqual([1, 1, 1]);
    await gate.verify();
  });

  it("counts what was asked by hand in the same thread meanwhile", async () => {
    const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
    const model = scripted([call("a", "read", {})], [call("b", "spend", { amount: 5 })], "done");
    const read = async () => {
      await gate.ask({ threadId: "t", tool: "spend", args: { amount: 6 }, key: "k" });
      return "read";
    };
    const outcome = await createRunner(gate, { model, tools: { read, spend: () => "spent" } }).start("t", "go");
    expect(outcome).toMatchObject({ status: "suspended", pending: [{ args: { amount: 5 } }] });
    await gate.verify();
  });

  it("counts each of several calls at the same moment", async () => {
    const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
    const answers: boolean[] = [];
    const { defineRunner } = await import("@countersign/core/adapter");
    const runner = defineRunner<string, string>(gate, {
      name: "mini",
      framework: "mini",
      advance: async (thread) => {
        const calls = ["a", "b", "c", "d"].map((callId) => ({ turnId: "m", callId, tool: "spend", args: { amount: 4 } }));
        answers.push(...(await Promise.all(calls.map(async (each) => thread.mustWait(each, { fresh: true })))));
        return { status: "completed", output: "", text: "" };
      },
    });
    await runner.start("t", "go");
    expect(answers.filter(Boolean)).toHaveLength(2);
    await gate.verify();
  });
});

describe("purged calls", () => {
  it("that a grant decided leave a chain that verifies, and count no more", async () => {
    const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
    const ask = async (tool: string, key: string) => gate.ask({ threadId: "t", tool, args: { amount: 9 }, key });
    const first = await ask("pay", "k1");
    if (first.status !== "pending") throw new Error(first.status);
    await gate.decide(first.request, approve({ remember: { scope: "tool", times: 3 } }), { by: alice });
    for (const [tool, key] of [["pay", "k2"], ["spend", "k3"]] as const) await gate.execute({ id: (await ask(tool, key)).id, args: {} }, () => 1); // prettier-ignore
    expect((await ask("spend", "k4")).status).toBe("pending");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await gate.purge({ olderThan: 10, by: { id: "retention", kind: "service" } })).toEqual({ requests: 2, threads: 0 });
    expect((await gate.grants())[0]?.uses).toBe(2);
    expect((await ask("spend", "k5")).status).toBe("allowed");
    await gate.verify();
  });
});
