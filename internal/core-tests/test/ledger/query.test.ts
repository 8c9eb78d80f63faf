import type { Principal } from "@countersign/core";
import {
  comparing,
  cursorOf,
  pageLimit,
  pageStart,
  requestMatches,
  searchedWords,
  searchWords,
  statesOf,
  type RequestQuery,
  type RequestRecord,
} from "@countersign/core/store";
import { request, T0 } from "@countersign/store-tests";
import { expect, test } from "vitest";

/** An approval of these arguments. */
function decided(by: string, digest: string): RequestRecord["decisions"][number] {
  return { decision: { type: "approve" }, by: { id: by }, at: T0, via: undefined, digest, signature: undefined };
}

const bob = { id: "bob", roles: ["finance"] };
/** Bob, as the page knows him. */
const page: Principal = { id: "https://id.example.com 117", aliases: ["bob"], roles: ["finance"] };
const bot: Principal = { id: "bot", roles: ["finance"], kind: "service" };
const asked = { requestedBy: bob };
const done = { state: "done" } as const;

const CASES: readonly (readonly [found: boolean, record: Partial<RequestRecord>, query: RequestQuery])[] = [
  [true, {}, {}],
  [true, {}, { order: "newest", limit: 1, after: "1_x" }],
  [true, {}, { status: "pending", execution: "none" }],
  [false, {}, { status: "approved" }],
  [true, done, { status: "approved", execution: "done" }],
  [false, done, { execution: "none" }],
  [false, { ...done, state: "purged" }, {}],
  [false, { ...done, state: "purged" }, { execution: "done" }],
  [false, {}, { tool: "refund" }],
  [true, {}, { tool: "send_payment", agent: "payments", threadId: "pay-001" }],
  [false, {}, { tool: "send_payment", agent: "payments", threadId: "pay-002" }],
  [false, {}, { requestedBy: "bob" }],
  [true, asked, { requestedBy: "bob" }],
  [true, {}, { reviewableBy: { id: "anyone" } }],
  [false, done, { reviewableBy: bob }],
  [true, { terms: { roles: ["legal", "finance"] } }, { reviewableBy: bob }],
  [false, { terms: { roles: ["legal"] } }, { reviewableBy: bob }],
  [false, { terms: { roles: ["bob"] } }, { reviewableBy: bob }],
  [true, { terms: { roles: ["legal"], reviewers: ["bob"] } }, { reviewableBy: bob }],
  [false, { terms: { reviewers: ["carol", "finance"] } }, { reviewableBy: bob }],
  [true, asked, { reviewableBy: bob }],
  [false, { ...asked, terms: { fourEyes: true } }, { reviewableBy: bob }],
  [true, { requestedBy: { id: "alice" }, terms: { fourEyes: true } }, { reviewableBy: bob }],
  [false, { decisions: [decided("bob", "digest-1")] }, { reviewableBy: bob }],
  [true, { decisions: [decided("bob", "digest-0"), decided("alice", "digest-1")] }, { reviewableBy: bob }],
  [false, {}, { reviewableBy: bob, tool: "refund" }],
  [true, { terms: { reviewers: ["bob"] } }, { reviewableBy: page }],
  [false, { decisions: [decided("bob", "digest-1")] }, { reviewableBy: page }],
  [false, { decisions: [{ ...decided("rob", "digest-1"), by: page }] }, { reviewableBy: bob }],
  [false, { ...asked, terms: { fourEyes: true } }, { reviewableBy: page }],
  [false, { requestedBy: page, terms: { fourEyes: true } }, { reviewableBy: bob }],
  [false, {}, { reviewableBy: bot }],
  [false, { terms: { roles: ["finance"] } }, { reviewableBy: bot }],
  [true, { terms: { roles: ["legal"], reviewers: ["bot"] } }, { reviewableBy: bot }],
  [true, { terms: { reviewers: ["bot@example.com"] } }, { reviewableBy: { ...bot, aliases: ["bot@example.com"] } }],
  [true, done, { visibleTo: { id: "anyone" } }],
  [false, done, { visibleTo: bot }],
  [true, { ...done, terms: { roles: ["finance"] } }, { visibleTo: bob }],
  [false, { ...done, terms: { roles: ["legal"] } }, { visibleTo: bob }],
  [true, { ...done, terms: { roles: ["legal"] }, ...asked }, { visibleTo: page }],
  [true, { ...done, terms: { roles: ["legal"] }, decisions: [decided("bob", "digest-0")] }, { visibleTo: page }],
  [false, { ...done, state: "purged" }, { visibleTo: bob }],
  [true, { decisions: [decided("bob", "digest-0")] }, { decidedBy: "bob" }],
  [true, { decisions: [{ ...decided("rob", "digest-1"), by: page }] }, { decidedBy: "bob" }],
  [false, asked, { decidedBy: "bob" }],
  [true, {}, { askedBefore: T0 + 1 }],
  [false, {}, { askedBefore: T0 }],
  [true, {}, { idPrefix: "r" }],
  [false, {}, { idPrefix: "1" }],
  [true, {}, { search: "SEND r1" }],
  [false, {}, { search: "send r2" }],
];

