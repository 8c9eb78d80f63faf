import {
  approve,
  createGate,
  definePolicy,
  edit,
  isCountersignError,
  missingSignatures,
  reject,
  type Decision,
  type Principal,
  type ReviewTerms,
} from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { reviewOf } from "../src/index.ts";
import { HOUR, MINUTE, NOW, requestOf } from "./support.ts";

const PEOPLE: readonly Principal[] = [
  { id: "fiona", name: "Fiona", roles: ["finance"] },
  { id: "bob", roles: ["finance", "cfo"], aliases: ["robert"] },
  { id: "dora", roles: ["sales"] },
  { id: "robert", roles: ["cfo"] },
  { id: "sweeper", kind: "service", roles: ["finance"] },
  { id: "nobody" },
];
const TYPES = ["approve", "edit", "reject"] as const;
const REFUSALS: readonly string[] = [
  "NOT_AUTHORIZED",
  "SELF_REVIEW",
  "DECISION_NOT_ALLOWED",
  "ALREADY_DECIDED",
  "EXPIRED",
  "NOT_CONFIRMED",
];

const person = fc.constantFrom(...PEOPLE);
const roles = fc.subarray(["finance", "cfo", "sales"], { minLength: 1 });
const reviewers = fc.subarray(["fiona", "bob", "robert", "dora", "sweeper"], { minLength: 1 });
const group = fc.record({ roles, reviewers, count: fc.integer({ min: 1, max: 2 }) }, { requiredKeys: [] });
const features: { readonly [K in keyof ReviewTerms]-?: fc.Arbitrary<NonNullable<ReviewTerms[K]>> } = {
  roles,
  reviewers,
  quorum: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.array(group, { minLength: 1, maxLength: 2 })),
  fourEyes: fc.boolean(),
  decisions: fc.subarray([...TYPES], { minLength: 1 }),
  confirm: fc.constantFrom("args.amount", "args.note", ["args.amount", "args.note"]),
  batch: fc.boolean(),
  remember: fc.subarray(["exact-args" as const, "tool" as const], { minLength: 1 }),
  expiresIn: fc.constantFrom("1h", "3h"),
  executeWithin: fc.constant("1h"),
  remind: fc.constant(["10m"]),
  escalate: fc.constantFrom({ after: "30m", roles: ["cfo"] } as const, { after: "2h", roles: ["sales"] } as const),
};
/** Few at a time: not many of them go together in one policy. */
const terms: fc.Arbitrary<ReviewTerms> = fc
  .subarray(Object.keys(features) as (keyof ReviewTerms)[], { maxLength: 3 })
  .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, features[key]])))) as fc.Arbitrary<ReviewTerms>;
