import { idsOf } from "../contract/person.ts";
import type { Principal } from "../contract/principal.ts";
import { isOpenToAnyone, isPerson } from "../contract/quorum.ts";
import type { RequestRecord } from "./records.ts";
import { signaturesOn } from "./signatures.ts";

const ANYONE = "anyone";
const role = (name: string): string => `role/${name}`;
/** Whom an id names: an invitation, or whoever asked. */
export const person = (id: string): string => `person/${id}`;

/** Whom a pending request invites to decide, for an index; undefined when there is nothing to decide. */
export function audienceOf({ state, terms }: Pick<RequestRecord, "state" | "terms">): readonly string[] | undefined {
  return state === "pending" ? invitedBy(terms) : undefined;
}

/** Whom these terms invite to decide. */
export function invitedBy(terms: RequestRecord["terms"]): readonly string[] {
  if (isOpenToAnyone(terms)) return [ANYONE];
  return [...new Set([...(terms.roles ?? []).map(role), ...(terms.reviewers ?? []).map(person)])];
}

/**
 * Who may not, whoever invites them, by every id: whoever has signed the proposal as it stands; where four eyes hold, whoever
 * asked, too. Whoever edited it has signed it.
 */
export function barredFrom({ terms, requestedBy, decisions, proposal }: RequestRecord): readonly string[] {
  const barred = signaturesOn({ decisions, proposal }).map(({ by }) => by);
  if (terms.fourEyes && requestedBy) barred.push(requestedBy);
  return [...new Set(barred.flatMap(idsOf))];
}

/** The invitations that are meant for this principal. Roles are for people, and so are terms that name nobody. */
export function invitationsFor(principal: Principal): readonly string[] {
  const named = idsOf(principal).map(person);
  const asPerson = isPerson(principal) ? [ANYONE, ...(principal.roles ?? []).map(role)] : [];
  return [...new Set([...named, ...asPerson])];
}
