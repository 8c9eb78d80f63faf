// Remembered decisions: how they are counted, refused, listed and taken back.
import { approve, createGate, definePolicy, edit, reject, type Decision } from "@countersign/core";
import { CountersignError, type StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";
import { alice, codeOf, HOUR, policy, remember, setting, usesOf } from "./granting.ts";

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
    other.revoke = (store) => createGate({ store }).revokeGrant(given?.id ?? "", { by: alice });
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
    await gate.revokeGrant(first.id, { by: alice });
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
    expect(await codeOf(gate.revokeGrant(given.id, { by: { id: "mallory", roles: ["sales"] } }))).toBe("NOT_AUTHORIZED");
    expect((await ask("pay")).status).toBe("approved");
    const carol = { id: "carol", roles: ["finance"] };
    for (let time = 0; time < 2; time++) await gate.revokeGrant(given.id, { by: carol });
    expect((await ask("pay")).status).toBe("pending");
    const events = await Array.fromAsync(gate.history(`grant/${given.id}`));
    expect(events.map(({ type, actor }) => [type, actor?.id])).toEqual([["remembered", "alice"], ["revoked", "carol"]]); // prettier-ignore
    expect(await codeOf(gate.revokeGrant("nope", { by: alice }))).toBe("GRANT_NOT_FOUND");
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
    await gate.revokeGrant((await gate.get(next.id))?.grantId ?? "", { by: alice });
    expect((await ask("k3")).status).toBe("pending");
    await gate.verify();
  });
});
