import type { GrantRecord, RequestRecord, StorePort, ThreadRead, ThreadRecord } from "@countersign/core/store";
import type { Connection } from "./connection.ts";
import { name, nameIn } from "./json.ts";
import { UNFINISHED_STATES } from "./schema.ts";
import { toGrant, toRequest, toThread } from "./rows.ts";

const REQUEST = `SELECT ${name("id")}, version, record, result FROM requests WHERE tenant = ?`;

export function getRequest(connection: Connection, tenant: string, id: string): RequestRecord | undefined {
  const row = connection.get(`${REQUEST} AND id = ?`, tenant, id);
  return row && toRequest(tenant, row);
}

const OF_THREAD = "tenant = :tenant AND thread_id = :thread";
/** Along the index, which has the numbers too: the rows of those before are not read. */
const AFTER = `SELECT ${name("id")}, version, record, result FROM requests INDEXED BY requests_by_turn WHERE ${OF_THREAD}
  AND n > coalesce((SELECT n FROM requests WHERE ${OF_THREAD} AND id = :after), 0) ORDER BY n`;

/** Rows are numbered as they are inserted: that is the order of asking. */
export function requestsOfThread(
  connection: Connection,
  tenant: string,
  threadId: string,
  after: string | undefined,
): readonly RequestRecord[] {
  return connection.all(AFTER, { tenant, thread: threadId, after: after ?? null }).map((row) => toRequest(tenant, row));
}

const UNFINISHED = `${REQUEST.replace("FROM requests", "FROM requests INDEXED BY unfinished_by_thread")}
  AND thread_id = ? AND ${UNFINISHED_STATES} ORDER BY n`;

/** Within a transaction, so that no commit stands between the two. */
export function readThread(connection: Connection, tenant: string, id: string): ThreadRead {
  const thread = getThread(connection, tenant, id);
  const unfinished = connection.all(UNFINISHED, tenant, id).map((row) => toRequest(tenant, row));
  return { thread, unfinished, now: Date.now() };
}

export function requestsOfTurn(connection: Connection, tenant: string, threadId: string, turnId: string): readonly RequestRecord[] {
  return connection
    .all(`${REQUEST} AND thread_id = ? AND turn_id = ? ORDER BY n`, tenant, threadId, turnId)
    .map((row) => toRequest(tenant, row));
}

const THREAD = `SELECT ${name("id")}, version, state, open, fence, ${name("holder")}, lease_until, not_before, closed_at, ${name("agent")},
  record, body, continuation FROM threads LEFT JOIN thread_bodies USING (tenant, id)`;

export function getThread(connection: Connection, tenant: string, id: string): ThreadRecord | undefined {
  const row = connection.get(`${THREAD} WHERE tenant = ? AND id = ?`, tenant, id);
  return row && toThread(tenant, row);
}

const GRANT = `SELECT ${name("id")}, version, uses, record FROM grants WHERE tenant = ?`;

export function grantsFor(connection: Connection, tenant: string, call: Parameters<StorePort["grantsFor"]>[1]): readonly GrantRecord[] {
  const sql = `${GRANT} AND tool = ? AND agent = ? AND namespace IS ? ORDER BY n`;
  return connection.all(sql, tenant, call.tool, call.agent, call.namespace ?? null).map((row) => toGrant(tenant, row));
}

/** Along its index, which has the oldest first. */
export function closedThreads(connection: Connection, tenant: string, before: number, limit: number): readonly string[] {
  const sql = `SELECT ${name("id")} FROM threads INDEXED BY threads_closed
    WHERE tenant = ? AND state = 'closed' AND closed_at IS NOT NULL AND closed_at < ? ORDER BY closed_at LIMIT ?`;
  return connection.all(sql, tenant, before, Math.max(0, limit)).map((row) => nameIn(row, "id"));
}

/** In the order they were given. */
export function listGrants(connection: Connection, tenant: string, tool: string | undefined): readonly GrantRecord[] {
  return connection.all(`${GRANT} AND tool = coalesce(?, tool) ORDER BY n`, tenant, tool ?? null).map((row) => toGrant(tenant, row));
}
