import type { ThreadRead } from "@countersign/core/store";
import type { Connection, Row } from "./connection.ts";
import { requestColumns, toRequest } from "./request-row.ts";
import { toText } from "./text.ts";
import { threadColumns, toThread } from "./thread-row.ts";

/** What is under way in a thread, as JSON text. The condition is that of the index, word for word. */
export function unfinishedIn(schema: string, tenant: string, threadId: string): string {
  return `(SELECT coalesce(json_agg(request ORDER BY n), '[]')::text FROM (
      SELECT ${requestColumns("own")}, own.n FROM ${schema}.requests AS own
      WHERE own.tenant = ${tenant} AND own.thread_id = ${threadId} AND own.state IN ('pending', 'approved', 'executing', 'unknown')
    ) AS request)`;
}

/** @throws STORE_UNAVAILABLE if some of it can't be read */
export function toThreadRead(row: Row): ThreadRead {
  const unfinished = JSON.parse(String(row["unfinished"])) as readonly Row[];
  return { thread: row["id"] === null ? undefined : toThread(row), unfinished: unfinished.map(toRequest), now: Number(row["now"]) };
}

/** One statement sees one moment. */
export async function readThread(connection: Connection, tenant: string, id: string): Promise<ThreadRead> {
  const { schema } = connection;
  const sql = `SELECT ${threadColumns("thread")}, ${unfinishedIn(schema, "$1", "$2")} AS unfinished, ${schema}.now_ms() AS now
    FROM (VALUES (true)) AS one LEFT JOIN ${schema}.threads AS thread ON thread.tenant = $1 AND thread.id = $2`;
  const [row] = (await connection.ask(sql, [toText(tenant), toText(id)])) as readonly [Row];
  return toThreadRead(row);
}
