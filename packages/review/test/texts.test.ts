import { describe, expect, it } from "vitest";
import { personText, reviewOf, spanText, summaryOf, visible, visibleJson } from "../src/index.ts";
import { HOUR, MINUTE, NOW, requestOf } from "./support.ts";

describe("visible", () => {
  it.each([
    ["plain text, with a \\ in it", "plain text, with a \\ in it"],
    ["a\u202eb\u200b\n", "a\\u{202e}b\\u{200b}\\u{a}"],
    ["\\u{202e}", "\\u{5c}u{202e}"],
    ["\ud800x", "\\u{d800}x"],
    ["\u00a0\u2800\u3164\u{e0041}", "\\u{a0}\\u{2800}\\u{3164}\\u{e0041}"],
    ["\u0301a", "\\u{301}a"],
    ["Z\u0301\u0302\u0303\u0304", "Z\u0301\u0302\\u{303}\\u{304}"],
    ["x\u200b\u0301", "x\\u{200b}\\u{301}"],
    ["Việt, हिन्दी, ไทย, עִבְרִית", "Việt, हिन्दी, ไทย, עִבְרִית"],
  ])("%j", (text, shown) => expect(visible(text)).toBe(shown));

  it("JSON is what a program reads back", () => {
    const value = { a: "\u202e\u2800", b: ["Z\u0301\u0302\u0303", "\u{e0041}"] };
    expect(visibleJson(value, 0)).toBe('{"a":"\\u202e\\u2800","b":["Z\u0301\u0302\\u0303","\\udb40\\udc41"]}');
    expect(JSON.parse(visibleJson(value))).toEqual(value);
  });

  it("JSON has what JSON has no word for as stores keep it, without members that are undefined", () => {
    const receipt = { result: { png: Buffer.from("png"), at: new Date(0), n: 1n, f: () => {} }, none: undefined };
    expect(visibleJson(receipt, 0)).toBe(
      '{"result":{"png":{"$Buffer":"cG5n"},"at":{"$Date":"1970-01-01T00:00:00.000Z"},"n":{"$BigInt":"1"}}}',
    );
  });
});

it.each([
  [0, "0s"],
  [999, "0s"],
  [45_000, "45s"],
  [-45_000, "45s"],
  [2 * HOUR + 14 * MINUTE + 59_000, "2h 14m"],
  [72 * HOUR, "3d"],
  [75 * HOUR + MINUTE, "3d 3h"],
  [24 * HOUR + MINUTE, "1d"],
  [NaN, "unknown"],
])("%d ms are %s", (ms, text) => expect(spanText(ms)).toBe(text));

it.each([
  [{ id: "fiona" }, "fiona"],
  [{ id: "fiona", name: "Fiona", roles: ["finance"] }, "Fiona (finance)"],
  [{ id: "ff@example.com", name: "Fiona", roles: ["finance", "cfo"] }, "Fiona (ff@example.com; finance, cfo)"],
  [{ id: "sweeper", kind: "service" as const }, "sweeper (service)"],
  [{ id: "a\u202eb", name: "" }, "a\\u{202e}b"],
])("%j is %s", (principal, text) => expect(personText(principal)).toBe(text));

describe("a title", () => {
  const title = (args: Record<string, unknown>, over = {}) => reviewOf(requestOf(args, over), { now: NOW });

  it("is the policy's, on one line", () => {
    const args = { amount: 1 };
    const described = title(args, { proposal: { args, digest: "d", by: undefined, description: { title: "Pay\n  Acme \u202eCorp" } } });
    expect(described).toMatchObject({ title: "Pay Acme \\u{202e}Corp", isDescribed: true });
  });

  it("or the tool with its most telling short arguments", () => {
    const args = { note: "x".repeat(100), amount: 4200, lines: ["a"], urgent: true, text: "a\nb", recipient: "Acme Corp" };
    expect(title(args)).toMatchObject({ title: 'send_payment: recipient "Acme Corp", amount 4200, urgent true', isDescribed: false });
    expect(title({}, { namespace: "billing" }).title).toBe("billing/send_payment");
  });
});

describe("a row of a list", () => {
  it("says how it stands", () => {
    const request = requestOf({ amount: 1 }, { terms: { quorum: 2 }, expiresAt: NOW + 2 * HOUR, askedAt: NOW - 3 * HOUR });
    expect(summaryOf(request, { now: NOW })).toMatchObject({
      title: "send_payment: amount 1",
      age: "3h",
      left: "2h",
      signatures: "0 of 2",
      missing: "2 more",
      marks: [],
    });
  });

  it("says which call it is, and by whom it was decided when", () => {
    const request = requestOf({ amount: 1 }, { threadId: "t\u202e", expiresAt: NOW + 2 * HOUR });
    expect(summaryOf(request, { now: NOW })).toMatchObject({
      digest: request.proposal.digest,
      execution: "none",
      thread: "t\\u{202e}",
      asked: { at: NOW - HOUR, text: "1h ago" },
      deadline: { at: NOW + 2 * HOUR, text: "in 2h" },
      decided: undefined,
      decidedBy: undefined,
    });
    const { digest } = request.proposal;
    const by = { id: "fiona", name: "Fiona", roles: ["finance"] };
    const decisions = [{ decision: { type: "approve" }, by, at: NOW, via: undefined, digest, signature: undefined }] as const;
    const approved = { ...request, status: "approved", execution: "done", decidedAt: NOW - MINUTE, decisions } as const;
    expect(summaryOf(approved, { now: NOW })).toMatchObject({
      execution: "done",
      deadline: undefined,
      decided: { text: "1m ago" },
      decidedBy: "Fiona",
    });
    expect(summaryOf({ ...approved, decisions: [], grantId: "g" }, { now: NOW }).decidedBy).toBe("a remembered decision");
    expect(summaryOf({ ...approved, status: "cancelled" }, { now: NOW }).decidedBy).toBeUndefined();
  });

  it("says what is wrong with it", () => {
    const args = { amount: 2 };
    const request = requestOf(
      { amount: 1 },
      { proposal: { args, digest: "e", by: { id: "bob" } }, expiresAt: NOW + MINUTE, askedAt: NOW - 3 * HOUR },
    );
    const duplicates = [requestOf(args, { id: "x", status: "approved", execution: "done" })];
    const freezes = [{ id: "f", by: { id: "bob" }, reason: "incident", at: NOW }];
    expect(summaryOf(request, { now: NOW, duplicates, freezes }).marks).toEqual(["ran before", "frozen", "edited", "due soon"]);
    expect(summaryOf({ ...request, expiresAt: NOW - 1 }, { now: NOW })).toMatchObject({ left: "overdue" });
    expect(summaryOf({ ...request, status: "approved", execution: "unknown" }, { now: NOW, freezes })).toMatchObject({
      statusText: "approved, outcome unknown",
      left: undefined,
      signatures: undefined,
      marks: ["edited"],
    });
  });
});
