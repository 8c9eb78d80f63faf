import type { SQLInputValue } from "node:sqlite";
import {
  deadlineOf,
  invitationsFor,
  ownParties,
  partiesOn,
  statesOf,
  UNFINISHED,
  type PageEnd,
  type RequestQuery,
  type RequestState,
} from "@countersign/core/store";
import { AMONG, conditionsOn, equalities, reviewable, type Conditions } from "./conditions.ts";
import { encode } from "./json.ts";
import { UNFINISHED_STATES } from "./schema.ts";
import { HAVING_WORD, rangeOf, type Sought } from "./search.ts";

/** SQL with the values that it mentions. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SQLInputValue[];
}

/** What is looked for, and beyond which record. */
export interface Wanted {
  readonly tenant: string;
  readonly query: RequestQuery;
  readonly sought: Sought;
  readonly start: PageEnd | undefined;
  /** Have those who may see it asked and signed only a few? It takes a look. */
  readonly hasFew: () => boolean;
  /** Are fewer in these states than those that these parties have to do with? It takes a look, too. */
  readonly areRare: (states: readonly RequestState[], parties: readonly string[]) => boolean;
}

/** SQLite merges at most 500 walks. Nobody has so many roles, but a request for them shall not fail. */
const MAX_WALKS = 100;
/** With fewer characters of an id, so many requests begin like it that a walk soon finds a page of them. */
const TELLING = 3;

/**
 * Where to look for what a query wants: walks along an index that together pass every match. Most are in the order of the
 * list, and then no longer than the page. None when nothing can match.
 */
export function walksOf(wanted: Wanted): readonly Sql[] {
  const { query } = wanted;
  const states = statesOf(query);
  if (states.length === 0) return [];
  const narrow = narrowTo(wanted, states);
  if (narrow) return [ofFew(wanted, narrow, states)];
  if (query.reviewableBy) return each(invitationsFor(query.reviewableBy), (who) => invited(wanted, who));
  const [parties] = partiesOn(query);
  if (parties && areFewerOf(wanted, states, parties)) return each(parties, (who) => involved(wanted, who, states));
  const { visibleTo } = query;
  // All that is pending may be a million, of which one person sees ten.
  if (visibleTo && isPending(states) && wanted.hasFew())
    return [
      ...each(invitationsFor(visibleTo), (who) => invited(wanted, who)),
      ...each(ownParties(visibleTo), (who) => involved(wanted, who, states)),
    ];
  return states.map((state) =>
    select(wanted, `requests AS walk INDEXED BY ${indexFor(state, query)}`, "walk", [
      ["walk.tenant = ?", wanted.tenant],
      [`walk.state = '${state}'`],
      ...equalities("walk", query),
    ]),
  );
}

/** A place where few requests are: the rows themselves say the rest. */
interface Narrow {
  readonly from: Sql;
  /** The condition without which SQLite couldn't tell that the index will do. */
  readonly condition?: string;
}

function narrowTo({ tenant, query, sought }: Wanted, states: readonly RequestState[]): Narrow | undefined {
  const { threadId, digest, idPrefix = "" } = query;
  const by = (index: string): Narrow => ({ from: { text: `requests AS walk INDEXED BY ${index}`, values: [] } });
  if (threadId !== undefined) {
    const indexed = OF_THREAD.find(({ of }) => states.every((state) => of.includes(state)));
    return indexed ? { ...by(indexed.index), condition: indexed.condition } : by("requests_by_turn");
  }
  if (digest !== undefined) return by("requests_by_digest");
  if (sought.rare !== undefined) {
    const place = [tenant, ...rangeOf(sought.rare)];
    return { from: { text: `(${HAVING_WORD}) AS found CROSS JOIN requests AS walk ON walk.n = found.n`, values: [...place, ...place] } };
  }
  return idPrefix.length >= TELLING ? by("sqlite_autoindex_requests_1") : undefined;
}

/** Indexes of a thread's requests in some states only. */
const OF_THREAD: readonly { readonly index: string; readonly condition: string; readonly of: readonly RequestState[] }[] = [
  { index: "unfinished_by_thread", of: UNFINISHED, condition: UNFINISHED_STATES },
  { index: "rejected_by_thread", of: ["rejected"], condition: "state = 'rejected'" },
];

