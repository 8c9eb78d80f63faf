import type { Connection, Row } from "./connection.ts";
import { grantColumns, originColumns, requestColumns, threadBodyColumns, threadColumns, type Columns } from "./rows.ts";
import { Refusal, type Put, type Write } from "./write.ts";

interface Key {
  readonly tenant: string;
  readonly id: string;
}

/** Compare-and-set of one record. */
export function putting(tenant: string, change: Put): Write {
  const { kind, record, expects } = change;
  const key: Key = { tenant, id: record.id };
  const version = expects + 1;
  switch (kind) {
    case "request": {
      const columns = { ...(expects === 0 ? originColumns(record) : {}), ...requestColumns(record, version) };
      return (connection) => {
        const old = expects === 0 ? undefined : connection.get(INDEXED, tenant, record.id);
        compareAndSet(connection, change, key, columns);
        if (old && old["digest"] !== record.proposal.digest) connection.run(EDIT, record.proposal.digest, tenant, record.id);
        invite(connection, key, old, columns);
        involve(connection, key, old, columns);
        if (expects === 0) connection.run(FIND_BY, tenant, columns["words"] ?? null);
        else if (record.state === "purged") forget(connection, key);
      };
    }
    case "thread": {
      const columns = threadColumns(record, version);
      const body = threadBodyColumns(record);
      return (connection) => {
        compareAndSet(connection, change, key, columns);
        if (body) connection.run(WRITE_BODY, tenant, record.id, ...Object.values(body));
        else if (expects > 0) connection.run("DELETE FROM thread_bodies WHERE tenant = ? AND id = ?", tenant, record.id);
      };
    }
    case "grant": {
      const columns = grantColumns(record, version);
      return (connection) => compareAndSet(connection, change, key, columns);
    }
  }
}

/** Every heartbeat comes by here; SQLite leaves pages alone that stay the same, so a large body costs nothing then. */
const WRITE_BODY = `INSERT INTO thread_bodies (tenant, id, body, continuation) VALUES (?, ?, ?, ?)
  ON CONFLICT (tenant, id) DO UPDATE SET body = excluded.body, continuation = excluded.continuation`;

const TABLES = { request: "requests", thread: "threads", grant: "grants" } as const;

/** By kind of record, for an insert and for an update: always the same columns, so it is put together once. */
const statements = new Map<string, string>();

/** @throws Refusal unless the version there is the one expected */
function compareAndSet(connection: Connection, change: Put, { tenant, id }: Key, columns: Columns): void {
  const { kind, expects } = change;
  const shape = `${kind}/${Math.min(expects, 1)}`;
  const sql = statements.get(shape) ?? (expects === 0 ? insert : update)(TABLES[kind], Object.keys(columns));
  statements.set(shape, sql);
  const written = connection.run(sql, ...Object.values(columns), tenant, id, ...(expects === 0 ? [] : [expects]));
  if (written === 0) throw new Refusal("CONFLICT", change);
}

function insert(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(", ")}, tenant, id) VALUES (${"?, ".repeat(columns.length)}?, ?) ON CONFLICT (tenant, id) DO NOTHING`;
}

function update(table: string, columns: readonly string[]): string {
  return `UPDATE ${table} SET ${columns.map((column) => `${column} = ?`).join(", ")} WHERE tenant = ? AND id = ? AND version = ?`;
}

const INDEXED = "SELECT audience, parties, deadline, asked_at, digest FROM requests WHERE tenant = ? AND id = ?";
/** Apart from what every put writes: SQLite would take it out of its index and put it back each time. */
const EDIT = "UPDATE requests SET digest = ? WHERE tenant = ? AND id = ?";
const AMONG = "(SELECT value FROM json_each(?))";
const DISINVITE = `DELETE FROM audiences WHERE tenant = ? AND id = ? AND asked_at = ? AND who IN ${AMONG}`;
const INVITE = `INSERT INTO audiences (tenant, who, asked_at, id, tool, agent, requested_by, deadline)
  SELECT tenant, who.value, asked_at, request.id, tool, agent, requested_by, deadline FROM requests AS request, json_each(audience) AS who
  WHERE request.tenant = ? AND request.id = ?`;

/** Keeps `audiences` in step with the request that was just written. */
function invite(connection: Connection, { tenant, id }: Key, old: Row | undefined, { audience = null, deadline }: Columns): void {
  const before = old?.["audience"] ?? null;
  if (before === audience && (audience === null || old?.["deadline"] === deadline)) return;
  if (old && before !== null) connection.run(DISINVITE, tenant, id, old["asked_at"] ?? null, before);
  if (audience !== null) connection.run(INVITE, tenant, id);
}

const INVOLVE = "INSERT OR IGNORE INTO parties (tenant, who, asked_at, id) SELECT ?, value, ?, ? FROM json_each(?)";
const DISMISS = `DELETE FROM parties WHERE tenant = ? AND id = ? AND asked_at = ? AND who IN ${AMONG} AND who NOT IN ${AMONG}`;

/** Keeps `parties` in step: most often nobody is new, and hardly ever somebody goes. */
function involve(connection: Connection, { tenant, id }: Key, old: Row | undefined, { parties = null, asked_at = null }: Columns): void {
  const before = old?.["parties"] ?? null;
  if (before === parties) return;
  const askedAt = old?.["asked_at"] ?? asked_at;
  if (before !== null) connection.run(DISMISS, tenant, id, askedAt, before, parties);
  connection.run(INVOLVE, tenant, askedAt, id, parties);
}

/** The last row with a number is that of the request: other tables have none. */
const FIND_BY = "INSERT INTO words (tenant, word, n) SELECT ?, value, last_insert_rowid() FROM json_each(?)";
const FORGET = `DELETE FROM words WHERE (tenant, word, n) IN (
  SELECT tenant, value, n FROM requests, json_each(words) WHERE requests.tenant = ? AND requests.id = ?)`;

/** No search finds what was purged. */
function forget(connection: Connection, { tenant, id }: Key): void {
  connection.run(FORGET, tenant, id);
  connection.run("UPDATE requests SET words = '[]' WHERE tenant = ? AND id = ?", tenant, id);
}
