import { DEFAULTS } from "../contract/defaults.ts";
import { idsOf } from "../contract/person.ts";
import type { Principal } from "../contract/principal.ts";
import type { RequestQuery } from "../contract/request.ts";
import { CountersignError } from "../errors/error.ts";
import { audienceOf, barredFrom, invitationsFor } from "./audience.ts";
import type { RequestRecord, RequestState } from "./records.ts";
import { STATUS_OF } from "./status.ts";

const MAX_LIMIT = 1_000;

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
    (query.reviewableBy === undefined || awaits(record, query.reviewableBy))
  );
}

/** Could this principal still sign the proposal as it is now? */
function awaits(record: RequestRecord, principal: Principal): boolean {
  const invitations = invitationsFor(principal);
  const barred = barredFrom(record);
  return !idsOf(principal).some((id) => barred.includes(id)) && (audienceOf(record)?.some((who) => invitations.includes(who)) ?? false);
}

/** How many records a page holds: 1 to 1,000, default 50. @throws INVALID_ARGS */
export function pageLimit({ limit = DEFAULTS.pageSize }: RequestQuery): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw invalid("limit", `not a whole number from 1 to ${MAX_LIMIT}`);
}

/** Where a page ended: lists are ordered by `askedAt` (Unix ms), then by id. */
export interface PageEnd {
  readonly askedAt: number;
  readonly id: string;
}

/** `next` of a page that ends with this record. */
export function cursorOf({ askedAt, id }: PageEnd): string {
  return `${askedAt}_${id}`;
}

/** What `after` says, or undefined for the first page. @throws INVALID_ARGS for anything that {@link cursorOf} didn't write */
export function pageStart({ after }: RequestQuery): PageEnd | undefined {
  if (after === undefined) return undefined;
  const [askedAt = "", id] = /^([^_]+)_(.+)$/s.exec(String(after))?.slice(1) ?? [];
  if (id !== undefined && Number.isFinite(Number(askedAt)) && String(Number(askedAt)) === askedAt) return { askedAt: Number(askedAt), id };
  throw invalid("after", "not a cursor: give `next` of the page before, unchanged");
}

function invalid(key: keyof RequestQuery, message: string): CountersignError<"INVALID_ARGS"> {
  return new CountersignError("INVALID_ARGS", { issues: [{ message, path: [key] }] });
}
