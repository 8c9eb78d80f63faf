// How much an approval takes, and what is said: functions of what a review holds.
import { expect, test } from "vitest";
import { approveBy, careFor, type Care, type Means } from "../../src/page/requests/decide/how-to-approve.ts";
import { withReason } from "../../src/page/requests/decide/reject-reasons.ts";
import { rememberText } from "../../src/page/requests/decide/remember-text.ts";
import { resultOf, settlementOf } from "../../src/page/requests/decide/settlement-of.ts";

const plain = { confirm: [], risk: "low", warnings: [] } as const;
const warning = (kind: "duplicate" | "deadline" | "long" | "unusual" | "frozen", severity: "danger" | "caution" | "note") => ({
  kind,
  severity,
  text: "",
  path: undefined,
  requests: [],
});

test.for<[why: string, review: Parameters<typeof careFor>[0], care: Care]>([
  ["the policy says low", plain, "light"],
  ["the policy says medium", { ...plain, risk: "medium" }, "light"],
  ["nobody says how risky it is", { ...plain, risk: undefined }, "twice"],
  ["it is too long for a glance", { ...plain, warnings: [warning("long", "note")] }, "twice"],
  ["the policy says high", { ...plain, risk: "high" }, "closely"],
  ["the same was done before", { ...plain, warnings: [warning("duplicate", "danger")] }, "closely"],
  ["it is unusual", { ...plain, warnings: [warning("unusual", "caution")] }, "closely"],
  ["it is frozen", { ...plain, warnings: [warning("frozen", "danger")] }, "closely"],
  ["little time is left", { ...plain, warnings: [warning("deadline", "caution")] }, "light"],
  ["the deadline is over", { ...plain, warnings: [warning("deadline", "danger")] }, "closely"],
  ["a note", { ...plain, warnings: [warning("duplicate", "note")] }, "light"],
  ["a value is to be typed", { ...plain, confirm: [{ path: "args.amount", label: "amount" }] }, "typed"],
  [
    "a value is to be typed, and it is dangerous",
    { confirm: [{ path: "args.amount", label: "amount" }], risk: "high", warnings: [warning("duplicate", "danger")] },
    "typed",
  ],
])("%s: %o is approved %s", ([, review, care]) => {
  expect(careFor(review)).toBe(care);
});

test.for<[Care, Means, ReturnType<typeof approveBy>]>([
  ["light", "mouse", "sign"],
  ["light", "key", "ask"],
  ["light", "finger", "hold"],
  ["twice", "mouse", "ask"],
  ["twice", "key", "ask"],
  ["twice", "finger", "hold"],
  ["closely", "mouse", "ask"],
  ["closely", "key", "ask"],
  ["closely", "finger", "ask"],
  ["typed", "mouse", "ask"],
  ["typed", "key", "ask"],
  ["typed", "finger", "ask"],
])("%s, with a %s: %s", ([care, means, outcome]) => {
  expect(approveBy(care, means)).toBe(outcome);
});

test("what a remembered decision covers is said in full", () => {
  const covered = { decision: "approve", tool: "send_payment", askedBy: "Dora" } as const;
  expect(rememberText({ scope: "exact-args", within: "thread", for: "1h", times: 1 }, covered)).toBe(
    "For 1 hour, in this conversation, the next call of send_payment with exactly these arguments runs without anybody being asked. What the policy denies stays denied.",
  );
  expect(rememberText({ scope: "tool", within: "requester", for: "7d", times: 100 }, { ...covered, decision: "reject" })).toBe(
    "For 7 days, in every conversation of Dora, the next 100 calls of send_payment, whatever the arguments, are rejected without anybody being asked. What the policy denies stays denied.",
  );
});

test("a reason takes the place of another one, and leaves what somebody wrote", () => {
  expect(withReason("", "Wrong amount")).toBe("Wrong amount");
  expect(withReason("Wrong amount", "Not needed")).toBe("Not needed");
  expect(withReason("It is 400.", "Wrong amount")).toBe("Wrong amount. It is 400.");
  expect(withReason("Wrong amount. It is 400.", "Not needed")).toBe("Not needed. It is 400.");
});

test("what the outside system says is complete before it is sent", () => {
  expect(settlementOf(undefined, "x")).toBeUndefined();
  expect(settlementOf("executed", " ")).toBeUndefined();
  expect(settlementOf("failed", "")).toBeUndefined();
  expect(settlementOf("executed", '{"paid":1}')).toEqual({ executed: { paid: 1 } });
  expect(settlementOf("executed", "paid in full")).toEqual({ executed: "paid in full" });
  expect(settlementOf("failed", "no such account")).toEqual({ failed: "no such account" });
  expect(settlementOf("retry", "")).toEqual({ retry: true });
  expect(resultOf("12").isJson).toBe(true);
  expect(resultOf("twelve").isJson).toBe(false);
  // The number of a transfer: the model gets it digit by digit.
  expect(settlementOf("executed", "9007199254740993")).toEqual({ executed: "9007199254740993" });
  expect(resultOf('{"paid":1,"paid":2}')).toEqual({ value: '{"paid":1,"paid":2}', isJson: false });
});
