// Remembered decisions: what they decide, what they never decide, and how they are counted and taken back.
import {
  approve,
  createGate,
  definePolicy,
  edit,
  isCountersignError,
  reject,
  type ApprovalRequest,
  type Decision,
  type Grant,
  type Principal,
  type Remember,
} from "@countersign/core";
import { CountersignError, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";
import { call, createRunner, scripted, type Message } from "./mini.ts";

const remember = ["exact-args", "tool"] as const;
const policy = definePolicy({
  tools: {
    pay: {
      deny: ({ args }) => Number(args["amount"]) > 9_000,
      ask: ({ args }) => Number(args["amount"]) > 10,
      review: { roles: ["finance"], remember },
    },
    exact: { ask: true, review: { remember: ["exact-args"] } },
    plain: "ask",
    pair: { ask: true, review: { quorum: 2, remember } },
    eyes: { ask: true, review: { fourEyes: true, remember } },
    refund: { ask: true, review: { remember } },
  },
});
const alice: Principal = { id: "alice", roles: ["finance"] };
const HOUR = 3_600_000;
type Setting = ReturnType<typeof setting>;

function setting(over: Parameters<typeof testGate>[1] = {}) {
  const gate = testGate(policy, over);
  let keys = 0;
  const ask = (tool: string, amount = 50, { thread = "t", by = "bob" }: { thread?: string; by?: string } = {}) =>
    gate.ask({ threadId: thread, requestedBy: by, tool, args: { amount }, key: `k${keys++}` });
  const pending = async (...of: Parameters<typeof ask>): Promise<ApprovalRequest> => {
    const approval = await ask(...of);
    if (approval.status !== "pending") throw new Error(`not pending but ${approval.status}`);
    return approval.request;
  };
  /** Asks, and decides with a wish to remember it. */
  const grant = async (wish: Remember, { tool = "pay", amount = 50, by = alice, say = approve } = {}) => {
    const request = await pending(tool, amount);
    await gate.decide(request, say({ remember: wish }), { by });
    return (await gate.grants()).find(({ requestId }) => requestId === request.id) as Grant;
  };
  return { gate, ask, pending, grant };
}
const no = (options: { remember: Remember }): Decision => reject("not that one", options);
const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore
const usesOf = async ({ gate }: Setting, id: string) => (await gate.grants()).find((grant) => grant.id === id)?.uses;

describe("a remembered approval", () => {
  it("signs the next call with the same arguments, once it is asked about, and says who gave it", async () => {
    const { gate, ask, grant } = setting();
    const given = await grant({ scope: "exact-args" });
    const next = await ask("pay");
    expect(next).toMatchObject({ status: "approved", args: { amount: 50 } });
    expect(await gate.get(next.id)).toMatchObject({ grantId: given.id, decisions: [], status: "approved" });
    const [event] = await Array.fromAsync(gate.history(next.id));
    expect(event).toMatchObject({ type: "granted", actor: { id: "bob" }, data: { grantId: given.id, grantedBy: { id: "alice" } } });
    expect(await gate.execute({ id: next.id, args: {} }, () => "paid")).toBe("paid");
    expect((await ask("pay", 51)).status).toBe("pending");
    expect(await gate.verify()).toMatchObject({ subjects: 5 });
  });

  it("for the tool signs any arguments that are asked about, but none that are denied", async () => {
    const { ask, grant } = setting();
    await grant({ scope: "tool" });
    expect((await ask("pay", 8_000)).status).toBe("approved");
    expect((await ask("pay", 9_001)).status).toBe("denied");
    expect((await ask("pay", 5)).status).toBe("allowed");
  });

  it("takes a use for each call, not for the same call again, and none for allowed or denied ones", async () => {
    const all = setting();
    const { gate, ask, grant } = all;
    const given = await grant({ scope: "tool", times: 2 });
    const again = { threadId: "t", requestedBy: "bob", tool: "pay", args: { amount: 60 }, key: "same" };
    for (let time = 0; time < 3; time++) expect((await gate.ask(again)).status).toBe("approved");
    await ask("pay", 5);
    await ask("pay", 9_001);
    expect(await usesOf(all, given.id)).toBe(1);
    expect((await ask("pay", 70)).status).toBe("approved");
    expect((await ask("pay", 70)).status).toBe("pending");
    expect(await usesOf(all, given.id)).toBe(0);
    await gate.verify();
  });

  it("lasts 24 hours and ten calls in its thread, unless it is said otherwise", async () => {
    const { gate, ask, grant } = setting();
    const before = Date.now();
    const given = await grant({ scope: "tool" });
    expect(given).toMatchObject({ within: "thread", threadId: "t", requestedBy: "bob", uses: 10, by: { id: "alice" }, digest: undefined });
    expect(Math.abs((given.expiresAt ?? 0) - before - 24 * HOUR)).toBeLessThan(5_000);
    gate.advance(24 * HOUR + 5_000);
    expect((await ask("pay")).status).toBe("pending");
    await gate.verify();
  });

  it.each<[string, Parameters<Setting["ask"]>]>([
    ["another tool", ["refund", 50]],
    ["another thread", ["pay", 50, { thread: "t2" }]],
    ["another requester in the same thread", ["pay", 50, { by: "carol" }]],
  ])("does not cross to %s", async (_, next) => {
    const { ask, grant } = setting();
    await grant({ scope: "tool" });
    expect((await ask(...next)).status).toBe("pending");
  });

  it("for a requester holds in all of their threads, and for nobody else", async () => {
    const { ask, grant } = setting();
    await grant({ scope: "tool", within: "requester" });
    expect((await ask("pay", 50, { thread: "t2" })).status).toBe("approved");
    expect((await ask("pay", 50, { thread: "t2", by: "carol" })).status).toBe("pending");
  });

  it("crosses neither tenant nor agent nor namespace", async () => {
    const { gate, grant } = setting();
    const given = await grant({ scope: "tool", within: "requester" });
    const other = createGate({ policy, store: gate.store, tenant: "other", warn: () => {} });
    expect((await other.ask({ threadId: "t", requestedBy: "bob", tool: "pay", args: { amount: 50 }, key: "k" })).status).toBe("pending");
    expect(await codeOf(other.revoke(given.id, { by: alice }))).toBe("GRANT_NOT_FOUND");
    const runner = createRunner(gate, { model: scripted([call("c", "pay", { amount: 50 })], "done"), tools: {} }, "another-agent");
    expect(await runner.start("t9", "go", { requestedBy: "bob" })).toMatchObject({ status: "suspended" });
  });

  it("doesn't outlive the terms under which it could be given", async () => {
    const { gate, grant } = setting();
    await grant({ scope: "tool" });
    const ask = (tools: object) =>
      createGate({ policy: definePolicy({ tools }), store: gate.store, warn: () => {} }).ask({
        threadId: "t", requestedBy: "bob", tool: "pay", args: { amount: 50 }, key: JSON.stringify(tools),
      }); // prettier-ignore
    expect((await ask({ pay: { ask: true, review: { remember, roles: ["finance", "cfo"] } } })).status).toBe("approved");
    expect((await ask({ pay: { ask: true, review: { remember: ["exact-args"], roles: ["finance"] } } })).status).toBe("pending");
    expect((await ask({ pay: { ask: true, review: { remember, roles: ["cfo"] } } })).status).toBe("pending");
    expect((await ask({ pay: { ask: true, review: { remember, roles: ["finance"], fourEyes: true } } })).status).toBe("pending");
    expect((await ask({ pay: { ask: true, review: { remember, roles: ["finance"], decisions: ["edit"] } } })).status).toBe("pending");
  });
});

describe("several grants", () => {
  it("an exact one beats one for the tool, and a no beats a yes", async () => {
    const { ask, grant } = setting();
    await grant({ scope: "tool" }, { amount: 50 });
    expect((await ask("pay", 60)).status).toBe("approved");
    const { gate, ...fresh } = setting();
    const [yes, not] = [await fresh.pending("pay", 60), await fresh.pending("pay", 50)];
    await gate.decide(yes, approve({ remember: { scope: "tool" } }), { by: alice });
    await gate.decide(not, no({ remember: { scope: "exact-args", times: 1 } }), { by: alice });
    expect(await fresh.ask("pay", 50)).toMatchObject({ status: "rejected", message: "not that one" });
    expect((await fresh.ask("pay", 60)).status).toBe("approved");
    // Used up, it asks: it doesn't make way for the general yes.
    expect((await fresh.ask("pay", 50)).status).toBe("pending");
  });

  it("of a general yes and a general no the no holds, and an exact yes beats both", async () => {
    const { gate, ask, pending } = setting();
    const [yes, not, exact] = [await pending("pay", 60), await pending("pay", 70), await pending("pay", 80)];
    await gate.decide(yes, approve({ remember: { scope: "tool" } }), { by: alice });
    await gate.decide(not, no({ remember: { scope: "tool" } }), { by: alice });
    await gate.decide(exact, approve({ remember: { scope: "exact-args" } }), { by: alice });
    expect((await ask("pay", 60)).status).toBe("rejected");
    expect((await ask("pay", 80)).status).toBe("approved");
  });
});

describe("a run", () => {
  const agentOf = (effects: object[], ...turns: readonly (string | Message["calls"])[]) => ({
    model: scripted(...turns),
    tools: { pay: (args: object) => (effects.push(args), "paid") },
  });

  it("goes on without a pause, call after call, and executes each once", async () => {
    const { gate } = setting();
    const effects: object[] = [];
    const turn = (id: string) => [call(id, "pay", { amount: 50 })];
    const runner = createRunner(gate, agentOf(effects, turn("a"), turn("b"), turn("c"), "done"));
    const first = await runner.start("r", "go", { requestedBy: "bob" });
    if (first.status !== "suspended" || !first.pending[0]) throw new Error(first.status);
    await gate.decide(first.pending[0], approve({ remember: { scope: "exact-args", times: 2 } }), { by: alice });
    expect(await runner.resume("r")).toMatchObject({ status: "completed" });
    expect(effects).toHaveLength(3);
    expect((await gate.list({ status: "approved" })).items.map(({ grantId }) => grantId !== undefined)).toEqual([false, true, true]);
    await gate.verify();
  });

  it("pauses for what no grant covers, and the covered siblings run once with it", async () => {
    const { gate } = setting();
    const effects: object[] = [];
    const both = [call("a", "pay", { amount: 50 }), call("b", "pay", { amount: 60 })];
    const runner = createRunner(gate, agentOf(effects, [call("x", "pay", { amount: 50 })], both, "done"));
    const first = await runner.start("r", "go", { requestedBy: "bob" });
    if (first.status !== "suspended" || !first.pending[0]) throw new Error(first.status);
    await gate.decide(first.pending[0], approve({ remember: { scope: "exact-args" } }), { by: alice });
    const second = await runner.resume("r");
    if (second.status !== "suspended" || !second.pending[0]) throw new Error(second.status);
    expect(second.pending.map(({ args }) => args)).toEqual([{ amount: 60 }]);
    await gate.decide(second.pending[0], approve(), { by: alice });
    expect(await runner.resume("r")).toMatchObject({ status: "completed" });
    expect(effects).toEqual([{ amount: 50 }, { amount: 50 }, { amount: 60 }]);
    expect((await gate.grants())[0]?.uses).toBe(9);
  });

  it("is told at once what a remembered rejection says, and plans on", async () => {
    const { gate } = setting();
    const effects: object[] = [];
    const turn = (id: string) => [call(id, "pay", { amount: 50 })];
    const runner = createRunner(gate, agentOf(effects, turn("a"), turn("b"), "done"));
    const first = await runner.start("r", "go", { requestedBy: "bob" });
    if (first.status !== "suspended" || !first.pending[0]) throw new Error(first.status);
    await gate.decide(first.pending[0], no({ remember: { scope: "tool" } }), { by: alice });
    const outcome = await runner.resume("r");
    if (outcome.status !== "completed") throw new Error(outcome.status);
    expect(outcome.output.filter(({ role }) => role === "tool").map(({ text }) => text)).toEqual(["not that one", "not that one"]);
    expect(effects).toEqual([]);
  });
});

describe("races and crashes", () => {
  it("two calls at the same moment with one use left: one is signed, one waits", async () => {
    for (let round = 0; round < 5; round++) {
      const all = setting();
      const given = await all.grant({ scope: "tool", times: 1 });
      const answers = await Promise.all([all.ask("pay", 60), all.ask("pay", 70), all.ask("pay", 80)]);
      expect(answers.map(({ status }) => status).sort()).toEqual(["approved", "pending", "pending"]);
      expect(await usesOf(all, given.id)).toBe(0);
      await all.gate.verify();
    }
  });

  /** Does `then` in the middle of the first commit that takes a use. */
  function interrupted(then: (store: StorePort) => Promise<void>) {
    const inner = memoryStore();
    let met = false;
    const store: StorePort = {
      ...inner,
      commit: async (batch) => {
        if (!met && batch.changes.some((change) => change.op === "add" && change.field === "uses" && change.by < 0)) {
          met = true;
          await then(inner);
        }
        return inner.commit(batch);
      },
    };
    const gate = createGate({ policy, store, warn: () => {} });
    const ask = (key: string) => gate.ask({ threadId: "t", requestedBy: "bob", tool: "pay", args: { amount: 50 }, key });
    return { gate, inner, ask };
  }

  it("a grant that is revoked while a commit takes a use of it signs nothing", async () => {
    const other = { revoke: async (_: StorePort): Promise<void> => {} };
    const { gate, ask, inner } = interrupted((store) => other.revoke(store));
    const first = await ask("k1");
    if (first.status !== "pending") throw new Error(first.status);
    await gate.decide(first.request, approve({ remember: { scope: "tool" } }), { by: alice });
    const [given] = await gate.grants();
    other.revoke = (store) => createGate({ store }).revoke(given?.id ?? "", { by: alice });
    expect((await ask("k2")).status).toBe("pending");
    expect(await gate.grants()).toMatchObject([{ uses: 0, revokedAt: expect.any(Number) }]);
    expect((await inner.listEvents("default", undefined, 100, `grant/${given?.id}`)).events.map(({ type }) => type)).toEqual([
      "remembered",
      "revoked",
    ]);
    await gate.verify();
  });

  it("a commit whose answer is lost takes one use, and a decision whose answer is lost makes one grant", async () => {
    const inner = memoryStore();
    let losing = false;
    const store: StorePort = {
      ...inner,
      commit: async (batch) => {
        const committed = await inner.commit(batch);
        if (!losing || !batch.changes.some((change) => change.op === "add" && change.field === "uses")) return committed;
        losing = false;
        throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
      },
    };
    const gate = createGate({ policy, store, warn: () => {} });
    const ask = (key: string) => gate.ask({ threadId: "t", requestedBy: "bob", tool: "pay", args: { amount: 50 }, key });
    const first = await ask("k1");
    if (first.status !== "pending") throw new Error(first.status);
    losing = true;
    await gate.decide(first.request, approve({ remember: { scope: "tool", times: 5 } }), { by: alice });
    expect(await gate.grants()).toMatchObject([{ uses: 5 }]);
    losing = true;
    expect((await ask("k2")).status).toBe("approved");
    expect(await gate.grants()).toMatchObject([{ uses: 4 }]);
    await gate.verify();
  });

  it("a grant that runs out by the store's clock before the commit signs nothing", async () => {
    let ahead = 0;
    const store = memoryStore({ now: () => Date.now() + ahead });
    const slow: StorePort = { ...store, now: async () => Date.now() };
    const gate = createGate({ policy, store: slow, warn: () => {} });
    const ask = (key: string) => gate.ask({ threadId: "t", requestedBy: "bob", tool: "pay", args: { amount: 50 }, key });
    const first = await ask("k1");
    if (first.status !== "pending") throw new Error(first.status);
    await gate.decide(first.request, approve({ remember: { scope: "tool", for: "1h" } }), { by: alice });
    ahead = HOUR + 1_000;
    expect((await ask("k2")).status).toBe("pending");
  });
});

describe("what can't be remembered", () => {
  it.each<[string, string, Decision]>([
    ["what the terms don't offer at all", "plain", approve({ remember: { scope: "exact-args" } })],
    ["a scope that they don't offer", "exact", approve({ remember: { scope: "tool" } })],
    ["one signature of a quorum", "pair", approve({ remember: { scope: "exact-args" } })],
    ["under four eyes", "eyes", approve({ remember: { scope: "exact-args" } })],
    ["an edit", "refund", edit({ amount: 1 }, { remember: { scope: "exact-args" } })],
    ["a rejection that stops the run", "refund", reject("no", { then: "stop", remember: { scope: "tool" } })],
  ])("%s: refused, and the request stays decidable", async (_, tool, decision) => {
    const { gate, pending } = setting();
    const request = await pending(tool);
    expect(await codeOf(gate.decide(request, decision, { by: alice }))).toBe("DECISION_NOT_ALLOWED");
    expect(await gate.get(request.id)).toMatchObject({ status: "pending", decisions: [] });
    expect(await gate.grants()).toEqual([]);
  });

  it("for a requester that nobody knows", async () => {
    const { gate } = setting();
    const asked = await gate.ask({ threadId: "t", tool: "refund", args: {}, key: "k" });
    if (asked.status !== "pending") throw new Error(asked.status);
    const wish = { scope: "tool", within: "requester" } as const;
    expect(await codeOf(gate.decide(asked.request, approve({ remember: wish }), { by: alice }))).toBe("DECISION_NOT_ALLOWED");
  });

  it("anything under a policy that says never, whatever its rules say", async () => {
    const gate = testGate(definePolicy({ remember: "never", tools: { pay: { ask: true, review: { remember } } } }));
    const asked = await gate.ask({ threadId: "t", tool: "pay", args: {}, key: "k" });
    if (asked.status !== "pending") throw new Error(asked.status);
    expect(await codeOf(gate.decide(asked.request, approve({ remember: { scope: "tool" } }), { by: alice }))).toBe("DECISION_NOT_ALLOWED");
  });

  it("a wish that comes after the same vote without it is told so, and the same wish again is the same vote", async () => {
    const { gate, pending } = setting();
    const request = await pending("refund");
    await gate.decide(request, approve(), { by: alice });
    expect(await codeOf(gate.decide(request, approve({ remember: { scope: "tool" } }), { by: alice }))).toBe("ALREADY_DECIDED");
    const other = await pending("refund");
    for (let time = 0; time < 2; time++) await gate.decide(other, approve({ remember: { scope: "tool" } }), { by: alice });
    expect(await gate.grants()).toHaveLength(1);
  });
});

describe("grants", () => {
  it("are listed with what is left of them, also when they are over", async () => {
    const { gate, ask, grant } = setting();
    const [first, second] = [await grant({ scope: "exact-args" }), await grant({ scope: "tool", for: "1h" }, { tool: "refund" })];
    await ask("pay");
    await gate.revoke(first.id, { by: alice });
    gate.advance(2 * HOUR);
    expect(await gate.grants()).toMatchObject([
      { id: first.id, tool: "pay", uses: 0, revokedAt: expect.any(Number) },
      { id: second.id, tool: "refund", uses: 10, revokedAt: undefined, expiresAt: second.expiresAt },
    ]);
    expect((await gate.grants({ tool: "refund" })).map(({ id }) => id)).toEqual([second.id]);
  });

  it("are revoked by whoever may sign such a call, once, and decide nothing from then on", async () => {
    const { gate, ask, grant } = setting();
    const given = await grant({ scope: "tool" });
    expect(await codeOf(gate.revoke(given.id, { by: { id: "mallory", roles: ["sales"] } }))).toBe("NOT_AUTHORIZED");
    expect((await ask("pay")).status).toBe("approved");
    const carol = { id: "carol", roles: ["finance"] };
    for (let time = 0; time < 2; time++) await gate.revoke(given.id, { by: carol });
    expect((await ask("pay")).status).toBe("pending");
    const events = await Array.fromAsync(gate.history(`grant/${given.id}`));
    expect(events.map(({ type, actor }) => [type, actor?.id])).toEqual([["remembered", "alice"], ["revoked", "carol"]]); // prettier-ignore
    expect(await codeOf(gate.revoke("nope", { by: alice }))).toBe("GRANT_NOT_FOUND");
    await gate.verify();
  });

  it("can be revoked, though not listed, in a store that can't list them", async () => {
    const { listGrants: _, ...store } = memoryStore();
    const gate = createGate({ policy, store, warn: () => {} });
    const ask = (key: string) => gate.ask({ threadId: "t", requestedBy: "bob", tool: "pay", args: { amount: 50 }, key });
    const first = await ask("k1");
    if (first.status !== "pending") throw new Error(first.status);
    await gate.decide(first.request, approve({ remember: { scope: "tool" } }), { by: alice });
    expect(await codeOf(gate.grants())).toBe("SETUP");
    const next = await ask("k2");
    await gate.revoke((await gate.get(next.id))?.grantId ?? "", { by: alice });
    expect((await ask("k3")).status).toBe("pending");
    await gate.verify();
  });
});
