import { refusalToCancel, type ApprovalRequest, type Principal } from "@countersign/core";
import { reasonOf } from "./permissions-of.ts";
import type { Permission } from "./review.ts";

/** Can it still be withdrawn? Whether this person may is the surface's to say. */
export function mayCancel(request: ApprovalRequest, by: Principal, now: number): Permission {
  const error = refusalToCancel(request);
  if (!error) return { allowed: true };
  const reason = request.status === "approved" ? "It has begun to run." : reasonOf(error, request, undefined, by, now);
  return { allowed: false, code: error.code, reason };
}