function ofFew(wanted: Wanted, { from, condition }: Narrow, states: readonly RequestState[]): Sql {
  const { tenant, query } = wanted;
  const walk = select(wanted, from.text, "walk", [
    ["walk.tenant = ?", tenant],
    ...equalities("walk", query),
    ...(condition === undefined ? [] : [[`walk.${condition}`] as const]),
    [`walk.state IN ${AMONG}`, encode(states)],
    ...reviewable("walk", query, true),
  ]);
  return { text: walk.text, values: [...from.values, ...walk.values] };
}

/** One walk for each, unless they are too many. */
function each(whos: readonly string[], walk: (who: Conditions[number]) => Sql): readonly Sql[] {
  if (whos.length > MAX_WALKS) return [walk([`walk.who IN ${AMONG}`, encode(whos)])];
  return whos.map((who) => walk(["walk.who = json_extract(?, '$')", encode(who)]));
}

/** Of all requests, those that these people have to do with are fewer; of those under way, or where few are decided, they may be more. */
function areFewerOf({ query, areRare }: Wanted, states: readonly RequestState[], parties: readonly string[]): boolean {
  return query.decidedBy !== undefined || !(states.every((state) => UNFINISHED.includes(state)) || areRare(states, parties));
}

function isPending(states: readonly RequestState[]): boolean {
  return states.every((state) => state === "pending");
}

/** The state stands in the SQL itself, or SQLite couldn't tell that an index of pending requests will do. */
function indexFor(state: RequestState, { order, requestedBy, tool, agent }: RequestQuery): string {
  if (state !== "pending") return "requests_by_state";
  if (order === "deadline") return "pending_by_deadline";
  if (requestedBy !== undefined) return "pending_by_requester";
  if (tool !== undefined) return "pending_by_tool";
  return agent === undefined ? "requests_by_state" : "pending_by_agent";
}

/** Pending requests with this invitation; the request itself says who is barred from it. */
function invited(wanted: Wanted, invitation: Conditions[number]): Sql {
  const { tenant, query } = wanted;
  const index = query.order === "deadline" ? " INDEXED BY audiences_by_deadline" : "";
  return select(wanted, `audiences AS walk${index} ${WITH_REQUEST}`, "request", [
    ["walk.tenant = ?", tenant],
    invitation,
    ...equalities("walk", query),
    ...reviewable("request", query, false),
  ]);
}

/** Requests that somebody has to do with. */
function involved(wanted: Wanted, party: Conditions[number], states: readonly RequestState[]): Sql {
  const { tenant, query } = wanted;
  return select(wanted, `parties AS walk ${WITH_REQUEST}`, "request", [
    ["walk.tenant = ?", tenant],
    party,
    [`request.state IN ${AMONG}`, encode(states)],
    ...equalities("request", query),
  ]);
}

const WITH_REQUEST = "CROSS JOIN requests AS request ON request.tenant = walk.tenant AND request.id = walk.id";

/** @param of the alias of the request itself */
function select({ query, sought, start }: Wanted, from: string, of: string, conditions: Conditions): Sql {
  const isByDeadline = query.order === "deadline";
  // A walk along deadlines has them itself.
  const deadline = from.startsWith("parties") ? "request.deadline" : "walk.deadline";
  const keys = [...(isByDeadline ? [deadline] : []), "walk.asked_at", "walk.id"];
  const all: Conditions = [...conditions, ...conditionsOn(of, query, sought.words), ...(start ? [beyond(keys, query, start)] : [])];
  return {
    text: `SELECT DISTINCT ${keys.map((key) => `${key} AS ${key.split(".")[1]}`).join(", ")} FROM ${from} WHERE ${all.map(([text]) => text).join(" AND ")}`,
    values: all.flatMap(([, ...values]) => values),
  };
}

function beyond(keys: readonly string[], { order }: RequestQuery, start: PageEnd): Conditions[number] {
  const values = [...(order === "deadline" ? [deadlineOf(start)] : []), start.askedAt, start.id];
  return [`(${keys.join(", ")}) ${order === "newest" ? "<" : ">"} (${values.map(() => "?").join(", ")})`, ...values];
}
