import { DEFAULTS } from "../contract/defaults.ts";
import type { Duration } from "../contract/json.ts";
import { idsOf } from "../contract/person.ts";
import type { Principal } from "../contract/principal.ts";
import { isOpenToAnyone, missingFrom, groupsOf, withInvitations } from "../contract/quorum.ts";
import { confirmedPaths, durationMs, termsSchema, type QuorumGroup, type ReviewTerms } from "../contract/terms.ts";

/**
 * Terms that hold together with others. Whatever signatures are accepted under the result are accepted under both. Undefined:
 * nobody could give enough of them.
 *
 * Where both name somebody in common, those sign; where they don't, the signatures of both are needed. The result is terms like
 * any others, so it may ask for more than both do: nobody counts for two groups of it.
 * @param requestedBy whoever asked, who can't sign with four eyes. Undefined: not known
 */
export function tightened(asked: ReviewTerms, by: ReviewTerms, requestedBy: Principal | undefined): ReviewTerms | undefined {
  const decisions = common(asked.decisions, by.decisions);
  if (decisions?.length === 0) return undefined;
  const confirm = [...new Set([...confirmedPaths(asked), ...confirmedPaths(by)])];
  const signing = signingUnder(asked, by);
  const terms: ReviewTerms = {
    ...asked,
    ...signing,
    fourEyes: by.fourEyes ? true : asked.fourEyes,
    confirm: confirm.length > 1 ? confirm : confirm[0],
    batch: asked.batch && by.batch,
    expiresIn: shorter(asked.expiresIn, by.expiresIn, DEFAULTS.expiresIn),
    executeWithin: shorter(asked.executeWithin, by.executeWithin, undefined),
    decisions,
    escalate: escalation(asked, by, signing),
    remember: rememberedUnder(asked.remember, by.remember),
  };
  return termsSchema.safeParse(terms).success && hasEnough(terms, requestedBy) ? said(terms) : undefined;
}

/** What terms say, without the members that say nothing: they are compared, and recorded. */
function said(terms: ReviewTerms): ReviewTerms {
  return JSON.parse(JSON.stringify(terms)) as ReviewTerms;
}

/**
 * Could so many different people sign? A role may be anybody's; a list of names ends.
 * @param by whoever may not, under four eyes
 */
export function hasEnough(terms: ReviewTerms, ...by: readonly (Principal | undefined)[]): boolean {
  const barred = terms.fourEyes ? by.flatMap((each) => (each ? idsOf(each) : [])) : [];
  const listed = groupsOf(terms).filter(({ roles, reviewers }) => roles === undefined && reviewers !== undefined);
  if (listed.length === 0) return true;
  const people = [...new Set(listed.flatMap(({ reviewers = [] }) => reviewers))].filter((id) => !barred.includes(id));
  return missingFrom(withInvitations({ quorum: listed }), people.map((id) => ({ id }))).length === 0; // prettier-ignore
}

type Signing = Pick<ReviewTerms, "roles" | "reviewers" | "quorum">;

function signingUnder(a: ReviewTerms, b: ReviewTerms): Signing {
  const groups = together(groupsOf(a), groupsOf(b));
  const [first, ...others] = groups;
  if (first && others.length === 0) {
    const { roles, reviewers, count } = first;
    const written = [a.quorum, b.quorum].find((quorum) => quorum === count);
    return { roles, reviewers, quorum: written ?? (count === 1 ? undefined : count) };
  }
  const { roles, reviewers } = withInvitations({ quorum: groups });
  return { roles, reviewers, quorum: groups };
}

