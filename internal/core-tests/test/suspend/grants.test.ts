// Remembered decisions: what they decide, and what they never decide.
import { approve, createGate, definePolicy } from "@countersign/core";
import { describe, expect, it } from "vitest";
import { alice, codeOf, HOUR, no, policy, remember, setting, usesOf, type Setting } from "./granting.ts";
import { call, createRunner, scripted, type Message } from "../mini.ts";

describe("a remembered approval", () => {
  it("signs the next call with the same arguments, once it is asked about, and says who gave it", async () => {
    const { gate, ask, grant } = setting();
    const given = await grant({ scope: "exact-args" });
    const next = await ask("pay");
    expect(next).toMatchObject({ status: "approved", args: { amount: 50 } });
    expect(await gate.get(next.id)).toMatchObject({ grantId: given.id, decisions: [], status: "approved" });
    const [event] = await Array.fromAsync(gate.history(next.id));
    expect(event).toMatchObject({
      type: "granted",
      actor: { id: "bob" },
      data: { grantId: given.id, note: { grantedBy: { id: "alice" } } },
    });
    expect(await gate.execute({ id: next.id, args: {} }, () => "paid")).toBe("paid");
    expect((await ask("pay", 51)).status).toBe("pending");
    expect(await gate.verify()).toMatchObject({ subjects: 6 });
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
    expect(given.expiresAt).toBeGreaterThanOrEqual(before + 24 * HOUR);
    expect(given.expiresAt).toBeLessThanOrEqual(Date.now() + 24 * HOUR);
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
    expect(await codeOf(other.revokeGrant(given.id, { by: alice }))).toBe("GRANT_NOT_FOUND");
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
