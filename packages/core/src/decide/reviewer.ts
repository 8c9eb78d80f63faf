import { approve, type Decision } from "../contract/decision.ts";
import type { Awaitable } from "../contract/json.ts";
import type { Principal } from "../contract/principal.ts";
import type { ApprovalRequest } from "../contract/request.ts";

/** Whoever reviews inside this process. No decision (undefined, a throw, an abort): the request stays pending. */
export interface Reviewer {
  /** Signs as. */
  readonly as: Principal;
  /** `signal` aborts when the time is up or somebody else has decided. */
  review(request: ApprovalRequest, options: { readonly signal: AbortSignal }): Awaitable<Decision | undefined>;
}

const APPROVES_ALL: Reviewer = {
  as: { id: "dangerously-approve-all", name: "Approves everything, unseen", kind: "automation" },
  review: () => approve(),
};

/**
 * Signs every call unseen, as kind `automation`, with whatever role the terms ask for. It can't be a second person or a
 * named one: calls under a quorum or a list of reviewers stay pending. For experiments; `createGate` warns about it.
 */
export function dangerouslyApproveAll(): Reviewer {
  return APPROVES_ALL;
}

/** Who signs this request when this reviewer decides it. */
export function signerOf(reviewer: Reviewer, { terms }: ApprovalRequest): Principal {
  return reviewer === APPROVES_ALL ? { ...reviewer.as, roles: terms.roles } : reviewer.as;
}

export function approvesAll(reviewer: Reviewer | undefined): boolean {
  return reviewer === APPROVES_ALL;
}
