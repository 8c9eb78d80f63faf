import {
  GIVEN_UP,
  NEVER,
  pageLimit,
  readEach,
  threadCursorOf,
  threadPageStart,
  type Page,
  type ThreadHead,
  type ThreadQuery,
  type ThreadState,
} from "@countersign/core/store";
import type { Connection } from "./connection.ts";
import { fromText, toText } from "./text.ts";
import { THREAD_HEAD, toThread } from "./thread-row.ts";

const FREE = "state = 'live' AND holder IS NULL";

/** What `threadStateOf` of core says, in columns. */
const STANDING: { readonly [S in ThreadState]: string } = {
  closed: "state = 'closed'",
  running: "state = 'live' AND holder IS NOT NULL",
  // The first and the last condition are those of the index, word for word.
  failing: `${FREE} AND not_before = ${GIVEN_UP}`,
  suspended: `${FREE} AND not_before <> ${GIVEN_UP} AND open > 0`,
  idle: `${FREE} AND not_before = ${NEVER} AND open <= 0`,
  ready: `${FREE} AND not_before < ${GIVEN_UP} AND open <= 0`,
};

/** Along the primary key; those that failed have an index of their own. @throws INVALID_ARGS for a bad limit or cursor */
export async function listThreads(connection: Connection, tenant: string, query: ThreadQuery): Promise<Page<ThreadHead>> {
  const limit = pageLimit(query);
  const start = threadPageStart(query);
  const standing = query.state === undefined ? "" : ` AND ${STANDING[query.state]}`;
  const given = [query.agent, start].filter((value) => value !== undefined);
  const ofAgent = query.agent === undefined ? "" : " AND agent = $3";
  const beyond = start === undefined ? "" : ` AND id > $${given.length + 2}`;
  const sql = `SELECT ${THREAD_HEAD} FROM ${connection.schema}.threads
    WHERE tenant = $1 AND agent <> ''${standing}${ofAgent}${beyond} ORDER BY id LIMIT $2`;
  const rows = await connection.ask(sql, [toText(tenant), limit + 1, ...given.map(toText)]);
  const page = rows.slice(0, limit);
  // Of the row: its record may be unreadable.
  const last = page.at(-1);
  return { ...readEach(page, toThread), next: last && rows.length > limit ? threadCursorOf(fromText(String(last["id"]))) : undefined };
}
