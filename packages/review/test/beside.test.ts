// What a person may do beside deciding, and why not.
import { expect, it } from "vitest";
import { mayCancel, maySettle } from "../src/index.ts";
import { HOUR, NOW, requestOf } from "./support.ts";

const FIONA = { id: "fiona", roles: ["finance"] };
const TERMS = { roles: ["finance"], fourEyes: true };
const RAN = { status: "approved", execution: "done", begun: true } as const;

it.each([
  ["what waits", {}, { allowed: true }],
  ["what was approved", { status: "approved" }, { allowed: true }],
  ["what was begun", { status: "approved", begun: true }, { allowed: false, code: "ALREADY_DECIDED", reason: "It has begun to run." }],
  ["what is about to begin", { status: "approved", execution: "executing" }, { allowed: false, code: "ALREADY_DECIDED" }],
  ["what was cancelled", { status: "cancelled", decidedAt: NOW - HOUR }, { allowed: false, reason: "It was cancelled, 1h ago." }],
] as const)("%s can be withdrawn, or not", (_what, over, permission) => {
  expect(mayCancel(requestOf({}, over), FIONA, NOW)).toMatchObject(permission);
});

it.each([
  ["an unknown outcome", FIONA, { ...RAN, execution: "unknown" }, { allowed: true }],
  ["a known outcome", FIONA, RAN, { allowed: false, code: "CONFLICT", reason: "Its outcome is known." }],
  ["what waits", FIONA, {}, { allowed: false, code: "CONFLICT", reason: "It has not run." }],
  ["what others sign", { id: "bob" }, { ...RAN, execution: "unknown" }, { allowed: false, code: "NOT_AUTHORIZED" }],
  ["one's own call", { ...FIONA, id: "dora" }, { ...RAN, execution: "unknown" }, { allowed: false, code: "SELF_REVIEW", reason: "You asked for this call, so somebody else has to sign it." }], // prettier-ignore
] as const)("%s is settled, or not", (_what, by, over, permission) => {
  expect(maySettle(requestOf({}, { terms: TERMS, ...over }), by, NOW)).toMatchObject(permission);
});
