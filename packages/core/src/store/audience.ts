import type { Principal } from "../contract/principal.ts";
import type { RequestRecord } from "./records.ts";
import { signaturesOn } from "./signatures.ts";

const ANYONE = "anyone";
const role = (name: string): string => `role/${name}`;
const person = (id: string): string => `person/${id}`;

/** Whom a pending request invites to decide, for an index; undefined when there is nothing to decide. */
export function audienceOf({ state, terms }: Pick<RequestRecord, "state" | "terms">): readonly string[] | undefined {
  if (state !== "pending") return undefined;
  if (terms.roles === undefined && terms.reviewers === undefined) return [ANYONE];
  return [...new Set([...(terms.roles ?? []).map(role), ...(terms.reviewers ?? []).map(person)])];
}

/** Who may not, whoever invites them: whoever has signed the proposal as it stands, and whoever asked where four eyes hold. */
export function barredFrom({ terms, requestedBy, decisions, proposal }: RequestRecord): readonly string[] {
  const signed = signaturesOn({ decisions, proposal }).map(({ by }) => by.id);
  return terms.fourEyes && requestedBy ? [...signed, requestedBy.id] : signed;
}

/** The invitations that are meant for this principal. */
export function invitationsFor({ id, roles = [] }: Principal): readonly string[] {
  return [...new Set([ANYONE, person(id), ...roles.map(role)])];
}
