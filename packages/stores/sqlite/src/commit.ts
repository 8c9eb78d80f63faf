import type { AuditEvent, Batch, Committed } from "@countersign/core/store";
import { adding } from "./add.ts";
import { dropping } from "./drop.ts";
import type { Group } from "./group.ts";
import { encode } from "./json.ts";
import { putting } from "./put.ts";
import { Refusal, type Put, type Require, type Write } from "./write.ts";

/**
 * Each write says by itself whether it may happen, and the first that may not takes back all of the batch.
 * @throws TypeError for a value that JSON can't carry, STORE_UNAVAILABLE
 */
export async function commit(group: Group, batch: Batch): Promise<Committed> {
  const writes = writesOf(batch);
  try {
    await group.write((connection) => writes.forEach((write) => write(connection)));
    return { ok: true };
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}

/** Records become rows here, outside the lock that all writers share. */
function writesOf({ tenant, changes, events, before }: Batch): readonly Write[] {
  const puts = changes.filter((change) => change.op === "put");
  return [
    ...(before === undefined ? [] : [inTime(before)]),
    ...changes.filter((change) => change.op === "require").map((change) => requiring(tenant, change)),
    ...puts.map((change, index) => (isRepeated(puts, index) ? refusing(change) : putting(tenant, change))),
    ...adding(
      tenant,
      changes.filter((change) => change.op === "add"),
    ),
    ...events.map((event) => appending(tenant, event)),
    ...dropping(
      tenant,
      changes.filter((change) => change.op === "drop"),
    ),
  ];
}

/** Looked at with the lock in hand: waiting for it may have taken until the deadline. */
function inTime(before: number): Write {
  return () => {
    if (Date.now() >= before) throw new Refusal("TOO_LATE");
  };
}

function requiring(tenant: string, change: Require): Write {
  return (connection) => {
    const row = connection.get("SELECT fence FROM threads WHERE tenant = ? AND id = ?", tenant, change.threadId);
    if (row?.["fence"] !== change.fence) throw new Refusal("FENCED", change);
  };
}

/** The second put of one record in a batch can't be what its author meant, whatever version it expects. */
function isRepeated(puts: readonly Put[], index: number): boolean {
  const put = puts[index];
  return puts.findIndex(({ kind, record }) => kind === put?.kind && record.id === put.record.id) < index;
}

function refusing(change: Put): Write {
  return () => {
    throw new Refusal("CONFLICT", change);
  };
}

const APPEND = `INSERT INTO events (position, tenant, subject, seq, event)
  VALUES (1 + max((SELECT coalesce(max(position), 0) FROM events), (SELECT position FROM positions)), ?, ?, ?, ?)
  ON CONFLICT (tenant, subject, seq) DO NOTHING`;

/** A place in a chain that is taken already refuses all that is written with it. @throws Refusal */
export function appending(tenant: string, event: AuditEvent): Write {
  const { subject, seq } = event;
  const text = encode(event);
  return (connection) => {
    if (connection.run(APPEND, tenant, subject, seq, text) === 0) throw new Refusal("CONFLICT");
  };
}
