import type { DecisionRecord } from "../contract/decision.ts";
import type { Principal } from "../contract/principal.ts";
import { decisionsOf, quorumOf, type ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";

/**
 * May this principal decide under these terms?
 * @throws NOT_AUTHORIZED, SELF_REVIEW
 */
export function authorize(by: Principal, terms: ReviewTerms, requestedBy: Principal | undefined): void {
  const { roles = [], reviewers = [] } = terms;
  if (!isInvited(by, terms)) throw new CountersignError("NOT_AUTHORIZED", { by, missing: [...roles, ...reviewers] });
  if (isBarred(by, terms, requestedBy)) throw new CountersignError("SELF_REVIEW", { by });
}

/**
 * Are these signatures, one a principal, enough under these terms? An edit to the same arguments may have tightened the
 * terms since some of them were given: those count only if they could be given today.
 */
export function isComplete(terms: ReviewTerms, requestedBy: Principal | undefined, signatures: readonly DecisionRecord[]): boolean {
  const counted = signatures.filter(
    ({ by, decision }) => isInvited(by, terms) && !isBarred(by, terms, requestedBy) && decisionsOf(terms).includes(decision.type),
  );
  return counted.length >= quorumOf(terms);
}

function isInvited({ id, roles }: Principal, { roles: wanted = [], reviewers = [] }: ReviewTerms): boolean {
  return wanted.length + reviewers.length === 0 || reviewers.includes(id) || wanted.some((role) => roles?.includes(role));
}

function isBarred({ id }: Principal, { fourEyes = false }: ReviewTerms, requestedBy: Principal | undefined): boolean {
  return fourEyes && requestedBy?.id === id;
}
