import { cursorOf, pageLimit, pageStart, type Page, type RequestQuery, type RequestRecord } from "@countersign/core/store";
import type { Connection } from "./connection.ts";
import { toRequest } from "./rows.ts";
import { Values, walksOf, type Range } from "./walks.ts";

/** @throws INVALID_ARGS for a bad limit or cursor */
export async function listRequests(connection: Connection, tenant: string, query: RequestQuery): Promise<Page<RequestRecord>> {
  const limit = pageLimit(query);
  const found = matching(connection, tenant, query, { start: pageStart(query), limit: limit + 1 });
  if (!found) return { items: [], next: undefined };
  const rows = await connection.ask(found.sql, found.values);
  const items = rows.slice(0, limit).map(toRequest);
  const last = items.at(-1);
  return { items, next: last && rows.length > limit ? cursorOf(last) : undefined };
}

/** Counts no further than `cap`. `limit` and `after` of the query don't matter. */
export async function countRequests(connection: Connection, tenant: string, query: RequestQuery, cap: number): Promise<number> {
  const found = matching(connection, tenant, query, { start: undefined, limit: Math.max(0, cap) });
  if (!found) return 0;
  const [row] = await connection.ask(`SELECT count(*) AS count FROM (${found.sql}) AS found`, found.values);
  return Number(row?.["count"]);
}

/** The first matches. A request that invites the same person twice is passed by two walks. */
function matching(
  connection: Connection,
  tenant: string,
  query: RequestQuery,
  range: Range,
): { readonly sql: string; readonly values: readonly unknown[] } | undefined {
  const values = new Values();
  const walks = walksOf(connection.schema, tenant, query, range, values);
  const [only] = walks;
  if (only === undefined) return undefined;
  if (walks.length === 1) return { sql: only, values: values.all };
  const down = query.order === "newest" ? "DESC" : "ASC";
  const sql = `SELECT DISTINCT ON (asked_at, id) * FROM (${walks.join(" UNION ALL ")}) AS walks
    ORDER BY asked_at ${down}, id ${down} LIMIT ${values.add(range.limit)}`;
  return { sql, values: values.all };
}
