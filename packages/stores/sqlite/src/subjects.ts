import type { Connection } from "./connection.ts";
import { name, nameIn } from "./json.ts";

/** Where subjects stand, by what they begin with. An id of a request is a subject by itself, and events know theirs. */
const PLACES = [
  { column: "id", table: "requests", prefix: "" },
  { column: "id", table: "threads", prefix: "thread/" },
  { column: "id", table: "grants", prefix: "grant/" },
  { column: "subject", table: "events", prefix: "" },
] as const;

/** In the order of their bytes. Of each table no more than a page is looked at, along an index. */
export function listSubjects(connection: Connection, tenant: string, after: string | undefined, limit: number): readonly string[] {
  // No text comes between one and the same with U+0000 behind it.
  const from = after === undefined ? "" : `${after}\u0000`;
  const size = Math.max(0, limit);
  const places = PLACES.flatMap(({ prefix, ...place }) => {
    const start = startAmong(prefix, from);
    return start === undefined ? [] : [{ ...place, values: [prefix, tenant, start, size] }];
  });
  const pages = places.map(
    ({ column, table }) =>
      `SELECT ? || own AS subject FROM (SELECT DISTINCT ${column} AS own FROM ${table} WHERE tenant = ? AND ${column} >= ? ORDER BY own LIMIT ?)`,
  );
  const sql = `SELECT ${name("subject")} FROM (${pages.join(" UNION ")} ORDER BY subject LIMIT ?)`;
  return connection.all(sql, ...places.flatMap(({ values }) => values), size).map((row) => nameIn(row, "subject"));
}

/** Where the names with this prefix go on, without it. Undefined: all of them come before. */
function startAmong(prefix: string, from: string): string | undefined {
  if (from.startsWith(prefix)) return from.slice(prefix.length);
  return from < prefix ? "" : undefined;
}
