import { refusalToSettle, type ApprovalRequest, type Principal } from "@countersign/core";
import { reasonOf } from "./permissions-of.ts";
import type { Permission } from "./review.ts";

const OTHERWISE: { readonly [E in Exclude<ApprovalRequest["execution"], "unknown">]: string } = {
  none: "It has not run.",
  executing: "It is running.",
  done: "Its outcome is known.",
  failed: "Its outcome is known.",
};

/** May this person say what came of it, as `gate.settle` would judge, and why not? */
export function maySettle(request: ApprovalRequest, by: Principal, now: number): Permission {
  const error = refusalToSettle(request, { by });
  if (!error) return { allowed: true };
  const { execution } = request;
  const isKnown = error.code === "CONFLICT" && execution !== "unknown";
  return { allowed: false, code: error.code, reason: isKnown ? OTHERWISE[execution] : reasonOf(error, request, undefined, by, now) };
}
