import type { Batch, Change } from "@countersign/core/store";
import type { Connection } from "./connection.ts";
import { encode } from "./json.ts";
import { getRequest, getThread } from "./reads.ts";
import { requestFields } from "./request-row.ts";
import { toText } from "./text.ts";
import { threadFields } from "./thread-row.ts";

type Put = Extract<Change, { op: "put" }>;

/** Would a second try be refused because of the first, and could one tell that it was the first? */
export function isRecognisable({ changes, events }: Batch): boolean {
  return events.length > 0 || traceOf(changes) !== undefined;
}

/** Is this very batch there? Its first event keeps its mark for good; without one, its first record must be as it left it. */
export async function isWritten(connection: Connection, { tenant, changes, events }: Batch, mark: string): Promise<boolean> {
  const [event] = events;
  if (event) {
    const sql = `SELECT FROM ${connection.schema}.events WHERE tenant = $1 AND subject = $2 AND seq = $3 AND mark = $4`;
    return (await connection.ask(sql, [toText(tenant), toText(event.subject), event.seq, mark])).length > 0;
  }
  const put = traceOf(changes);
  return put !== undefined && (await isAsWritten(connection, tenant, put));
}

function traceOf(changes: readonly Change[]): Put | undefined {
  return changes.find((change) => change.op === "put" && change.kind !== "grant") as Put | undefined;
}

async function isAsWritten(connection: Connection, tenant: string, { kind, record, expects }: Put): Promise<boolean> {
  const version = expects + 1;
  if (kind === "request") {
    const there = await getRequest(connection, tenant, record.id);
    return there?.version === version && encode(requestFields(there)) === encode(requestFields(record));
  }
  const there = await getThread(connection, tenant, record.id);
  return kind === "thread" && there?.version === version && encode(threadFields(there)) === encode(threadFields(record));
}