const step = fc.record({ by: person, type: fc.constantFrom(...TYPES), wait: fc.constantFrom(0, MINUTE, 40 * MINUTE) });
const scenario = fc.record({
  terms,
  requestedBy: fc.option(person, { nil: undefined }),
  hasNote: fc.boolean(),
  steps: fc.array(step, { maxLength: 3 }),
  by: person,
  wait: fc.constantFrom(0, MINUTE, HOUR, 2 * HOUR),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

/** What a reviewer sends who types what has to be typed. */
function decisionOf(
  type: (typeof TYPES)[number],
  args: { readonly amount?: unknown; readonly note?: string },
  paths: ReviewTerms["confirm"],
): Decision {
  if (type === "reject") return reject("no");
  const changed = type === "edit" ? { ...args, amount: Number(args.amount) + 1, note: args.note ?? "y" } : args;
  const typed = { "args.amount": Number(changed.amount), ...(changed.note === undefined ? {} : { "args.note": changed.note }) };
  const confirm = paths === undefined ? {} : { confirm: typed };
  return type === "edit" ? edit(changed, confirm) : approve(confirm);
}

/** The request after all of it, and the gate that has it. Undefined: no policy can have these terms. */
async function played({ terms, requestedBy, hasNote, steps, wait }: Scenario) {
  let now = NOW;
  const args = z.object({ amount: z.number(), note: z.string().optional() });
  let policy;
  try {
    policy = definePolicy({ tools: { pay: { args, ask: true, review: terms } } });
  } catch {
    return undefined;
  }
  const gate = createGate({ policy, store: memoryStore({ now: () => now }), reviewer: { as: { id: "later" }, review: () => undefined } });
  const call = { threadId: "t", key: "1", tool: "pay", args: { amount: 1, ...(hasNote ? { note: "x" } : {}) } };
  const asked = await gate.ask({ ...call, requestedBy }).catch(() => undefined);
  if (!asked) return undefined;
  const { id } = asked;
  for (const each of steps) {
    now += each.wait;
    const request = await gate.get(id);
    if (request)
      await gate.decide(request, decisionOf(each.type, request.proposal.args, terms.confirm), { by: each.by }).catch(() => undefined);
  }
  now += wait;
  const request = await gate.get(id);
  return request && { gate, request, now };
}

describe("what a person may do", () => {
  it("is what the gate lets them do, and what it refuses has the gate's code", async () => {
    let [allowed, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(scenario, async (drawn) => {
        for (const type of TYPES) {
          const at = await played(drawn);
          if (!at) return;
          const { gate, request, now } = at;
          const permission = reviewOf(request, { now, by: drawn.by }).may[type];
          const decision = decisionOf(type, request.proposal.args, request.terms.confirm);
          const outcome = await gate.decide(request, decision, { by: drawn.by }).catch((error: unknown) => error);
          const code = isCountersignError(outcome) ? outcome.code : undefined;
          if (permission.allowed) {
            allowed++;
            expect(REFUSALS).not.toContain(code);
          } else if (code === undefined) {
            // The same vote again: the gate takes it, and nothing comes of it.
            expect(permission.code).toBe("ALREADY_DECIDED");
            const after = await gate.get(request.id);
            expect(after && missingSignatures(after)).toEqual(missingSignatures(request));
          } else {
            refused++;
            expect({ code, by: drawn.by.id, type }).toEqual({ code: permission.code, by: drawn.by.id, type });
          }
        }
      }),
      { numRuns: 120 },
    );
    expect(allowed).toBeGreaterThan(30);
    expect(refused).toBeGreaterThan(30);
  });

  it("in a batch, and with a decision that is remembered, is what the gate lets them do as well", async () => {
    await fc.assert(
      fc.asyncProperty(scenario, fc.constantFrom("exact-args" as const, "tool" as const), async (drawn, scope) => {
        const batched = await played(drawn);
        if (!batched) return;
        const { may } = reviewOf(batched.request, { now: batched.now, by: drawn.by });
        if (!may.approve.allowed) return;
        const decision = decisionOf("approve", batched.request.proposal.args, batched.request.terms.confirm);
        const inBatch = await batched.gate
          .decide(batched.request, decision, { by: drawn.by, batch: "b1" })
          .catch((error: unknown) => error);
        expect(isCountersignError(inBatch, "DECISION_NOT_ALLOWED")).toBe(!may.batch.allowed);
        const kept = await played(drawn);
        if (!kept) return;
        const remembering = { ...decision, remember: { scope } };
        const outcome = await kept.gate.decide(kept.request, remembering, { by: drawn.by }).catch((error: unknown) => error);
        expect(isCountersignError(outcome, "DECISION_NOT_ALLOWED")).toBe(!may.remember.includes(scope));
      }),
      { numRuns: 60 },
    );
  });
});

describe("why not", () => {
  const fiona: Principal = { id: "fiona", name: "Fiona", roles: ["finance"] };
  const may = (over: Parameters<typeof requestOf>[1], by: Principal | undefined = fiona) =>
    reviewOf(requestOf({ amount: 1 }, over), { now: NOW, by }).may;

  it("says who may, and what this person is", () => {
    expect(may({ terms: { roles: ["cfo"], reviewers: ["alice"] } }).approve).toEqual({
      allowed: false,
      code: "NOT_AUTHORIZED",
      reason: "It takes cfo or alice. Your roles: finance.",
    });
    expect(may({ terms: { roles: ["cfo"] } }, { id: "bob" }).reject).toMatchObject({ reason: "It takes cfo. You have no role." });
    expect(may({ terms: {} }, { id: "bot", kind: "service" }).reject).toMatchObject({
      reason: "A principal of kind service signs only where the terms name it.",
    });
  });

  it("says so where nobody is named", () => {
    const permissions = reviewOf(requestOf({ amount: 1 }), { now: NOW }).may;
    for (const type of TYPES) expect(permissions[type]).toMatchObject({ allowed: false, code: "INVALID_ARGS" });
    expect(permissions.batch).toMatchObject({ allowed: false });
    expect(permissions.remember).toEqual([]);
  });

  it("tells whoever asked, and whoever edited, that somebody else signs", () => {
    expect(may({ terms: { fourEyes: true }, requestedBy: fiona }).approve).toMatchObject({
      code: "SELF_REVIEW",
      reason: expect.stringContaining("asked for this call"),
    });
    const proposal = { args: { amount: 2 }, digest: "e", by: fiona };
    expect(may({ terms: { fourEyes: true }, proposal }).approve).toMatchObject({
      code: "SELF_REVIEW",
      reason: expect.stringContaining("wrote these arguments"),
    });
  });

  it("names the winner, and the time", () => {
    const record = { decision: reject("no"), by: { id: "bob" }, at: NOW - HOUR, via: "cli", digest: "d", signature: undefined };
    expect(may({ status: "rejected", decisions: [record], decidedAt: NOW - HOUR }).approve).toMatchObject({
      code: "ALREADY_DECIDED",
      reason: "It was rejected by bob, 1h ago.",
    });
    expect(may({ expiresAt: NOW - MINUTE }).approve).toMatchObject({ code: "EXPIRED", reason: "It has expired, 1m ago." });
  });

  it("says what can't be typed", () => {
    expect(may({ terms: { confirm: "args.iban" } }).approve).toMatchObject({
      code: "NOT_CONFIRMED",
      reason: expect.stringContaining("args.iban"),
    });
  });
});
