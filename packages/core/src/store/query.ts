import { idsOf } from "../contract/person.ts";
import type { Principal } from "../contract/principal.ts";
import type { RequestQuery } from "../contract/request.ts";
import { audienceOf, barredFrom, invitationsFor } from "./audience.ts";
import { partiesOf, partiesOn } from "./parties.ts";
import type { RequestRecord, RequestState } from "./records.ts";
import { searchMatches } from "./search.ts";
import { STATUS_OF } from "./status.ts";

/** The states that a query can find: one of each is enough to look up in an index. Empty when its conditions exclude each other; never `purged`. */
export function statesOf({ status, execution, reviewableBy }: RequestQuery): readonly RequestState[] {
  return (Object.keys(STATUS_OF) as (keyof typeof STATUS_OF)[]).filter((state) => {
    const [ofStatus, ofExecution] = STATUS_OF[state];
    if (reviewableBy && state !== "pending") return false;
    return (status === undefined || status === ofStatus) && (execution === undefined || execution === ofExecution);
  });
}

/** Do all conditions of the query hold for this record? `order`, `limit` and `after` are no conditions. For stores without an index. */
export function requestMatches(record: RequestRecord, query: RequestQuery): boolean {
  return (
    statesOf(query).includes(record.state) &&
    (query.tool === undefined || query.tool === record.tool) &&
    (query.threadId === undefined || query.threadId === record.threadId) &&
    (query.agent === undefined || query.agent === record.agent) &&
    (query.digest === undefined || query.digest === record.proposal.digest) &&
    (query.requestedBy === undefined || query.requestedBy === record.requestedBy?.id) &&
    (query.askedBefore === undefined || record.askedAt < query.askedBefore) &&
    (query.idPrefix === undefined || record.id.startsWith(query.idPrefix)) &&
    (query.reviewableBy === undefined || awaits(record, query.reviewableBy)) &&
    partiesOn(query).every((any) => any.some((party) => partiesOf(record).includes(party))) &&
    (query.search === undefined || searchMatches(record, query.search))
  );
}

/** Could this principal still sign the proposal as it is now? */
function awaits(record: RequestRecord, principal: Principal): boolean {
  const invitations = invitationsFor(principal);
  const barred = barredFrom(record);
  return !idsOf(principal).some((id) => barred.includes(id)) && (audienceOf(record)?.some((who) => invitations.includes(who)) ?? false);
}
