import type { RequestQuery, RequestRecord } from "@countersign/core/store";
import { encode } from "./json.ts";

const ANYONE = "anyone";
const role = (name: string): string => `role/${name}`;
const person = (id: string): string => `person/${id}`;

/** Whom a pending request invites to decide, as a JSON array; null when there is nothing to decide. */
export function audienceOf({ state, terms }: RequestRecord): string | null {
  if (state !== "pending") return null;
  if (terms.roles === undefined && terms.reviewers === undefined) return encode([ANYONE]);
  return encode([...new Set([...(terms.roles ?? []).map(role), ...(terms.reviewers ?? []).map(person)])]);
}

/** Whoever signed this very proposal, and whoever asked where four eyes hold: a JSON array, or null for nobody. */
export function barredFrom({ terms, requestedBy, decisions, proposal }: RequestRecord): string | null {
  const signed = decisions.filter(({ digest }) => digest === proposal.digest).map(({ by }) => by.id);
  const barred = terms.fourEyes && requestedBy ? [...signed, requestedBy.id] : signed;
  return barred.length > 0 ? encode(barred) : null;
}

/** Which invitations are meant for this principal. */
export function invitationsFor({ id, roles = [] }: NonNullable<RequestQuery["reviewableBy"]>): readonly string[] {
  return [...new Set([ANYONE, person(id), ...roles.map(role)])];
}
