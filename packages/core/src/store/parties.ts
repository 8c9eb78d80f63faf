import { idsOf } from "../contract/person.ts";
import type { Principal } from "../contract/principal.ts";
import type { RequestQuery } from "../contract/request.ts";
import { invitationsFor, invitedBy, person } from "./audience.ts";
import type { RequestRecord } from "./records.ts";

const signer = (id: string): string => `signed/${id}`;

/**
 * Who has to do with a request, in whatever state it is, for an index: whom its terms invite, who asked, who has signed. Once
 * it has ended its terms stay, so whoever was invited then is still among them. Nobody once it is purged.
 */
export function partiesOf({
  state,
  terms,
  requestedBy,
  decisions,
}: Pick<RequestRecord, "state" | "terms" | "requestedBy" | "decisions">): readonly string[] {
  if (state === "purged") return [];
  const asked = requestedBy ? idsOf(requestedBy).map(person) : [];
  return [...new Set([...invitedBy(terms), ...asked, ...decisions.flatMap(({ by }) => idsOf(by).map(signer))])];
}

/** Of what `visibleTo` wants, all but the invitations: an index of who is invited finds the others. */
export function ownParties(principal: Principal): readonly string[] {
  return [...new Set(idsOf(principal).flatMap((id) => [person(id), signer(id)]))];
}

/** What `visibleTo` and `decidedBy` want of {@link partiesOf}: one of each of these lists. */
export function partiesOn({ visibleTo, decidedBy }: RequestQuery): readonly (readonly string[])[] {
  const visible = visibleTo ? [[...invitationsFor(visibleTo), ...new Set(idsOf(visibleTo).map(signer))]] : [];
  if (decidedBy === undefined) return visible;
  const signers = typeof decidedBy === "string" ? [decidedBy] : [...new Set(idsOf(decidedBy))];
  return [signers.map(signer), ...visible];
}
