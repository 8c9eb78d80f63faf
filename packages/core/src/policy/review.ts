import type { Principal } from "../contract/principal.ts";
import { withInvitations } from "../contract/quorum.ts";
import { isBatchable, lateNotices, type ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import { tightened } from "./tighten.ts";

/** Terms as one place of a policy writes them, and where that is. */
export interface Written {
  readonly review: ReviewTerms | undefined;
  readonly at: readonly string[];
}

/**
 * The terms that hold where a place writes some of them over others. Who signs is of one place: groups take the place of roles
 * and names from outside.
 * @throws POLICY_INVALID
 */
export function writtenOver(base: ReviewTerms, { review = {}, at }: Written): ReviewTerms {
  const hasGroups = typeof review.quorum === "object";
  const names = review.roles ?? review.reviewers;
  if (!hasGroups && names && typeof base.quorum === "object" && review.quorum === undefined)
    throw invalid(at, "The quorum outside names groups, and these terms name others. Say the quorum here as well.");
  const isOthers = hasGroups || (names !== undefined && typeof base.quorum === "object");
  const outside = isOthers ? { ...base, roles: undefined, reviewers: undefined } : base;
  return withInvitations({ ...outside, ...review });
}

/**
 * What no place may write. What it inherits may not go with it: a rule whose requests expire before an inherited reminder goes
 * without it.
 * @throws POLICY_INVALID
 */
export function refuseContradictions(base: ReviewTerms, { review = {}, at }: Written): void {
  const [late] = lateNotices({ expiresIn: base.expiresIn, ...review });
  if (late) throw invalid([...at, ...late], "It comes when the request has expired already: make it shorter than expiresIn.");
  if (typeof review.quorum === "object" && (review.roles ?? review.reviewers))
    throw invalid([...at, "quorum"], "The groups of a quorum say who may sign. Leave roles and reviewers out, or name them in a group.");
  if (review.batch && !isBatchable(review))
    throw invalid([...at, "batch"], "What several people shall look at, or one closely, is never decided in a batch. Leave batch out.");
  if (review.confirm && review.remember && review.remember !== "never")
    throw invalid([...at, "remember"], "What must be confirmed can't be remembered. Leave remember out.");
}

/** @param at where it stands; its parts are joined with dots */
export function invalid(at: readonly PropertyKey[], note: string): CountersignError<"POLICY_INVALID"> {
  return new CountersignError("POLICY_INVALID", { path: at.map(String).join(".") || "policy" }, { note });
}

/** These terms, tightened by what another place says itself. Undefined: nobody could sign under both. */
export function keeping(terms: ReviewTerms, said: ReviewTerms, requestedBy?: Principal): ReviewTerms | undefined {
  return tightened(terms, { ...withInvitations(said), expiresIn: said.expiresIn ?? terms.expiresIn }, requestedBy);
}
