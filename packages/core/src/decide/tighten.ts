import { DEFAULTS } from "../contract/defaults.ts";
import type { Duration } from "../contract/json.ts";
import type { Principal } from "../contract/principal.ts";
import { durationMs, quorumOf, termsSchema, type ReviewTerms } from "../contract/terms.ts";

/**
 * The terms under which a call was asked, tightened by those of another policy. Whatever signatures are accepted under the
 * result are accepted under both. Undefined: nobody could give enough of them.
 *
 * The result is terms like any others, so it says less than both together where those can't be said: somebody who has
 * one role of the first and another one of the second may sign under neither list alone.
 */
export function tightened(asked: ReviewTerms, by: ReviewTerms, requestedBy: Principal | undefined): ReviewTerms | undefined {
  const reviewers = invited(asked, by);
  const decisions = common(asked.decisions, by.decisions);
  if (!reviewers || decisions?.length === 0) return undefined;
  const terms: ReviewTerms = {
    ...asked,
    ...reviewers,
    quorum: quorumOf(by) > quorumOf(asked) ? by.quorum : asked.quorum,
    fourEyes: by.fourEyes ? true : asked.fourEyes,
    expiresIn: shorter(asked.expiresIn, by.expiresIn, DEFAULTS.expiresIn),
    executeWithin: shorter(asked.executeWithin, by.executeWithin, undefined),
    decisions,
    escalate: escalation(asked, by, reviewers),
    remember: rememberedUnder(asked.remember, by.remember),
  };
  return termsSchema.safeParse(terms).success && hasEnough(terms, requestedBy) ? terms : undefined;
}

type Invited = Pick<ReviewTerms, "roles" | "reviewers">;

const isOpenToAnyone = ({ roles, reviewers }: Invited): boolean => roles === undefined && reviewers === undefined;

/** Who may sign under both: a role, or a name, that both have. Undefined: nobody. */
function invited(a: Invited, b: Invited): Invited | undefined {
  if (isOpenToAnyone(b)) return { roles: a.roles, reviewers: a.reviewers };
  if (isOpenToAnyone(a)) return { roles: b.roles, reviewers: b.reviewers };
  const roles = common(a.roles ?? [], b.roles ?? []);
  const reviewers = common(a.reviewers ?? [], b.reviewers ?? []);
  if (!roles?.length && !reviewers?.length) return undefined;
  return { roles: roles?.length ? roles : undefined, reviewers: reviewers?.length ? reviewers : undefined };
}

/** Once both have widened, the roles that both then have. */
function escalation(a: ReviewTerms, b: ReviewTerms, before: Invited): ReviewTerms["escalate"] {
  if (isOpenToAnyone(b)) return a.escalate;
  if (isOpenToAnyone(a)) return b.escalate;
  const roles = invited(widened(a), widened(b))?.roles?.filter((role) => !before.roles?.includes(role)) ?? [];
  const [last] = [a.escalate, b.escalate].flatMap((each) => each ?? []).sort((x, y) => msOf(y.after) - msOf(x.after));
  return last && roles.length > 0 ? { after: last.after, roles } : undefined;
}

function widened({ roles, reviewers, escalate }: ReviewTerms): Invited {
  return { roles: [...(roles ?? []), ...(escalate?.roles ?? [])], reviewers };
}

/** What both lists have; one that is absent has everything. */
function common<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): readonly T[] | undefined {
  return a && b ? a.filter((each) => b.includes(each)) : (a ?? b);
}

function shorter(a: Duration | undefined, b: Duration | undefined, absent: Duration | undefined): Duration | undefined {
  return msOf(b ?? absent) < msOf(a ?? absent) ? b : a;
}

function msOf(duration: Duration | undefined): number {
  return (duration === undefined ? undefined : durationMs(duration)) ?? Infinity;
}

function rememberedUnder(a: ReviewTerms["remember"], b: ReviewTerms["remember"]): ReviewTerms["remember"] {
  if (a === undefined || a === "never") return a;
  const scopes = b === undefined || b === "never" ? [] : a.filter((scope) => b.includes(scope));
  return scopes.length > 0 ? scopes : "never";
}

/** Whoever asked can't sign with four eyes, and somebody must be known to have asked. */
function hasEnough(terms: ReviewTerms, requestedBy: Principal | undefined): boolean {
  const { roles, reviewers = [], fourEyes = false } = terms;
  if (fourEyes && !requestedBy) return false;
  if (roles || reviewers.length === 0) return true;
  return new Set(reviewers.filter((id) => !fourEyes || id !== requestedBy?.id)).size >= quorumOf(terms);
}
