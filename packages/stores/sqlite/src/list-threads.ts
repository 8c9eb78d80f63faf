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
import { name, nameIn } from "./json.ts";
import { toThread } from "./rows.ts";

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

/** What can be large is in another table, and stays there. */
const HEAD = `SELECT ${name("id")}, version, state, open, fence, ${name("holder")}, lease_until, not_before, closed_at, ${name("agent")},
  record, NULL AS body, NULL AS continuation FROM threads`;

/** Along the primary key; those that failed have an index of their own. @throws INVALID_ARGS for a bad limit or cursor */
export function listThreads(connection: Connection, tenant: string, query: ThreadQuery): Page<ThreadHead> {
  const limit = pageLimit(query);
  const start = threadPageStart(query);
  const { state, agent } = query;
  const index = state === "failing" ? " INDEXED BY threads_failing" : "";
  const standing = state === undefined ? "" : ` AND ${STANDING[state]}`;
  const ofAgent = agent === undefined ? "" : " AND agent = ?";
  const beyond = start === undefined ? "" : " AND id > ?";
  const sql = `${HEAD}${index} WHERE tenant = ? AND agent <> ''${standing}${ofAgent}${beyond} ORDER BY threads.id LIMIT ?`;
  const given = [agent, start].filter((value) => value !== undefined);
  const rows = connection.all(sql, tenant, ...given, limit + 1);
  const page = rows.slice(0, limit);
  // Of the row: its record may be unreadable.
  const last = page.at(-1);
  return {
    ...readEach(page, (row) => toThread(tenant, row)),
    next: last && rows.length > limit ? threadCursorOf(nameIn(last, "id")) : undefined,
  };
}
