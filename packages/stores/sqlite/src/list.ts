import {
  cursorOf,
  pageLimit,
  pageStart,
  readEach,
  type Page,
  type PageEnd,
  type RequestQuery,
  type RequestRecord,
} from "@countersign/core/store";
import type { Connection } from "./connection.ts";
import { nameIn } from "./json.ts";
import { toRequest } from "./rows.ts";
import { walksOf, type Sql } from "./walks.ts";

/** @throws INVALID_ARGS for a bad limit or cursor */
export function listRequests(connection: Connection, tenant: string, query: RequestQuery): Page<RequestRecord> {
  const limit = pageLimit(query);
  const found = matching(tenant, query, pageStart(query), limit + 1);
  if (!found) return { items: [], next: undefined };
  const { down } = direction(query);
  const sql = `SELECT version, record, result, json_quote(requests.id) AS id, found.asked_at AS asked_at FROM (${found.text}) AS found
    CROSS JOIN requests ON requests.tenant = ? AND requests.id = found.id ORDER BY found.asked_at ${down}, found.id ${down}`;
  const rows = connection.all(sql, ...found.values, tenant);
  const page = rows.slice(0, limit);
  // Of the row: its record may be unreadable.
  const last = page.at(-1);
  const end = last && rows.length > limit ? { askedAt: Number(last["asked_at"]), id: nameIn(last, "id") } : undefined;
  return { ...readEach(page, (row) => toRequest(tenant, row)), next: end && cursorOf(end) };
}

/** Counts no further than `cap`. `limit` and `after` of the query don't matter. */
export function countRequests(connection: Connection, tenant: string, query: RequestQuery, cap: number): number {
  const found = matching(tenant, query, undefined, Math.max(0, cap));
  return found ? Number(connection.get(`SELECT count(*) AS count FROM (${found.text})`, ...found.values)?.["count"]) : 0;
}

/** The first matches as (asked_at, id). SQLite merges the walks as it goes and stops when it has enough. */
function matching(tenant: string, query: RequestQuery, start: PageEnd | undefined, limit: number): Sql | undefined {
  const walks = walksOf(tenant, query);
  if (walks.length === 0) return undefined;
  const { down, beyond } = direction(query);
  const from: Sql = start
    ? { text: ` AND (walk.asked_at, walk.id) ${beyond} (?, ?)`, values: [start.askedAt, start.id] }
    : { text: "", values: [] };
  return {
    text: `${walks.map(({ text }) => text + from.text).join(" UNION ")} ORDER BY asked_at ${down}, id ${down} LIMIT ?`,
    values: [...walks.flatMap(({ values }) => [...values, ...from.values]), limit],
  };
}

function direction({ order }: RequestQuery): { readonly down: string; readonly beyond: string } {
  return order === "newest" ? { down: "DESC", beyond: "<" } : { down: "ASC", beyond: ">" };
}
