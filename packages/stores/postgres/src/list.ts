import { cursorOf, pageLimit, pageStart, readEach, type Page, type RequestQuery, type RequestRecord } from "@countersign/core/store";
import type { Connection } from "./connection.ts";
import { toRequest } from "./request-row.ts";
import { fromText } from "./text.ts";
import { Values, walksOf, type Range } from "./walks.ts";

/** @throws INVALID_ARGS for a bad limit or cursor */
export async function listRequests(connection: Connection, tenant: string, query: RequestQuery): Promise<Page<RequestRecord>> {
  const limit = pageLimit(query);
  const found = matching(connection, tenant, query, { start: pageStart(query), limit: limit + 1 });
  if (!found) return { items: [], next: undefined };
  const rows = await connection.ask(found.sql, found.values);
  const page = rows.slice(0, limit);
  // Of the row: its record may be unreadable.
  const last = page.at(-1);
  const end = last && rows.length > limit ? { askedAt: Number(last["asked_at"]), id: fromText(String(last["id"])) } : undefined;
  return { ...readEach(page, toRequest), next: end && cursorOf(end) };
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
