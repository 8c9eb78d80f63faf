import { approve } from "../contract/decision.ts";
import type { Gate } from "../contract/gate.ts";
import { APPROVES_ALL, type Principal } from "../contract/principal.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import type { Reviewer } from "../contract/reviewer.ts";
import { internalsOf } from "../kernel.ts";

const APPROVER: Reviewer = { as: APPROVES_ALL, review: () => approve() };

/**
 * Signs every call unseen, as kind `automation`, with whatever role the terms ask for. It stands for one person who looked at
 * nothing: calls under a quorum, a list of reviewers or `confirm` stay pending. For experiments; `createGate` warns about it.
 */
export function dangerouslyApproveAll(): Reviewer {
  return APPROVER;
}

/** Who is asked in the process of this gate. For tools that look an application over. @throws SETUP for anything that createGate didn't make */
export function reviewerOf(gate: Gate): Reviewer | undefined {
  return internalsOf(gate).reviewer;
}

/** Who signs this request when this reviewer decides it. */
export function signerOf(reviewer: Reviewer, { terms }: ApprovalRequest): Principal {
  return reviewer === APPROVER ? { ...reviewer.as, roles: terms.roles } : reviewer.as;
}

export function approvesAll(reviewer: Reviewer | undefined): boolean {
  return reviewer === APPROVER;
}
