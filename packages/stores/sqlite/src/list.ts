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
import type { Connection, Row } from "./connection.ts";
import { areRare, hasFew } from "./has-few.ts";
import { nameIn } from "./json.ts";
import { toRequest } from "./rows.ts";
import { sought } from "./search.ts";
import { walksOf, type Sql } from "./walks.ts";

/** @throws INVALID_ARGS for a bad limit, cursor or search */
export function listRequests(connection: Connection, tenant: string, query: RequestQuery): Page<RequestRecord> {
  const limit = pageLimit(query);
  const found = matching(connection, tenant, query, pageStart(query), limit + 1);
  if (!found) return { items: [], next: undefined };
  const sql = `SELECT version, record, result, json_quote(requests.id) AS id, requests.deadline AS deadline, found.asked_at AS asked_at
    FROM (${found.text}) AS found CROSS JOIN requests ON requests.tenant = ? AND requests.id = found.id ORDER BY ${inOrder(query, "found.")}`;
  const rows = connection.all(sql, ...found.values, tenant);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    ...readEach(page, (row) => toRequest(tenant, row)),
    next: last && rows.length > limit ? cursorOf(endIn(last), query.order) : undefined,
  };
}

/** Of the row: its record may be unreadable. */
function endIn(row: Row): PageEnd {
  const deadline = Number(row["deadline"]);
  return { askedAt: Number(row["asked_at"]), id: nameIn(row, "id"), expiresAt: deadline === Infinity ? undefined : deadline };
}

/** Counts no further than `cap`. `limit` and `after` of the query don't matter. @throws INVALID_ARGS for a bad search */
export function countRequests(connection: Connection, tenant: string, { order: _, ...query }: RequestQuery, cap: number): number {
  const found = matching(connection, tenant, query, undefined, Math.max(0, cap));
  return found ? Number(connection.get(`SELECT count(*) AS count FROM (${found.text})`, ...found.values)?.["count"]) : 0;
}

/** The first matches, by what they are sorted by. SQLite merges the walks as it goes and stops when it has enough. */
function matching(connection: Connection, tenant: string, query: RequestQuery, start: PageEnd | undefined, limit: number): Sql | undefined {
  const walks = walksOf({
    tenant,
    query,
    sought: sought(connection, tenant, query),
    start,
    hasFew: () => hasFew(connection, tenant, query),
    areRare: (states, parties) => areRare(connection, tenant, states, parties),
  });
  if (walks.length === 0) return undefined;
  return {
    text: `${walks.map(({ text }) => text).join(" UNION ")} ORDER BY ${inOrder(query)} LIMIT ?`,
    values: [...walks.flatMap(({ values }) => values), limit],
  };
}

function inOrder({ order }: RequestQuery, of = ""): string {
  const down = order === "newest" ? "DESC" : "ASC";
  const keys = [...(order === "deadline" ? ["deadline"] : []), "asked_at", "id"];
  return keys.map((key) => `${of}${key} ${down}`).join(", ");
}
