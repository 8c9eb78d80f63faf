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
import { Values } from "./conditions.ts";
import type { Connection, Row } from "./connection.ts";
import { toRequest } from "./request-row.ts";
import { areRare, hasFew } from "./has-few.ts";
import { sought } from "./search.ts";
import { fromText } from "./text.ts";
import { deadlineIn, walksOf, type Wanted } from "./walks.ts";

/** @throws INVALID_ARGS for a bad limit, cursor or search */
export async function listRequests(connection: Connection, tenant: string, query: RequestQuery): Promise<Page<RequestRecord>> {
  const limit = pageLimit(query);
  const start = pageStart(query);
  const found = await matching(connection, { tenant, query, start, limit: limit + 1 });
  if (!found) return { items: [], next: undefined };
  const rows = await connection.ask(found.sql, found.values);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { ...readEach(page, toRequest), next: last && rows.length > limit ? cursorOf(endIn(last), query.order) : undefined };
}

/** Of the row: its record may be unreadable. */
function endIn(row: Row): PageEnd {
  const expiresAt = row["expires_at"] ?? null;
  return {
    askedAt: Number(row["asked_at"]),
    id: fromText(String(row["id"])),
    expiresAt: expiresAt === null ? undefined : Number(expiresAt),
  };
}

/** Counts no further than `cap`. `limit`, `after` and `order` of the query don't matter. @throws INVALID_ARGS for a bad search */
export async function countRequests(
  connection: Connection,
  tenant: string,
  { order: _, ...query }: RequestQuery,
  cap: number,
): Promise<number> {
  const found = await matching(connection, { tenant, query, start: undefined, limit: Math.max(0, cap) });
  if (!found) return 0;
  const [row] = await connection.ask(`SELECT count(*) AS count FROM (${found.sql}) AS found`, found.values);
  return Number(row?.["count"]);
}

/** The first matches. A request that invites the same person twice is passed by two walks. */
async function matching(
  connection: Connection,
  given: Omit<Wanted, "schema" | "sought" | "hasFew" | "areRare">,
): Promise<{ readonly sql: string; readonly values: readonly unknown[] } | undefined> {
  const { tenant, query } = given;
  const [words, isFew, isRare] = await Promise.all([
    sought(connection, tenant, query),
    hasFew(connection, tenant, query),
    areRare(connection, tenant, query),
  ]);
  const wanted: Wanted = { ...given, schema: connection.schema, sought: words, hasFew: isFew, areRare: isRare };
  const values = new Values();
  const walks = walksOf(wanted, values);
  const [only] = walks;
  if (only === undefined) return undefined;
  if (walks.length === 1) return { sql: only, values: values.all };
  const { order } = wanted.query;
  const down = order === "newest" ? "DESC" : "ASC";
  const keys = [...(order === "deadline" ? [deadlineIn("")] : []), "asked_at", "id"];
  const sql = `SELECT DISTINCT ON (${keys.join(", ")}) * FROM (${walks.join(" UNION ALL ")}) AS walks
    ORDER BY ${keys.map((key) => `${key} ${down}`).join(", ")} LIMIT ${values.add(wanted.limit)}`;
  return { sql, values: values.all };
}
