import { setTimeout as sleep } from "node:timers/promises";
import { CountersignError, type AuditEvent } from "@countersign/core/store";
import type { Connection, Row } from "./connection.ts";
import { decodeEvent, encode } from "./json.ts";
import { fromText, toText } from "./text.ts";
import type { Fields } from "./wire.ts";

type Position = readonly [tick: string, n: string];

/** How long transactions that others have under way are waited for, in ms: a commit takes a few, on a busy server a few hundred. */
const PATIENCE = 5_000;

/** @throws INVALID_ARGS for an `after` that is no position */
export async function listEvents(
  connection: Connection,
  tenant: string,
  after: string | undefined,
  limit: number,
  subject: string | undefined,
): Promise<{ readonly events: readonly AuditEvent[]; readonly position: string }> {
  const start = positionOf(after);
  const values = [toText(tenant), ...start, Math.max(0, limit)];
  const rows = await (subject === undefined ? ofTenant(connection, values) : ofChain(connection, values, toText(subject)));
  const [tick, n] = rows.at(-1) ? [rows.at(-1)?.["tick"], rows.at(-1)?.["n"]] : start;
  return {
    events: rows.map(toEvent),
    position: `${String(tick)}.${String(n)}`,
  };
}

/** Its place in its chain has columns, which a role that may not sign is held to; the rest is JSON. */
export function eventFields({ subject, seq, type, prev, hash, ...rest }: AuditEvent): Fields {
  return [toText(subject), seq, toText(type), toText(prev), toText(hash), encode(rest)];
}

const EVENT = "tick, n, subject, seq, type, prev, hash, event";

function toEvent(row: Row): AuditEvent {
  const text = (column: string): string => fromText(String(row[column]));
  const [subject, seq, prev, type] = [text("subject"), Number(row["seq"]), text("prev"), text("type")];
  return { subject, seq, prev, type, ...decodeEvent(row, subject), hash: text("hash") } as AuditEvent;
}

/** One chain grows in order: whoever writes its next event has seen the one before. */
function ofChain(connection: Connection, values: readonly unknown[], subject: string): Promise<readonly Row[]> {
  const sql = `SELECT ${EVENT} FROM ${connection.schema}.events
    WHERE tenant = $1 AND subject = $5 AND (tick, n) > ($2::bigint, $3::bigint) ORDER BY tick, n LIMIT $4`;
  return connection.ask(sql, [...values, subject]);
}

/**
 * No further than the oldest transaction that is still running: what it commits later may belong before what is there
 * already. Whatever was there when this was called is waited for, so that a caller finds what it has just committed; a
 * transaction that takes longer leaves the rest to the next call.
 */
async function ofTenant(connection: Connection, values: readonly unknown[]): Promise<readonly Row[]> {
  const { schema } = connection;
  const sql = `SELECT ${EVENT}, tick < ${schema}.tick_base() + pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS settled
    FROM ${schema}.events WHERE tenant = $1 AND (tick, n) > ($2::bigint, $3::bigint) ORDER BY tick, n LIMIT $4`;
  const until = performance.now() + PATIENCE;
  let newest: bigint | undefined;
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    const rows = await connection.ask(sql, values);
    const settled = rows.filter((row) => row["settled"] === true);
    newest ??= BigInt(String(rows.at(-1)?.["tick"] ?? 0));
    const isComplete = settled.length === rows.length || BigInt(String(rows[settled.length]?.["tick"])) > newest;
    if (isComplete || performance.now() > until) return settled;
    await sleep(pause);
  }
}

function positionOf(after: string | undefined): Position {
  if (after === undefined) return ["0", "0"];
  const [, tick, n] = /^(\d{1,18})\.(\d{1,18})$/.exec(after) ?? [];
  if (tick !== undefined && n !== undefined) return [tick, n];
  throw new CountersignError("INVALID_ARGS", {
    issues: [{ message: "not a position: give `position` of the last answer, unchanged", path: ["after"] }],
  });
}
