import { CountersignError, type AuditEvent } from "@countersign/core/store";
import type { Connection } from "./connection.ts";
import { decodeEvent } from "./json.ts";

/** @throws INVALID_ARGS for an `after` that is no position */
export function listEvents(
  connection: Connection,
  tenant: string,
  after: string | undefined,
  limit: number,
  subject: string | undefined,
): { readonly events: readonly AuditEvent[]; readonly position: string } {
  const start = positionOf(after);
  const of = subject === undefined ? { sql: OF_TENANT, values: [tenant] } : { sql: OF_SUBJECT, values: [tenant, subject] };
  const rows = connection.all(of.sql, ...of.values, start, Math.max(0, limit));
  return { events: rows.map((row) => decodeEvent(row) as AuditEvent), position: String(rows.at(-1)?.["position"] ?? start) };
}

/** The position behind all that is committed. */
export function endOfEvents(connection: Connection, tenant: string): string {
  const [last] = connection.all("SELECT max(position) AS position FROM events INDEXED BY events_by_tenant WHERE tenant = ?", tenant);
  return String(last?.["position"] ?? 0);
}

const OF_TENANT =
  "SELECT position, event FROM events INDEXED BY events_by_tenant WHERE tenant = ? AND position > ? ORDER BY position LIMIT ?";
/**
 * Which events it is, the index knows by itself: of a long chain, those of the page alone are read. The plus signs keep
 * SQLite from walking all events in order instead.
 */
const OF_SUBJECT = `SELECT position, event FROM events WHERE position IN (
    SELECT position FROM events INDEXED BY events_by_subject WHERE tenant = ? AND subject = ? AND +position > ? ORDER BY +position LIMIT ?
  ) ORDER BY position`;

function positionOf(after: string | undefined): number {
  if (after === undefined) return 0;
  if (/^\d{1,15}$/.test(after)) return Number(after);
  throw new CountersignError("INVALID_ARGS", {
    issues: [{ message: "not a position: give `position` of the last answer, unchanged", path: ["after"] }],
  });
}
