import { randomUUID } from "node:crypto";
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
  type NewDocument,
  type Page,
} from "@countersign/core/store";
import { Unanswered, type Connection, type Row } from "./connection.ts";
import { unavailable } from "./errors.ts";
import { eventFields } from "./events.ts";
import { encode } from "./json.ts";
import { sqlStateOf } from "./sql-state.ts";
import { fromText, toText } from "./text.ts";
import { rowsText } from "./wire.ts";

/** What the documents work with. */
interface Setting {
  readonly connection: Connection;
  /** Does a piece of work once the schema is there. */
  readonly opened: <T>(work: () => Promise<T>) => Promise<T>;
  readonly written: () => void;
}

type Address = Pick<DocumentRecord, "collection" | "id">;

/** The part of the store that keeps documents. */
export function documentsIn({ connection, opened, written }: Setting): DocumentPort {
  async function writing(work: () => Promise<DocumentWritten>): Promise<DocumentWritten> {
    const answer = await opened(work);
    if (answer.ok) written();
    return answer;
  }

  return {
    put: (tenant, document, expects, events) => writing(() => write(connection, tenant, document, { expects, document }, events)),
    get: (tenant, collection, id) =>
      opened(async () => {
        const [row] = await read(connection, [toText(tenant), toText(collection), toText(id), toText(id), 1]);
        return row && toDocument(collection, row);
      }),
    delete: (tenant, collection, id, expects, events) => writing(() => write(connection, tenant, { collection, id }, { expects }, events)),
    list: (tenant, query) => opened(() => list(connection, tenant, query)),
    claimDue: (tenant, claim) => opened(() => claimDue(connection, tenant, claim)),
  };
}

/** Whether it was written with a lost answer, its mark tells: the function looks for that first. @throws STORE_UNAVAILABLE */
async function write(
  connection: Connection,
  tenant: string,
  { collection, id }: Address,
  { expects, document }: { readonly expects: number | undefined; readonly document?: NewDocument },
  events: readonly AuditEvent[] = [],
): Promise<DocumentWritten> {
  const sql = `SELECT ${connection.schema}.write_document_1($1, $2, $3, $4, $5, $6, $7, $8, $9) AS came, ${connection.schema}.now_ms() AS now`;
  const values = [
    ...[tenant, collection, id].map(toText),
    expects ?? null,
    document ? encode(document.body) : null,
    document?.dueAt ?? null,
    document?.expiresAt ?? null,
    rowsText(6, events.map(eventFields)),
    randomUUID(),
  ];
  let wasSent = false;
  return connection.persist(async () => {
    try {
      const [row] = await connection.once(sql, values);
      if (row?.["came"] === "written") return { ok: true };
      if (row?.["came"] === "unknown" && wasSent)
        throw unavailable(true, "its answer was lost, and others have written the document too often since: read it again");
      return { ok: false, reason: "CONFLICT" };
    } catch (error) {
      wasSent ||= error instanceof Unanswered;
      if (sqlStateOf(error) === "23505") return { ok: false, reason: "TAKEN" };
      throw error;
    }
  });
}

const COLUMNS = "id, version, body, due_at, expires_at";

/** Tenant, collection, the first id and the last one, how many. */
function read(connection: Connection, values: readonly unknown[]): Promise<readonly Row[]> {
  return connection.ask(`SELECT ${COLUMNS} FROM ${connection.schema}.documents_1($1, $2, $3, $4, $5)`, values);
}

/** No name is longer than this many of the last character. */
const END = "\u{10FFFF}".repeat(128);

/** @throws INVALID_ARGS for a bad limit */
async function list(connection: Connection, tenant: string, query: DocumentQuery): Promise<Page<DocumentRecord>> {
  const { collection, idPrefix = "", after } = query;
  const limit = pageLimit(query);
  const prefix = toText(idPrefix);
  // No text of PostgreSQL's comes between one and the same with U+0001 behind it.
  const from = after?.startsWith(idPrefix) ? `${toText(after)}\u0001` : prefix;
  const rows = await read(connection, [toText(tenant), toText(collection), from, `${prefix}${END}`, limit + 1]);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { ...readEach(page, (row) => toDocument(collection, row)), next: last && fromText(String(last["id"])) };
}

/** Nobody asks for more at once; PostgreSQL would refuse a larger number. */
const MAX_LIMIT = 1_000_000;

/** One that can't be read is held as well, or it would come first for good: the others are claimed all the same. */
async function claimDue(connection: Connection, tenant: string, claim: DocumentClaim): Promise<readonly DocumentRecord[]> {
  const { collection, leaseMs, limit } = claim;
  const columns = COLUMNS.split(", ").map((column) => `(due.claimed).${column}`);
  const sql = `SELECT ${columns.join(", ")}, due.since FROM ${connection.schema}.claim_documents_1($1, $2, $3, $4, $5, $6) AS due`;
  const values = [toText(tenant), toText(collection), leaseMs, Math.max(0, Math.min(limit, MAX_LIMIT)), randomUUID()];
  let wasSent = false;
  const rows = await connection.persist(async () => {
    try {
      return await connection.once(sql, [...values, wasSent]);
    } catch (error) {
      wasSent ||= error instanceof Unanswered;
      throw error;
    }
  });
  const sorted = rows.toSorted((a, b) => Number(a["since"]) - Number(b["since"]));
  return readEach(sorted, (row) => toDocument(collection, row)).items;
}

/** @throws STORE_UNAVAILABLE (not retryable) for a row that was damaged */
function toDocument(collection: string, row: Row): DocumentRecord {
  const id = fromText(String(row["id"]));
  const { version, due_at: dueAt, expires_at: expiresAt } = row;
  const times = { ...(dueAt === null ? {} : { dueAt: Number(dueAt) }), ...(expiresAt === null ? {} : { expiresAt: Number(expiresAt) }) };
  try {
    return { collection, id, version: Number(version), body: JSON.parse(String(row["body"])) as DocumentRecord["body"], ...times };
  } catch (error) {
    throw unreadableRecord(documentName({ collection, id }), "column body of its row is not JSON", error);
  }
}
