import type { SQLInputValue } from "node:sqlite";
import { idsOf, invitationsFor, statesOf, UNFINISHED, type RequestQuery, type RequestState } from "@countersign/core/store";
import { encode } from "./json.ts";
import { UNFINISHED_STATES } from "./schema.ts";

/** SQL with the values that it mentions. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SQLInputValue[];
}

type Conditions = readonly (readonly [text: string, value?: SQLInputValue])[];

/** SQLite merges at most 500 walks. Nobody has so many roles, but a request for them shall not fail. */
const MAX_WALKS = 100;

/**
 * Where to look for what a query wants: walks along an index, each in the order of (asked_at, id), which together pass
 * every match. None when nothing can match. Each walk ends in conditions on `walk`, and more may be added.
 */
export function walksOf(tenant: string, query: RequestQuery): readonly Sql[] {
  const { reviewableBy } = query;
  const states = statesOf(query);
  if (states.length === 0) return [];
  const narrow = narrowTo(query, states);
  if (narrow) {
    const among: Conditions = [["walk.state IN (SELECT value FROM json_each(?))", encode(states)]];
    const indexed: Conditions = narrow.condition === undefined ? [] : [[`walk.${narrow.condition}`]];
    const conditions: Conditions = [["walk.tenant = ?", tenant], ...equalities(query), ...indexed, ...among];
    return [along(narrow.index, [...conditions, ...reviewable("walk", query, true)])];
  }
  if (reviewableBy) {
    const invitations = invitationsFor(reviewableBy);
    if (invitations.length > MAX_WALKS)
      return [invited(tenant, query, ["walk.who IN (SELECT value FROM json_each(?))", encode(invitations)])];
    return invitations.map((invitation) => invited(tenant, query, ["walk.who = ?", invitation]));
  }
  return states.map((state) =>
    along(indexFor(state, query), [["walk.tenant = ?", tenant], [`walk.state = '${state}'`], ...equalities(query)]),
  );
}

/** Where the requests of one thread are, or those for the very same call: few, and the rows themselves say the rest. */
function narrowTo({ threadId, digest }: RequestQuery, states: readonly RequestState[]): Narrow | undefined {
  if (threadId === undefined) return digest === undefined ? undefined : { index: "requests_by_digest" };
  const indexed = OF_THREAD.find(({ of }) => states.every((state) => of.includes(state)));
  return indexed ?? { index: "requests_by_turn" };
}

/** An index, and the condition without which SQLite couldn't tell that it will do. */
interface Narrow {
  readonly index: string;
  readonly condition?: string;
}

/** Indexes of a thread's requests in some states only. */
const OF_THREAD: readonly (Narrow & { readonly of: readonly RequestState[] })[] = [
  { index: "unfinished_by_thread", of: UNFINISHED, condition: UNFINISHED_STATES },
  { index: "rejected_by_thread", of: ["rejected"], condition: "state = 'rejected'" },
];

/** The state stands in the SQL itself, or SQLite couldn't tell that an index of pending requests will do. */
function indexFor(state: RequestState, { requestedBy, tool, agent }: RequestQuery): string {
  if (state === "pending" && requestedBy !== undefined) return "pending_by_requester";
  if (state === "pending" && tool !== undefined) return "pending_by_tool";
  return state === "pending" && agent !== undefined ? "pending_by_agent" : "requests_by_state";
}

function along(index: string, conditions: Conditions): Sql {
  return select(`requests AS walk INDEXED BY ${index}`, conditions);
}

/** Pending requests with this invitation; the request itself says who is barred from it. */
function invited(tenant: string, query: RequestQuery, invitation: Conditions[number]): Sql {
  const from = "audiences AS walk CROSS JOIN requests AS request ON request.tenant = walk.tenant AND request.id = walk.id";
  return select(from, [["walk.tenant = ?", tenant], invitation, ...equalities(query), ...reviewable("request", query, false)]);
}

function select(from: string, conditions: Conditions): Sql {
  return {
    text: `SELECT DISTINCT walk.asked_at AS asked_at, walk.id AS id FROM ${from} WHERE ${conditions.map(([text]) => text).join(" AND ")}`,
    values: conditions.flatMap(([, value]) => (value === undefined ? [] : [value])),
  };
}

function equalities({ threadId, digest, requestedBy, tool, agent }: RequestQuery): Conditions {
  const wanted = { thread_id: threadId, digest, requested_by: requestedBy, tool, agent };
  return Object.entries(wanted).flatMap(([column, value]) => (value === undefined ? [] : [[`walk.${column} = ?`, value] as const]));
}

function reviewable(of: string, { reviewableBy }: RequestQuery, checkInvitation: boolean): Conditions {
  if (!reviewableBy) return [];
  const mayStill = [
    `(${of}.barred IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(${of}.barred) WHERE value IN (SELECT value FROM json_each(?))))`,
    encode(idsOf(reviewableBy)),
  ] as const;
  if (!checkInvitation) return [mayStill];
  const isInvited = `EXISTS (SELECT 1 FROM json_each(${of}.audience) WHERE value IN (SELECT value FROM json_each(?)))`;
  return [mayStill, [isInvited, encode(invitationsFor(reviewableBy))]];
}
