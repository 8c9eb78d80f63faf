import type { Principal } from "../contract/principal.ts";
import type { ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";

/**
 * May this principal decide under these terms?
 * @throws NOT_AUTHORIZED, SELF_REVIEW
 */
export function authorize(by: Principal, { roles = [], reviewers = [], fourEyes }: ReviewTerms, requestedBy: Principal | undefined): void {
  const named = reviewers.includes(by.id) || roles.some((role) => by.roles?.includes(role));
  if (!named && roles.length + reviewers.length > 0) {
    throw new CountersignError("NOT_AUTHORIZED", { by, missing: [...roles, ...reviewers] });
  }
  if (fourEyes && requestedBy?.id === by.id) throw new CountersignError("SELF_REVIEW", { by });
}
