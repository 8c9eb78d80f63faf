import { idsOf } from "./person.ts";
import { APPROVES_ALL, type Principal } from "./principal.ts";
import { quorumOf, type QuorumGroup, type ReviewTerms } from "./terms.ts";

/** Those who may sign. */
export type Named = Pick<QuorumGroup, "roles" | "reviewers">;

/** A list that is absent names nobody; with neither, anybody is meant. */
export function isOpenToAnyone({ roles, reviewers }: Named): boolean {
  return roles === undefined && reviewers === undefined;
}

/** The groups that have to sign: a number of signatures is one group. */
export function groupsOf(terms: ReviewTerms): readonly QuorumGroup[] {
  const { quorum, roles, reviewers } = terms;
  return typeof quorum === "object" ? quorum : [{ roles, reviewers, count: quorumOf(terms) }];
}

/** Terms that say who may sign at one place: groups invite those whom they name. */
export function withInvitations(terms: ReviewTerms): ReviewTerms {
  if (typeof terms.quorum !== "object") return terms;
  const all = (lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined => {
    const named = [...new Set(lists.flatMap((list) => list ?? []))];
    return named.length > 0 ? named : undefined;
  };
  const groups = terms.quorum;
  if (groups.some(isOpenToAnyone)) return { ...terms, roles: undefined, reviewers: undefined };
  return {
    ...terms,
    roles: all([terms.roles, ...groups.map(({ roles }) => roles)]),
    reviewers: all([terms.reviewers, ...groups.map(({ reviewers }) => reviewers)]),
  };
}

/** Roles are for people, and so are terms that name nobody: services and automation have to be named. */
export function isPerson({ kind = "person" }: Principal): boolean {
  return kind === "person";
}

/** May this principal decide at all? */
export function isInvited(by: Principal, terms: Named & Pick<ReviewTerms, "quorum">): boolean {
  if (isNamed(by, terms)) return true;
  return (isPerson(by) || standsForOne(by, terms)) && (isOpenToAnyone(terms) || hasRole(by, terms));
}

/** The one automation that counts without a name, for experiments. It is one signature: where several are needed, people look. */
function standsForOne({ id, kind }: Principal, terms: Pick<ReviewTerms, "quorum">): boolean {
  return id === APPROVES_ALL.id && kind === APPROVES_ALL.kind && quorumOf(terms) === 1;
}

/**
 * What is missing once these people have signed: the groups, each with how many more it takes. Nobody counts twice.
 */
export function missingFrom(terms: ReviewTerms, signers: readonly Principal[]): readonly QuorumGroup[] {
  const groups = groupsOf(terms);
  // By place in the list: two groups may be one and the same object.
  const placed = groups.map((): Principal[] => []);

  /** Gives the signer a place, if need be by moving others to one of their own. */
  function place(signer: Principal, tried: Set<number>): boolean {
    return groups.some((group, index) => {
      if (tried.has(index) || !isInvited(signer, group)) return false;
      tried.add(index);
      const members = placed[index] ?? [];
      if (members.length < (group.count ?? 1)) return members.push(signer) > 0;
      const movable = members.findIndex((member) => place(member, tried));
      return movable >= 0 && members.splice(movable, 1, signer).length > 0;
    });
  }

  for (const signer of signers) if (isInvited(signer, terms)) place(signer, new Set());
  return groups.flatMap((group, index) => {
    const missing = (group.count ?? 1) - (placed[index]?.length ?? 0);
    return missing > 0 ? [{ ...group, count: missing }] : [];
  });
}

function isNamed(by: Principal, { reviewers = [] }: Named): boolean {
  return idsOf(by).some((id) => reviewers.includes(id));
}

function hasRole({ roles = [] }: Principal, named: Named): boolean {
  return roles.some((role) => named.roles?.includes(role));
}

/** So many of whom, as a person reads it: `2 of finance, 1 of cfo or dana`; where anybody counts, `1 more`. */
export function groupsText(groups: readonly QuorumGroup[]): string {
  return groups
    .map(({ count = 1, ...named }) => (isOpenToAnyone(named) ? `${count} more` : `${count} of ${namesIn([named]).join(" or ")}`))
    .join(", ");
}

/** Roles first, each once. */
export function namesIn(groups: readonly Named[]): readonly string[] {
  return [...new Set([...groups.flatMap(({ roles = [] }) => roles), ...groups.flatMap(({ reviewers = [] }) => reviewers)])];
}
