import type { Decision, DecisionRecord } from "../contract/decision.ts";
import { MASK } from "../contract/mask.ts";
import type { Principal } from "../contract/principal.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { decisionsOf } from "../contract/terms.ts";
import { CountersignError, isCountersignError } from "../errors/error.ts";
import { hasEnough } from "../policy/tighten.ts";
import { termsAt } from "../store/notices.ts";
import { authorize, authorizeSignature } from "./authorize.ts";
import { typed, valuesToConfirm } from "./confirm.ts";

/**
 * Why `gate.decide` would refuse such a decision of this principal: for who they are, what they did before, what has been decided,
 * the time, and what is offered. Undefined: for none of these. An edit's arguments are checked when they are there. The same
 * vote again is refused by nobody, and writes nothing.
 * @param now Unix ms
 * @example const why = refusalToDecide(request, "approve", { by, now: Date.now() }); button.disabled = why !== undefined
 */
export function refusalToDecide(
  request: ApprovalRequest,
  type: Decision["type"],
  { by, now }: { readonly by: Principal; readonly now: number },
): CountersignError | undefined {
  const isWaiting = request.status === "pending";
  const isOver = isWaiting && request.expiresAt !== undefined && now >= request.expiresAt;
  const asked = isWaiting && !isOver ? { ...request, terms: termsAt(request, now) } : request;
  const { terms, requestedBy } = asked;
  try {
    authorize(by, terms, requestedBy);
    if (!isWaiting) throw alreadyDecided(request);
    if (isOver) throw new CountersignError("EXPIRED", { request });
    const allowed = decisionsOf(terms);
    if (!allowed.includes(type)) throw new CountersignError("DECISION_NOT_ALLOWED", { allowed });
    if (type === "approve") checkApproval(by, asked, now);
    if (type === "edit" && !hasEnough(terms, requestedBy, by)) throw nobodyElse(terms);
    return undefined;
  } catch (error) {
    if (isCountersignError(error)) return error;
    throw error;
  }
}

/** @throws NOT_CONFIRMED where nothing can be typed, SELF_REVIEW, NOT_AUTHORIZED */
function checkApproval(by: Principal, request: ApprovalRequest, at: number): void {
  const values = valuesToConfirm(request);
  const valueless = values.filter(({ value }) => value === undefined || value === MASK).map(({ path }) => path);
  if (valueless.length > 0) throw new CountersignError("NOT_CONFIRMED", { request, paths: valueless, valueless });
  const { digest } = request.proposal;
  const signature: DecisionRecord = { decision: typed(request, { type: "approve" }), by, at, via: undefined, digest, signature: undefined };
  authorizeSignature(by, request, { ...request, decisions: [...request.decisions, signature] });
}

/** Who or what was first. */
export function alreadyDecided(request: ApprovalRequest): CountersignError<"ALREADY_DECIDED"> {
  const bySystem = request.status === "expired" || request.status === "cancelled";
  return new CountersignError("ALREADY_DECIDED", { request, winner: bySystem ? undefined : request.decisions.at(-1) });
}

/** Under four eyes somebody else signs an edit. */
export function nobodyElse(terms: ApprovalRequest["terms"]): CountersignError<"DECISION_NOT_ALLOWED"> {
  const allowed = decisionsOf(terms).filter((type) => type !== "edit");
  const note = "Under four eyes somebody else has to sign your edit, and the terms name nobody else who could.";
  return new CountersignError("DECISION_NOT_ALLOWED", { allowed }, { note });
}
