import type { GrantRecord, RequestRecord, StorePort, ThreadRecord } from "@countersign/core/store";
import type { Connection } from "./connection.ts";
import { GRANT, toGrant } from "./grant-row.ts";
import { requestColumns, toRequest } from "./request-row.ts";
import { fromText, toText } from "./text.ts";
import { THREAD, toThread } from "./thread-row.ts";

const REQUEST = requestColumns("requests");

export async function getRequest(connection: Connection, tenant: string, id: string): Promise<RequestRecord | undefined> {
  const sql = `SELECT ${REQUEST} FROM ${connection.schema}.requests WHERE tenant = $1 AND id = $2`;
  const [row] = await connection.ask(sql, [toText(tenant), toText(id)]);
  return row && toRequest(row);
}

/**
 * Rows are numbered in the order of the commits. They are asked for in the order of their index, which no other index has:
 * for a table that was empty when the plan was made, the planner might walk through all requests of the tenant.
 */
export async function requestsOfThread(
  connection: Connection,
  tenant: string,
  threadId: string,
  after: string | undefined,
): Promise<readonly RequestRecord[]> {
  const { schema } = connection;
  const place = `SELECT n FROM ${schema}.requests WHERE tenant = $1 AND thread_id = $2 AND id = $3`;
  const behind = after === undefined ? "" : ` AND n > coalesce((${place}), 0)`;
  const sql = `SELECT ${REQUEST}, n FROM ${schema}.requests WHERE tenant = $1 AND thread_id = $2${behind} ORDER BY turn_id, n`;
  const rows = await connection.ask(sql, [toText(tenant), toText(threadId), ...(after === undefined ? [] : [toText(after)])]);
  return rows.toSorted((one, other) => Number(one["n"]) - Number(other["n"])).map(toRequest);
}

export async function requestsOfTurn(
  connection: Connection,
  tenant: string,
  threadId: string,
  turnId: string,
): Promise<readonly RequestRecord[]> {
  const sql = `SELECT ${REQUEST} FROM ${connection.schema}.requests WHERE tenant = $1 AND thread_id = $2 AND turn_id = $3 ORDER BY n`;
  return (await connection.ask(sql, [toText(tenant), toText(threadId), toText(turnId)])).map(toRequest);
}

export async function getThread(connection: Connection, tenant: string, id: string): Promise<ThreadRecord | undefined> {
  const sql = `SELECT ${THREAD} FROM ${connection.schema}.threads WHERE tenant = $1 AND id = $2`;
  const [row] = await connection.ask(sql, [toText(tenant), toText(id)]);
  return row && toThread(row);
}

/** The longest closed first. */
export async function closedThreads(connection: Connection, tenant: string, before: number, limit: number): Promise<readonly string[]> {
  const sql = `SELECT id FROM ${connection.schema}.threads WHERE tenant = $1 AND state = 'closed' AND closed_at < $2 ORDER BY closed_at, id LIMIT $3`;
  const rows = await connection.ask(sql, [toText(tenant), before, Math.max(0, limit)]);
  return rows.map(({ id }) => fromText(String(id)));
}

export async function grantsFor(
  connection: Connection,
  tenant: string,
  { namespace, tool, agent }: Parameters<StorePort["grantsFor"]>[1],
): Promise<readonly GrantRecord[]> {
  const sql = `SELECT ${GRANT} FROM ${connection.schema}.grants
    WHERE tenant = $1 AND tool = $2 AND agent = $3 AND namespace IS NOT DISTINCT FROM $4 ORDER BY n`;
  const values = [toText(tenant), toText(tool), toText(agent), namespace === undefined ? null : toText(namespace)];
  return (await connection.ask(sql, values)).map(toGrant);
}

/** In the order they were given. */
export async function listGrants(connection: Connection, tenant: string, tool: string | undefined): Promise<readonly GrantRecord[]> {
  const sql = `SELECT ${GRANT} FROM ${connection.schema}.grants WHERE tenant = $1 AND ($2::text IS NULL OR tool = $2) ORDER BY n`;
  return (await connection.ask(sql, [toText(tenant), tool === undefined ? null : toText(tool)])).map(toGrant);
}
