import type { Connection } from "./connection.ts";
import { fromText, toText } from "./text.ts";

/** Where subjects stand, by what they begin with. */
const SOURCES = [
  { table: "requests", column: "id", prefix: "" },
  { table: "threads", column: "id", prefix: "thread/" },
  { table: "grants", column: "id", prefix: "grant/" },
  { table: "events", column: "subject", prefix: "" },
] as const;

/** Whatever has a record or a chain, in the order of its bytes. Each source gives a page of its own along its key. */
export async function listSubjects(
  connection: Connection,
  tenant: string,
  after: string | undefined,
  limit: number,
): Promise<readonly string[]> {
  const start = after === undefined ? undefined : toText(after);
  const values: unknown[] = [toText(tenant), Math.max(0, limit)];
  const branches = SOURCES.flatMap(({ table, column, prefix }) => {
    const beyond = keyAfter(start, prefix);
    if (beyond === null) return [];
    const condition = beyond === undefined ? "" : ` AND ${column} > $${values.push(beyond)}`;
    return [
      `(SELECT DISTINCT '${prefix}' || ${column} COLLATE "C" AS subject, ${column} AS key FROM ${connection.schema}.${table}
        WHERE tenant = $1${condition} ORDER BY key LIMIT $2)`,
    ];
  });
  const sql = `SELECT DISTINCT found.subject AS subject FROM (${branches.join(" UNION ALL ")}) AS found ORDER BY 1 LIMIT $2`;
  return (await connection.ask(sql, values)).map(({ subject }) => fromText(String(subject)));
}

/** The key from which a source goes on. Undefined: from its first; null: it has nothing any more. */
function keyAfter(start: string | undefined, prefix: string): string | undefined | null {
  if (start === undefined) return undefined;
  if (start.startsWith(prefix)) return start.slice(prefix.length);
  return Buffer.compare(Buffer.from(start), Buffer.from(prefix)) < 0 ? undefined : null;
}
