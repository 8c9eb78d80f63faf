import type { Principal } from "@countersign/core";
import { cursorOf, pageLimit, pageStart, requestMatches, statesOf, type RequestQuery, type RequestRecord } from "@countersign/core/store";
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
