import {
  documentName,
  pageLimit,
  readEach,
  unreadableRecord,
  type AuditEvent,
  type DocumentClaim,
  type DocumentPort,
  type DocumentQuery,
  type DocumentRecord,
  type DocumentWritten,
  type Page,
} from "@countersign/core/store";
import { appending } from "./commit.ts";
import type { Connection, Row } from "./connection.ts";
import type { Group } from "./group.ts";
import { encode, name, nameIn } from "./json.ts";
import { Refusal } from "./write.ts";

/** The part of the store that keeps documents. */
export function documentsIn(connection: Connection, group: Group): DocumentPort {
  return {
    put: (tenant, { collection, id, body, dueAt = null, expiresAt = null }, expects, events) => {
      const values = { tenant, collection, id, body: encode(body), due: dueAt, expires: expiresAt };
      return expects === 0 ? write(group, tenant, INSERT, values, events) : write(group, tenant, UPDATE, { ...values, expects }, events);
    },
    get: (tenant, collection, id) =>
      connection.answer(() => {
        const row = connection.get(`${DOCUMENT} AND id = :id AND ${THERE}`, { tenant, collection, id, now: Date.now() });
        return row && toDocument(collection, row);
      }),
    delete: (tenant, collection, id, expects, events) =>
      write(group, tenant, DELETE, { tenant, collection, id, expects: expects ?? null }, events),
    list: (tenant, query) => connection.answer(() => list(connection, tenant, query)),
    claimDue: async (tenant, claim) => {
      // Looked for without the lock first: most looks find nothing, and needn't stop a writer.
      const isAny = await connection.answer(() => dueNow(connection, tenant, { ...claim, limit: Math.min(claim.limit, 1) }).length > 0);
      return isAny ? group.write(() => claimDue(connection, tenant, claim)) : [];
    },
  };
}

const THERE = "coalesce(expires_at > :now, true)";
const ADDRESS = "tenant = :tenant AND collection = :collection AND id = :id";
const INSERT = `INSERT INTO documents (tenant, collection, id, version, body, due_at, expires_at)
  VALUES (:tenant, :collection, :id, 1, :body, :due, :expires)
  ON CONFLICT (tenant, collection, id) DO UPDATE SET version = 1, body = excluded.body, due_at = excluded.due_at, expires_at = excluded.expires_at
  WHERE expires_at <= :now`;
const UPDATE = `UPDATE documents SET version = version + 1, body = :body, due_at = :due, expires_at = :expires
  WHERE ${ADDRESS} AND version = :expects AND ${THERE}`;
const DELETE = `DELETE FROM documents WHERE ${ADDRESS} AND version = coalesce(:expects, version) AND ${THERE}`;
/** Of all tenants, a few at a time: no write takes longer because much has expired. */
const REMOVE = `DELETE FROM documents WHERE n IN (
  SELECT n FROM documents INDEXED BY documents_expiring WHERE expires_at IS NOT NULL AND expires_at <= :now ORDER BY expires_at LIMIT 20)`;

type Values = Readonly<Record<string, string | number | null>>;

/** The clock is looked at with the lock in hand: waiting for it may have taken until the document's end. @throws STORE_UNAVAILABLE */
async function write(
  group: Group,
  tenant: string,
  sql: string,
  values: Values,
  events: readonly AuditEvent[] = [],
): Promise<DocumentWritten> {
  const appends = events.map((event) => appending(tenant, event));
  let isThere = false;
  try {
    await group.write((connection) => {
      const now = Date.now();
      isThere = connection.run(sql, { ...values, now }) > 0;
      if (!isThere) throw new Refusal("CONFLICT");
      for (const append of appends) append(connection);
      connection.run(REMOVE, { now });
    });
    return { ok: true };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: isThere ? "TAKEN" : "CONFLICT" };
    throw error;
  }
}

const DOCUMENT = `SELECT n, ${name("id")}, version, body, due_at, expires_at FROM documents WHERE tenant = :tenant AND collection = :collection`;

/** No name is longer than this many of the last character. */
const END = "\u{10FFFF}".repeat(128);

/** @throws INVALID_ARGS for a bad limit */
function list(connection: Connection, tenant: string, query: DocumentQuery): Page<DocumentRecord> {
  const { collection, idPrefix = "", after } = query;
  const limit = pageLimit(query);
  // No text comes between one and the same with U+0000 behind it.
  const from = after?.startsWith(idPrefix) ? `${after}\u0000` : idPrefix;
  const sql = `${DOCUMENT} AND id >= :from AND id <= :to AND ${THERE} ORDER BY documents.id LIMIT :limit`;
  const rows = connection.all(sql, { tenant, collection, from, to: `${idPrefix}${END}`, now: Date.now(), limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { ...readEach(page, (row) => toDocument(collection, row)), next: last && rows.length > limit ? nameIn(last, "id") : undefined };
}

function dueNow(connection: Connection, tenant: string, { collection, limit }: DocumentClaim): readonly Row[] {
  const sql = `${DOCUMENT.replace("documents", "documents INDEXED BY documents_due")} AND due_at IS NOT NULL AND due_at <= :now AND ${THERE} ORDER BY due_at LIMIT :limit`;
  return connection.all(sql, { tenant, collection, now: Date.now(), limit: Math.max(0, limit) });
}

/** One that can't be read is held as well, or it would come first for good: the others are claimed all the same. */
function claimDue(connection: Connection, tenant: string, claim: DocumentClaim): readonly DocumentRecord[] {
  const until = Date.now() + claim.leaseMs;
  const rows = dueNow(connection, tenant, claim).map((row) => {
    connection.run("UPDATE documents SET version = version + 1, due_at = :until WHERE n = :n", { until, n: Number(row["n"]) });
    return { ...row, version: Number(row["version"]) + 1, due_at: until };
  });
  connection.run(REMOVE, { now: Date.now() });
  return readEach(rows, (row) => toDocument(claim.collection, row)).items;
}

/** @throws STORE_UNAVAILABLE (not retryable) for a row that was damaged */
function toDocument(collection: string, row: Row): DocumentRecord {
  const id = nameIn(row, "id");
  const { version, due_at: dueAt, expires_at: expiresAt } = row;
  const times = { ...(dueAt === null ? {} : { dueAt: Number(dueAt) }), ...(expiresAt === null ? {} : { expiresAt: Number(expiresAt) }) };
  try {
    return { collection, id, version: Number(version), body: JSON.parse(String(row["body"])) as DocumentRecord["body"], ...times };
  } catch (error) {
    throw unreadableRecord(documentName({ collection, id }), "column body of its row is not JSON", error);
  }
}
