import type { AuditEvent } from "@countersign/core/store";
import type { Connection, Row } from "./connection.ts";
import { decodeEvent, encode } from "./json.ts";
import { advance, positionOf, positionText, snapshotOf, START, type Place, type Snapshot } from "./position.ts";
import { fromText, toText } from "./text.ts";
import type { Fields } from "./wire.ts";

/**
 * Events stand in the order of their transactions, which isn't that of the commits: what is running now may yet commit
 * something that belongs before what is there. So a position also says which transactions were running, and whoever goes on
 * from there looks for their events first.
 * @throws INVALID_ARGS for an `after` that is no position
 */
export async function listEvents(
  connection: Connection,
  tenant: string,
  after: string | undefined,
  limit: number,
  subject: string | undefined,
): Promise<{ readonly events: readonly AuditEvent[]; readonly position: string }> {
  const from = positionOf(after);
  const most = Math.max(0, limit);
  const values = [
    toText(tenant),
    String(from.tick),
    String(from.n),
    most,
    [...from.rest.keys()].map(String),
    [...from.rest.values()].map(String),
  ];
  const ofSubject = subject === undefined ? [] : [toText(subject)];
  const found = await connection.ask(eventsFrom(connection.schema, subject !== undefined), [...values, ...ofSubject]);
  const rows = found.filter(isEvent);
  const last = rows.at(-1);
  const position = advance(from, last && placeOf(last), rows.length === most, seenBy(found));
  return { events: rows.map(toEvent), position: positionText(position) };
}

/** The position behind all that is committed. */
export async function endOfEvents(connection: Connection, tenant: string): Promise<string> {
  const last = `SELECT tick, n FROM ${connection.schema}.events WHERE tenant = $1 ORDER BY tick DESC, n DESC LIMIT 1`;
  const found = await connection.ask(beside(connection.schema, last), [toText(tenant)]);
  const row = found.find(isEvent);
  return positionText(advance(START, row && placeOf(row), false, seenBy(found)));
}

/** Its place in its chain has columns, which a role that may not sign is held to; the rest is JSON. */
export function eventFields({ subject, seq, type, prev, hash, ...rest }: AuditEvent): Fields {
  return [toText(subject), seq, toText(type), toText(prev), toText(hash), encode(rest)];
}

function toEvent(row: Row): AuditEvent {
  const text = (column: string): string => fromText(String(row[column]));
  const [subject, seq, prev, type] = [text("subject"), Number(row["seq"]), text("prev"), text("type")];
  return { subject, seq, prev, type, ...decodeEvent(row, subject), hash: text("hash") } as AuditEvent;
}

const EVENT = "tick, n, subject, seq, type, prev, hash, event";

/** First those of the transactions that were passed over, each by its index; then those behind the position. */
function eventsFrom(schema: string, isOfSubject: boolean): string {
  const those = `SELECT ${EVENT} FROM ${schema}.events AS e WHERE tenant = $1${isOfSubject ? " AND subject = $7" : ""}`;
  const late = `SELECT passed.* FROM unnest($5::bigint[], $6::bigint[]) AS late (tick, n),
    LATERAL (${those} AND e.tick = late.tick AND e.n > late.n ORDER BY e.n LIMIT $4) AS passed`;
  const behind = `(${those} AND (tick, n) > ($2::bigint, $3::bigint) ORDER BY tick, n LIMIT $4)`;
  return beside(schema, `SELECT * FROM (${late} UNION ALL ${behind}) AS listed ORDER BY tick, n LIMIT $4`);
}

/** What a query finds, in the order of its places, beside the transactions that it saw as running. */
function beside(schema: string, query: string): string {
  return `SELECT found.*, pg_current_snapshot()::text AS snapshot, ${schema}.tick_base()::text AS base
    FROM (SELECT) AS once LEFT JOIN LATERAL (${query}) AS found ON true ORDER BY tick, n`;
}

function isEvent(row: Row): boolean {
  return row["tick"] !== null;
}

function placeOf(row: Row): Place {
  return { tick: BigInt(String(row["tick"])), n: BigInt(String(row["n"])) };
}

function seenBy([row]: readonly Row[]): Snapshot {
  return snapshotOf(String(row?.["snapshot"]), BigInt(String(row?.["base"])));
}
