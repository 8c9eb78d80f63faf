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
import type { Principal } from "@countersign/core";
import { conditionsOn, equalities, reviewable, type Values } from "./conditions.ts";
import { requestColumns } from "./request-row.ts";
import { beyondAll, havingWord, type Sought } from "./search.ts";
import { toText } from "./text.ts";

/** What is looked for, how far each walk goes, and from where. */
export interface Wanted {
  readonly schema: string;
  readonly tenant: string;
  readonly query: RequestQuery;
  readonly sought: Sought;
  readonly start: PageEnd | undefined;
  readonly limit: number;
  /** Of a list of what is pending: have those who may see it asked and signed only a few? */
  readonly hasFew: boolean;
  /** Are fewer in the states of the list than those that whoever may see it has to do with? */
  readonly areRare: boolean;
}

/** PostgreSQL needs a second to plan several hundred walks. Nobody has so many roles, but a request for them shall not take that long. */
const MAX_WALKS = 100;
/** With fewer characters of an id, so many requests begin like it that a walk soon finds a page of them. */
const TELLING = 3;

/** When it expires, of a row of requests. The expression is that of the index. */
export const deadlineIn = (of: string): string => `coalesce(${of}expires_at, 'Infinity')`;

/**
 * Where to look for what a query wants: walks along an index, each in the order of the list and no longer than the page,
 * which together pass every match. None when nothing can match.
 */
export function walksOf(wanted: Wanted, values: Values): readonly string[] {
  const { schema, query, sought } = wanted;
  const states = statesOf(query);
  if (states.length === 0) return [];
  const of = values.add(toText(wanted.tenant));
  const walk = walking(wanted, values);
  const requests = `${schema}.requests AS walk`;
  const equal = (alias: string): readonly string[] => equalities(alias, query, values);
  // In the SQL itself, or PostgreSQL couldn't tell that an index of some states will do.
  const among = (alias: string): string => `${alias}.state IN (${states.map((state) => `'${state}'`).join(", ")})`;
  const ofFew = (): readonly string[] => [
    `walk.tenant = ${of}`,
    ...equal("walk"),
    among("walk"),
    ...reviewable("walk", query, true, values),
  ];
  if (query.digest !== undefined || query.threadId !== undefined) return [walk({ from: requests, conditions: ofFew() })];
  if (sought.rare !== undefined) {
    const numbers = havingWord(schema, of, values.add(sought.rare), values.add(beyondAll(sought.rare)));
    const from = `(SELECT DISTINCT n FROM (${numbers}) AS either) AS found JOIN ${requests} ON walk.n = found.n`;
    return [walk({ from, conditions: ofFew(), isShort: true })];
  }
  if ((query.idPrefix?.length ?? 0) >= TELLING) return [walk({ from: requests, conditions: ofFew(), isShort: true })];
  const each = (table: string, whos: readonly string[], walkAlong: (from: string, ofWho: string) => string): readonly string[] => {
    const beside = (rows: string): string =>
      `${rows} AS walk JOIN ${schema}.requests AS request ON request.tenant = walk.tenant AND request.id = walk.id`;
    if (whos.length <= MAX_WALKS)
      return whos.map((who) => walkAlong(beside(`${schema}.${table}`), `walk.tenant = ${of} AND walk.who = ${values.add(toText(who))}`));
    const rows = `SELECT DISTINCT ON (asked_at, id) * FROM ${schema}.${table} WHERE tenant = ${of} AND who = ANY (${values.names(whos)})`;
    return [walkAlong(beside(`(${rows})`), "true")];
  };
  const invited = (principal: Principal): readonly string[] =>
    each("audiences", invitationsFor(principal), (from, ofWho) => {
      const conditions = [ofWho, ...equal("walk"), ...reviewable("request", query, false, values)];
      return walk({ from, record: "request", deadline: "walk.deadline", conditions });
    });
  const involved = (whos: readonly string[]): readonly string[] =>
    each("parties", whos, (from, ofWho) => walk({ from, record: "request", conditions: [ofWho, among("request"), ...equal("request")] }));
  const { reviewableBy, visibleTo } = query;
  if (reviewableBy) return invited(reviewableBy);
  const [parties] = partiesOn(query);
  if (parties && areFewerOf(wanted, states)) return involved(parties);
  // All that is pending may be a million, of which one person sees ten.
  if (visibleTo && wanted.hasFew) return [...invited(visibleTo), ...involved(ownParties(visibleTo))];
  return states.map((state) => walk({ from: requests, conditions: [`walk.tenant = ${of}`, `walk.state = '${state}'`, ...equal("walk")] }));
}

/** Of all requests, those that these people have to do with are fewer; of those under way, or where few are decided, they may be more. */
function areFewerOf({ query, areRare }: Wanted, states: readonly RequestState[]): boolean {
  return query.decidedBy !== undefined || !(areRare || states.every((state) => UNFINISHED.includes(state)));
}

interface Walk {
  readonly from: string;
  /** The alias of the request's own row. Default: `walk`. */
  readonly record?: string;
  /** What has its deadline. Default: its own row. */
  readonly deadline?: string;
  readonly conditions: readonly string[];
  /** No index has so few of them in order: without that, PostgreSQL might go through all of them in the order of one that has more. */
  readonly isShort?: boolean;
}

function walking({ query, sought, start, limit }: Wanted, values: Values): (walk: Walk) => string {
  return ({ from, record = "walk", deadline = deadlineIn(`${record}.`), conditions, isShort = false }) => {
    const [down, than] = query.order === "newest" ? ["DESC", "<"] : ["ASC", ">"];
    const asked = isShort ? "walk.asked_at + 0" : "walk.asked_at";
    const keys = [...(query.order === "deadline" ? [deadline] : []), asked, "walk.id"];
    const ends = start && [...(query.order === "deadline" ? [deadlineOf(start)] : []), start.askedAt];
    const beyond = ends && `(${keys.join(", ")}) ${than} (${ends.map((time) => `${values.add(time)}::double precision`).join(", ")}, ${values.add(toText(start.id))})`; // prettier-ignore
    const all = [...conditions, ...conditionsOn(record, query, sought.words, values), ...(beyond ? [beyond] : [])];
    return `(SELECT ${requestColumns(record)} FROM ${from} WHERE ${all.join(" AND ")}
      ORDER BY ${keys.map((key) => `${key} ${down}`).join(", ")} LIMIT ${values.add(limit)})`;
  };
}
