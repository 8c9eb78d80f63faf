import { idsOf, invitationsFor, statesOf, type PageEnd, type RequestQuery, type RequestState } from "@countersign/core/store";
import { requestColumns } from "./request-row.ts";
import { toText } from "./text.ts";

/** Parameters as they are mentioned: each gets its number. */
export class Values {
  readonly all: unknown[] = [];

  add(value: unknown): string {
    this.all.push(value);
    return `$${this.all.length}`;
  }
}

/** How far each walk goes, and from where. */
export interface Range {
  readonly start: PageEnd | undefined;
  readonly limit: number;
}

/**
 * Where to look for what a query wants: walks along an index, each in the order of (asked_at, id) and no longer than the
 * page, which together pass every match. None when nothing can match.
 */
export function walksOf(schema: string, tenant: string, query: RequestQuery, range: Range, values: Values): readonly string[] {
  const { threadId, digest, reviewableBy } = query;
  const states = statesOf(query);
  if (states.length === 0) return [];
  const of = values.add(toText(tenant));
  const walk = (from: string, conditions: readonly string[], record = "walk"): string => {
    const all = [...conditions, ...equalities(query, values), ...beyond(query, range, values)];
    const down = query.order === "newest" ? "DESC" : "ASC";
    return `(SELECT ${requestColumns(record)} FROM ${from} WHERE walk.tenant = ${of} AND ${all.join(" AND ")}
      ORDER BY walk.asked_at ${down}, walk.id ${down} LIMIT ${values.add(range.limit)})`;
  };
  if (digest !== undefined || threadId !== undefined) {
    // In the SQL itself, or PostgreSQL couldn't tell that an index of some states will do.
    const among = `walk.state IN (${states.map((state) => `'${state}'`).join(", ")})`;
    return [walk(`${schema}.requests AS walk`, [among, ...reviewable("walk", query, values, true)])];
  }
  if (reviewableBy) {
    const from = `${schema}.audiences AS walk JOIN ${schema}.requests AS request ON request.tenant = walk.tenant AND request.id = walk.id`;
    return invitationsFor(reviewableBy).map((invitation) =>
      walk(from, [`walk.who = ${values.add(toText(invitation))}`, ...reviewable("request", query, values, false)], "request"),
    );
  }
  return states.map((state) => walk(`${schema}.requests AS walk`, [inState(state)]));
}

/** The state stands in the SQL itself: there are ten. */
function inState(state: RequestState): string {
  return `walk.state = '${state}'`;
}

function equalities({ requestedBy, tool, agent, threadId, digest }: RequestQuery, values: Values): readonly string[] {
  const wanted = { requested_by: requestedBy, tool, agent, thread_id: threadId, digest };
  return Object.entries(wanted).flatMap(([column, value]) =>
    value === undefined ? [] : [`walk.${column} = ${values.add(toText(value))}`],
  );
}

function beyond({ order }: RequestQuery, { start }: Range, values: Values): readonly string[] {
  if (!start) return [];
  const than = order === "newest" ? "<" : ">";
  return [`(walk.asked_at, walk.id) ${than} (${values.add(start.askedAt)}::double precision, ${values.add(toText(start.id))})`];
}

function reviewable(of: string, { reviewableBy }: RequestQuery, values: Values, checkInvitation: boolean): readonly string[] {
  if (!reviewableBy) return [];
  const mayStill = `(${of}.barred IS NULL OR NOT ${of}.barred && ${values.add(idsOf(reviewableBy).map(toText))}::text[])`;
  if (!checkInvitation) return [mayStill];
  return [mayStill, `${of}.audience && ${values.add(invitationsFor(reviewableBy).map(toText))}::text[]`];
}
