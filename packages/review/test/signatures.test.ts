import { approve, createGate, definePolicy, edit, reject, type Gate, type ReviewTerms } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";
import { z } from "zod";
import { reviewOf } from "../src/index.ts";
import { HOUR, MINUTE, NOW } from "./support.ts";

const fiona = { id: "fiona", name: "Fiona", roles: ["finance"] };
const bob = { id: "bob", roles: ["finance"] };

function gateUnder(review: ReviewTerms, clock: { now: number }): Gate {
  const args = z.object({ amount: z.number() });
  return createGate({
    policy: definePolicy({ tools: { pay: { args, ask: true, review } } }),
    store: memoryStore({ now: () => clock.now }),
    reviewer: { as: { id: "later" }, review: () => undefined },
  });
}

const pay = (gate: Gate, key: string) => gate.ask({ threadId: "t", key, tool: "pay", args: { amount: 1 }, requestedBy: { id: "dora" } });

it("those before the last change of the proposal come last, and no longer count", async () => {
  const clock = { now: NOW };
  const gate = gateUnder({ quorum: [{ roles: ["finance"], count: 2 }, { roles: ["cfo"] }] }, clock);
  const { id } = await pay(gate, "1");
  const asked = await gate.get(id);
  if (!asked) throw new Error("there is no request");
  expect(reviewOf(asked, { now: NOW, by: bob })).toMatchObject({ signatures: [], missing: "2 of finance, 1 of cfo" });
  const signed = await gate.decide(asked, approve({ comment: "fine\nby me" }), { by: fiona, via: "cli" });
  clock.now += HOUR;
  const edited = await gate.decide(signed, edit({ amount: 2 }), { by: bob, via: "slack" });
  const review = reviewOf(edited, { now: NOW + HOUR + 3 * MINUTE, by: fiona });
  expect(review.signatures).toMatchObject([
    { text: "edited and signed by bob (finance), 3m ago, in Slack", decision: "edit", counts: true },
    { text: "approved by Fiona (finance), 1h 3m ago, on the command line", decision: "approve", counts: false, comment: "fine\\u{a}by me" },
  ]);
  expect(review).toMatchObject({
    missing: "1 of finance, 1 of cfo",
    editedBy: "bob (finance)",
    terms: "signed by role finance or role cfo; it takes 2 of finance, 1 of cfo",
  });
  expect(reviewOf(edited, { now: clock.now, by: bob }).may.approve).toEqual({
    allowed: false,
    code: "ALREADY_DECIDED",
    reason: "You have signed it already. It still takes 1 of finance, 1 of cfo.",
  });
});

it("a remembered decision signs in the name of whoever gave it", async () => {
  const clock = { now: NOW };
  const gate = gateUnder({ remember: ["exact-args"] }, clock);
  const { id } = await pay(gate, "1");
  const first = await gate.get(id);
  if (!first) throw new Error("there is no request");
  await gate.decide(first, approve({ remember: { scope: "exact-args", for: "1h" } }), { by: fiona, via: "cli" });
  clock.now += MINUTE;
  const second = await gate.get((await pay(gate, "2")).id);
  if (!second) throw new Error("there is no request");
  const background = await gate.background(second);
  const review = reviewOf(second, { now: clock.now, by: bob, ...background });
  expect(review.signatures).toMatchObject([
    { text: "signed by Fiona's remembered decision of 2026-11-28 12:00 UTC", decision: "approve", counts: true },
  ]);
  expect(review.may.approve).toMatchObject({
    code: "ALREADY_DECIDED",
    reason: "It was approved by a remembered decision, just now.",
  });
  expect(reviewOf(second, { now: clock.now }).signatures[0]?.text).toBe(`signed by a remembered decision (${String(second.grantId)})`);
});

it("whoever is asked as well by now may sign, before anything has recorded that", async () => {
  const clock = { now: NOW };
  const gate = gateUnder({ roles: ["finance"], escalate: { after: "1h", roles: ["cfo"] } }, clock);
  const request = await gate.get((await pay(gate, "1")).id);
  if (!request) throw new Error("there is no request");
  const dana = { id: "dana", roles: ["cfo"] };
  expect(reviewOf(request, { now: NOW, by: dana })).toMatchObject({
    may: { approve: { code: "NOT_AUTHORIZED" } },
    terms: "signed by role finance; after 1h by role cfo as well",
  });
  expect(reviewOf(request, { now: NOW + HOUR, by: dana })).toMatchObject({
    may: { approve: { allowed: true } },
    missing: "1 of finance or cfo",
  });
});

it("a rejection has what the model is told", async () => {
  const gate = gateUnder({}, { now: NOW });
  const request = await gate.get((await pay(gate, "1")).id);
  if (!request) throw new Error("there is no request");
  const rejected = await gate.decide(request, reject("Ask Bob first"), { by: fiona });
  expect(reviewOf(rejected, { now: NOW }).signatures).toMatchObject([
    { text: "rejected by Fiona (finance), just now", message: "Ask Bob first", counts: true },
  ]);
});
