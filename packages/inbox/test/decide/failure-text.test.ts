// Whatever can go wrong is said in words, with what to do.
import { ApiError, type ApiErrorCode } from "@countersign/server/client";
import { expect, test } from "vitest";
import { failureText } from "../../src/page/look/failure-text.ts";

const NOW = Date.now();
const request = { status: "approved", execution: "executing", decidedAt: NOW - 65_000 };

function failed(code: ApiErrorCode, details: unknown = {}, retryAfter?: number): ApiError {
  return new ApiError(code, `the server's words for ${code}`, { status: 409, details, requestId: "r-1", retryAfter });
}

test("somebody was faster: who, what and when", () => {
  const winner = { by: { id: "bob", name: "Bob\u202e" }, at: NOW - 65_000, decision: { type: "reject" } };
  const { what, todo, next } = failureText(failed("ALREADY_DECIDED", { request, winner }), "signing");
  expect(what).toMatch(/^Bob\\u\{202e\} \(bob\) rejected it first, 1m 5s ago\.$/);
  expect({ todo, next }).toEqual({ todo: "Nothing of yours was recorded.", next: "look" });
  expect(failureText(failed("ALREADY_DECIDED", { request: { ...request, status: "expired" } })).what).toBe(
    "It is expired already, 1m 5s ago.",
  );
});

test("texts of others are drawn with their hidden characters in sight", () => {
  const texts = [
    failureText(failed("POLICY_DENIED", { reason: "over\u202e $1" })),
    failureText(failed("FROZEN", { by: { id: "o\u200bscar" }, reason: "x\u202e", tool: "pay\u202e" })),
    failureText(failed("NOT_AUTHORIZED", { missing: ["cfo\u202e"] })),
    failureText(failed("DECISION_NOT_ALLOWED", { allowed: ["re\u202eject"] })),
    failureText(failed("INVALID_ARGS", { issues: [{ path: ["a\u202e"], message: "b\u202e" }] })),
    failureText(failed("NOT_CONFIRMED", { paths: ["args.a\u202e"], valueless: [] })),
    failureText(failed("NO_SUCH_CODE" as ApiErrorCode)),
  ];
  for (const { what, todo } of texts) expect(`${what}${todo}`).not.toMatch(/[\u202e\u200b]/);
});

test("no answer to a decision: pressing again is safe; to a question: try again", () => {
  const silent = [new TypeError("Failed to fetch"), failed("NO_ANSWER"), failed("TIMEOUT", { after: 1 }), failed("NOT_COUNTERSIGN")];
  for (const error of silent) {
    expect(failureText(error, "signing")).toMatchObject({ next: "again", todo: expect.stringContaining("may have been recorded") });
    expect(failureText(error, "reading").todo).not.toContain("recorded");
  }
});

test("how long to wait is a time, and the id for the log is kept", () => {
  expect(failureText(failed("RATE_LIMITED", {}, 7), "signing", NOW)).toMatchObject({
    notBefore: NOW + 7_000,
    requestId: "r-1",
    next: "again",
  });
  expect(failureText(failed("STORE_UNAVAILABLE", { retryable: true }), "signing", NOW).notBefore).toBeUndefined();
});