/** Whoever is in a group of each side counts for both of them, once; what is left of either side is asked for as well. */
function together(a: readonly QuorumGroup[], b: readonly QuorumGroup[]): readonly QuorumGroup[] {
  let left = [...a];
  const result: QuorumGroup[] = [];
  for (const group of b) {
    let count = sizeOf(group);
    // The same people don't come up again: what is left of a partner is for the groups to come.
    const rests: QuorumGroup[] = [];
    for (let next = partnerOf(group, left); next && count > 0; next = partnerOf(group, left)) {
      const { partner, both } = next;
      const shared = Math.min(sizeOf(partner), count, supplyOf(both));
      result.push({ ...both, count: shared });
      count -= shared;
      left = left.filter((each) => each !== partner);
      if (sizeOf(partner) > shared) rests.push({ ...partner, count: sizeOf(partner) - shared });
    }
    if (count > 0) result.push({ ...group, count });
    left.push(...rests);
  }
  return merged([...result, ...left]);
}

/** The group that has most in common with this one, and who is in both. */
function partnerOf(group: QuorumGroup, among: readonly QuorumGroup[]) {
  const [found] = among
    .flatMap((partner) => {
      const both = inBoth(partner, group);
      return both ? [{ partner, both, distance: distance(partner, group) }] : [];
    })
    .sort((x, y) => x.distance - y.distance);
  return found;
}

/** How many different people can be of it: any number, unless it only names some. */
function supplyOf({ roles, reviewers }: Omit<QuorumGroup, "count">): number {
  return roles === undefined && reviewers !== undefined ? new Set(reviewers).size : Infinity;
}

const sizeOf = ({ count = 1 }: QuorumGroup): number => count;
const namesOf = ({ roles = [], reviewers = [] }: QuorumGroup): ReadonlySet<string> =>
  new Set([...roles.map((role) => `role/${role}`), ...reviewers.map((id) => `person/${id}`)]);

/** Those who are in both. Undefined: nobody is, as far as roles and names tell. */
function inBoth(a: QuorumGroup, b: QuorumGroup): Omit<QuorumGroup, "count"> | undefined {
  if (isOpenToAnyone(b)) return { roles: a.roles, reviewers: a.reviewers };
  if (isOpenToAnyone(a)) return { roles: b.roles, reviewers: b.reviewers };
  const roles = common(a.roles ?? [], b.roles ?? []) ?? [];
  const reviewers = common(a.reviewers ?? [], b.reviewers ?? []) ?? [];
  if (roles.length + reviewers.length === 0) return undefined;
  return { roles: roles.length > 0 ? roles : undefined, reviewers: reviewers.length > 0 ? [...new Set(reviewers)] : undefined };
}

/** In how many names they differ. */
function distance(a: QuorumGroup, b: QuorumGroup): number {
  const [left, right] = [namesOf(a), namesOf(b)];
  return [...left].filter((name) => !right.has(name)).length + [...right].filter((name) => !left.has(name)).length;
}

/** Groups of the same people are one. */
function merged(groups: readonly QuorumGroup[]): readonly QuorumGroup[] {
  const byNames = new Map<string, QuorumGroup>();
  for (const group of groups) {
    const key = JSON.stringify([...namesOf(group)].sort());
    byNames.set(key, { ...group, count: sizeOf(group) + (byNames.get(key)?.count ?? 0) });
  }
  return [...byNames.values()];
}

/** A role that is added counts for every group: so only one that both would let sign anything by then. */
function escalation(a: ReviewTerms, b: ReviewTerms, { roles: before = [] }: Signing): ReviewTerms["escalate"] {
  if (isOpenToAnyone(b)) return a.escalate;
  if (isOpenToAnyone(a)) return b.escalate;
  const mayBy = ({ escalate, ...terms }: ReviewTerms, role: string): boolean =>
    escalate?.roles.includes(role) || groupsOf(terms).every(({ roles }) => roles?.includes(role));
  const added = [a, b].flatMap(({ escalate }) => escalate?.roles ?? []);
  const roles = [...new Set(added)].filter((role) => mayBy(a, role) && mayBy(b, role) && !before.includes(role));
  const [last] = [a.escalate, b.escalate].flatMap((each) => each ?? []).sort((x, y) => msOf(y.after) - msOf(x.after));
  return last && roles.length > 0 ? { after: last.after, roles } : undefined;
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
