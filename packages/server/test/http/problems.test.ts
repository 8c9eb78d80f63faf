import { CountersignError, edit, isCountersignError, MASK, type ApprovalRequest } from "@countersign/core";
import { expect, test } from "vitest";
import { visibleError } from "../../src/http/visible-error.ts";
import { problemOf } from "../../src/http/problem.ts";
import { rightsOf } from "../../src/access/rights.ts";
import { CALLERS, desk, type CallerName } from "../support/desk.ts";

test("whoever comes second is told who was first and what holds now, without what is masked", async () => {
  const { gate, payment, call } = desk();
  const request = await payment("raced");
  const args = { ...request.args, amount: 7, iban: "GB33BUKB20201555555555" };
  await gate.decide(request, edit(args), { by: CALLERS.reviewer.by });
  const body = { digest: request.proposal.digest, decision: { type: "reject" } };
  const answer = await call("reviewer-bot", "POST", `/v1/requests/${request.id}/decisions`, body);
  expect(answer.status).toBe(409);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body).toMatchObject({
    type: "https://github.com/countersign/countersign/blob/main/docs/errors.md#already_decided",
    title: "Already decided",
    status: 409,
    code: "ALREADY_DECIDED",
    details: {
      request: { id: request.id, status: "approved", approvedArgs: { amount: 7, iban: MASK } },
      winner: { by: { id: "fiona" }, decision: { type: "edit", args: { amount: 7, iban: MASK } } },
    },
    requestId: answer.headers.get("x-request-id"),
  });
  expect(answer.text).not.toMatch(/DE8937|GB33BU/);
});

test("a decision without a digest", async () => {
  const { payment, call } = desk();
  const { id } = await payment("blind");
  const answer = await call("reviewer", "POST", `/v1/requests/${id}/decisions`, { decision: { type: "approve" } });
  expect([answer.status, answer.body.code]).toEqual([428, "DIGEST_REQUIRED"]);
});

test.each<CallerName>(["reviewer without the role", "agentless key"])(
  "an error about a request that the %s may not see is one about none",
  async (name) => {
    const { payment, gate } = desk();
    const request = await payment("foreign");
    const caller = CALLERS[name];
    const context = { caller, rights: rightsOf(caller, { operators: [], auditors: [] }), gate } as never;
    const missing = problemOf(new CountersignError("REQUEST_NOT_FOUND", { id: request.id }), "1");
    for (const error of about(request)) expect(problemOf(visibleError(error, context), "1")).toEqual(missing);
    // Nobody is known yet where it was thrown.
    for (const error of about(request)) expect(problemOf(visibleError(error, undefined), "1")).toEqual(missing);
  },
);

/** All errors that carry a request. */
function about(request: ApprovalRequest): readonly CountersignError[] {
  return [
    new CountersignError("ALREADY_DECIDED", { request, winner: undefined }),
    new CountersignError("ARGS_CHANGED", { request }),
    new CountersignError("CONFLICT", { request }),
    new CountersignError("EXPIRED", { request }),
    new CountersignError("EDIT_UNCHECKABLE", { request }),
    new CountersignError("EXECUTION_BUSY", { request }),
    new CountersignError("EXECUTION_UNKNOWN", { request }),
    new CountersignError("NOT_APPROVED", { request }),
    new CountersignError("NOT_CONFIRMED", { request, paths: ["args.iban"], valueless: [] }),
  ];
}

test("a code that this version doesn't know is an unexpected error", () => {
  const later = new CountersignError("CONFLICT", { request: { id: "1" } as ApprovalRequest });
  Object.defineProperty(later, "code", { value: "FROM_THE_FUTURE" });
  expect(isCountersignError(later)).toBe(true);
  expect(problemOf(later, "1").problem).toMatchObject({ status: 500, code: "INTERNAL" });
});
