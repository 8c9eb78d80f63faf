import { MASK, type ApprovalRequest, type JsonObject } from "@countersign/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reviewOf, summaryOf, type ReviewContext } from "../src/index.ts";
import { HOUR, NOW, requestOf, textsIn } from "./support.ts";

/** Written here by itself: what no text of a review may have. */
const FORBIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}\u{fffc}]|(?! )\p{Zs}|^\p{M}|[\p{Mn}\p{Me}]{3}/u;

const NASTY = ["\u202e", "\u2066", "\u200b", "\u0000", "\u001b[2J", "\r", "\n", "\u2028", "\ud800", "\udc00", "\u{e0041}", "\ufe0f", "\u3164", "\u2800", "\u00a0", "\u0301", "\u0336", "\ufff9", "\u115f", "\u{10ffff}", "\ue000", "\u034f", "\u3000", "\\u{202e}", '"', "│", "│ status     pending", "а", "א", MASK, "__proto__"]; // prettier-ignore
const nasty = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: "binary", maxLength: 4 })), { maxLength: 8 })
      .map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme" }) },
);
const person = fc.record({ id: nasty, name: fc.option(nasty, { nil: undefined }), roles: fc.array(nasty, { maxLength: 2 }) });
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    nasty,
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(nasty, tie("value")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;
const args = fc
  .array(fc.tuple(nasty, json), { maxLength: 4 })
  .map((entries) => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as JsonObject);
const time = fc.oneof(fc.integer({ min: NOW - HOUR, max: NOW + HOUR }), fc.constantFrom(NaN, Infinity, -1e300, 8.64e15));
const record = fc.record({
  decision: fc.oneof(
    fc.record({ type: fc.constant("approve"), comment: nasty }),
    fc.record({ type: fc.constant("edit"), args }),
    fc.record({ type: fc.constant("reject"), message: nasty }),
  ),
  by: person,
  at: time,
  via: fc.option(nasty, { nil: undefined }),
  digest: fc.constantFrom("d".repeat(64), "e"),
});
const anyRequest = fc
  .record({
    proposal: fc.record({
      args,
      digest: fc.constantFrom("d".repeat(64), "e"),
      by: fc.option(person, { nil: undefined }),
      parsed: fc.option(
        fc.record({
          sets: fc.array(
            fc.record({ path: fc.array(fc.oneof(nasty, fc.nat(3)), { maxLength: 3 }), value: json }, { requiredKeys: ["path"] }),
            { maxLength: 3 },
          ),
          atRunTime: fc.array(fc.array(nasty, { maxLength: 2 }), { maxLength: 2 }),
        }),
        { nil: undefined },
      ),
      description: fc.option(
        fc.record({
          title: nasty,
          facts: fc.array(fc.record({ label: nasty, value: nasty }), { maxLength: 2 }),
          links: fc.array(fc.record({ label: nasty, url: fc.oneof(nasty, fc.webUrl(), fc.constant("javascript:alert(1)")) }), {
            maxLength: 2,
          }),
        }),
        { nil: undefined },
      ),
    }),
    args,
    argsSchema: fc.option(json, { nil: undefined }),
    tool: nasty,
    namespace: fc.option(nasty, { nil: undefined }),
    agent: nasty,
    threadId: nasty,
    reason: nasty,
    requestedBy: fc.option(person, { nil: undefined }),
    decisions: fc.array(record, { maxLength: 3 }),
    status: fc.constantFrom("pending", "approved", "rejected", "expired", "cancelled"),
    execution: fc.constantFrom("none", "executing", "done", "failed", "unknown"),
    receipt: fc.option(
      fc.oneof(
        fc.record({
          status: fc.constant("done"),
          result: fc.oneof(json, fc.constantFrom(new Date(0), new Uint8Array([1]), 1n, undefined)),
          at: time,
        }),
        fc.record({ status: fc.constant("failed"), error: nasty, at: time }),
      ),
      { nil: undefined },
    ),
    grantId: fc.option(nasty, { nil: undefined }),
    terms: fc.record(
      { roles: fc.array(nasty, { maxLength: 2 }), reviewers: fc.array(nasty, { maxLength: 2 }), confirm: fc.constant("args.a") },
      { requiredKeys: [] },
    ),
    askedAt: time,
    expiresAt: fc.option(time, { nil: undefined }),
    decidedAt: fc.option(time, { nil: undefined }),
  })
  .map((over) => requestOf({}, over as unknown as Partial<ApprovalRequest>));
const context = fc.record({
  now: fc.constant(NOW),
  by: person,
  duplicates: fc.array(
    anyRequest.map((request) => ({ ...request, id: "other" })),
    { maxLength: 1 },
  ),
  freezes: fc.array(fc.record({ id: nasty, by: person, reason: nasty, at: time, tool: nasty }), { maxLength: 1 }),
  past: fc.array(anyRequest, { maxLength: 6 }),
  seen: anyRequest,
  mine: args,
  remembered: fc.record({ by: person, at: time, requestId: nasty, message: nasty }),
}) as fc.Arbitrary<ReviewContext>;

describe("whatever a store holds", () => {
  it("a review is made, each of its texts is one plain line, and it survives JSON", () => {
    fc.assert(
      fc.property(anyRequest, context, (request, around) => {
        for (const made of [reviewOf(request, around), summaryOf(request, around)]) {
          const { status: _status, ...texts } = made;
          // Paths are what the arguments have: they find a value, and nobody reads them.
          const wrong = textsIn(withoutPaths(texts)).filter((text) => FORBIDDEN.test(text));
          expect(wrong).toEqual([]);
          // What is absent may be a member that is undefined.
          expect(JSON.parse(JSON.stringify(made))).toEqual(made);
        }
      }),
      { numRuns: 120 },
    );
  });

  it("the same request gives the same review", () => {
    fc.assert(
      fc.property(anyRequest, context, (request, around) => {
        expect(reviewOf(request, around)).toEqual(reviewOf(structuredClone(request), around));
      }),
      { numRuns: 30 },
    );
  });

  it("a value of many lines, of nothing but what is hidden, or nested as deep as can be is no trouble", () => {
    const nested = (depth: number, inside: unknown, wrap: (value: unknown) => unknown): unknown => {
      let value = inside;
      for (let level = 0; level < depth; level++) value = wrap(value);
      return value;
    };
    const many = 300_000;
    const texts = [" ", "\n", "a\n", "\u202e", "status ", "1,", "\t", "approve? "].map((part) => part.repeat(many / part.length));
    const values: readonly unknown[] = [
      ...texts,
      nested(499, 1, (value) => ({ a: value })),
      nested(20_000, 1, (value) => [value]),
      Array.from({ length: 10_000 }, (_, index) => ({ index })),
    ];
    for (const a of values) {
      const review = reviewOf(requestOf({ a }, { args: { a: typeof a === "string" ? `${a}x` : a } }), { now: NOW, mine: { a: "x" } });
      expect(review.args).toHaveLength(1);
      expect(review.differences).toHaveLength(1);
    }
  });

  it("keys that objects are born with are keys like any other", () => {
    const args = JSON.parse('{"__proto__":{"x":1},"constructor":2,"toString":"3","hasOwnProperty":null}') as JsonObject;
    const review = reviewOf(requestOf(args), { now: NOW, mine: JSON.parse('{"__proto__":{"x":2}}') as JsonObject });
    expect(review.args.map(({ name }) => name)).toEqual(["__proto__", "constructor", "toString", "hasOwnProperty"]);
    expect(review.differences.map(({ name }) => name)).toEqual(["__proto__.x", "constructor", "toString", "hasOwnProperty"]);
  });

  it("a purged request is what is left of it", () => {
    const purged = requestOf(
      {},
      { status: "approved", execution: "done", reason: "purged", rule: "", policyHash: "", requestedBy: undefined },
    );
    expect(reviewOf(purged, { now: NOW })).toMatchObject({
      title: "send_payment",
      args: [],
      statusText: "approved, done",
      outcome: undefined,
      missing: "",
    });
  });
});

function withoutPaths(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPaths);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (key === "path" && Array.isArray(member) ? [] : [[key, withoutPaths(member)]])),
  );
}