test.each(CASES)("%j: %j %j", (found, record, query) => {
  expect(requestMatches(request("r1", record), query)).toBe(found);
});

test("the states that a query can find", () => {
  expect(statesOf({})).toHaveLength(9);
  expect(statesOf({ status: "approved" })).toEqual(["approved", "executing", "done", "failed", "unknown"]);
  expect(statesOf({ execution: "unknown" })).toEqual(["unknown"]);
  expect(statesOf({ reviewableBy: bob })).toEqual(["pending"]);
  expect(statesOf({ status: "rejected", execution: "done" })).toEqual([]);
});

test("a page's size and start", () => {
  expect([pageLimit({}), pageLimit({ limit: 1 }), pageLimit({ limit: 1_000 })]).toEqual([50, 1, 1_000]);
  expect(pageStart({})).toBeUndefined();
  expect(pageStart({ after: cursorOf(request("r_1")) })).toEqual({ askedAt: T0, id: "r_1" });
});

test("a page's start by deadline, which no other order takes", () => {
  for (const end of [request("r_1"), request("r_1", { expiresAt: T0 + 5 })]) {
    const after = cursorOf(end, "deadline");
    expect(pageStart({ after, order: "deadline" })).toEqual({ askedAt: T0, id: "r_1", ...(end.expiresAt && { expiresAt: T0 + 5 }) });
    expect(() => pageStart({ after })).toThrow("not a cursor of this order");
    expect(() => pageStart({ after: cursorOf(end), order: "deadline" })).toThrow("not a cursor of this order");
  }
});

test("which comes first", () => {
  const ends = [
    { id: "d", askedAt: 1 },
    { id: "b", askedAt: 2, expiresAt: 9 },
    { id: "a", askedAt: 2, expiresAt: 9 },
    { id: "c", askedAt: 3, expiresAt: 8 },
  ];
  const sorted = (order: RequestQuery["order"]): string => ends.toSorted(comparing(order)).map(({ id }) => id).join(""); // prettier-ignore
  expect([sorted("oldest"), sorted("newest"), sorted("deadline"), sorted(undefined)]).toEqual(["dabc", "cbad", "cabd", "dabc"]);
});

test("the words of a search, and those of a request", () => {
  expect(searchWords(" Ünï  pay_ment-7! pay ")).toEqual(["ünï", "pay", "ment", "7"]);
  expect(searchWords("x".repeat(200))).toEqual(["x".repeat(64)]);
  expect(() => searchWords("x".repeat(201))).toThrow("longer than 200 characters");
  expect(() => searchWords("a b c d e f g h i j k")).toThrow("more than 10 words");
  const record = request("0a1b", { namespace: "billing", requestedBy: { id: "bob@acme", name: "Bob Ａ" } });
  expect(searchedWords(record)).toEqual(["0a1b", "billing", "send", "payment", "payments", "bob", "acme", "a", "pay", "001"]);
});
