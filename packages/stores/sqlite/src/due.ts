import { readEach, type DueItem, type DueKind, type DueOptions } from "@countersign/core/store";
import type { Connection } from "./connection.ts";
import type { Group } from "./group.ts";
import { name, nameIn } from "./json.ts";
import { readThread } from "./reads.ts";

const OF_AGENTS = "(:agents IS NULL OR agent IN (SELECT value FROM json_each(:agents)))";

/** A thread that waits for a worker. The condition is that of the index, word for word. */
const DUE_THREAD = `FROM threads INDEXED BY threads_due
  WHERE tenant = :tenant AND state = 'live' AND (open = 0 OR holder IS NOT NULL) AND max(lease_until, not_before) <= :now`;
/** Agent by agent: whatever waits for workers of others, for years perhaps, isn't looked through. */
export const DUE_OF_AGENT: string = `SELECT ${name("id")}, max(lease_until, not_before) AS since ${DUE_THREAD} AND agent = :agent
  ORDER BY max(lease_until, not_before) LIMIT :limit`;
/** Every agent that has some. */
const AGENTS = `SELECT DISTINCT ${name("agent")} ${DUE_THREAD}`;

/** `:agents` is a JSON array or null. The longest overdue first. */
const OVERDUE: { readonly [K in Exclude<DueKind, "thread">]: string } = {
  // Nobody's own deadline is later than that of the turn: the index finds the candidates, the turn's last decision judges.
  expiry: `SELECT ${name("id")}, deadline AS since FROM requests INDEXED BY pending_by_deadline
    WHERE tenant = :tenant AND state = 'pending' AND deadline <= :now AND ${OF_AGENTS}
    UNION ALL
    SELECT ${name("id")}, decided_at + execute_within AS since FROM requests AS own INDEXED BY approved_by_deadline
    WHERE tenant = :tenant AND state = 'approved' AND attempt = 0 AND execute_within IS NOT NULL AND decided_at + execute_within <= :now AND ${OF_AGENTS}
      AND execute_within + (SELECT max(decided_at) FROM requests AS turn
        WHERE turn.tenant = own.tenant AND turn.thread_id = own.thread_id AND turn.turn_id = own.turn_id) <= :now
      AND NOT EXISTS (SELECT 1 FROM requests AS turn
        WHERE turn.tenant = own.tenant AND turn.thread_id = own.thread_id AND turn.turn_id = own.turn_id AND turn.state = 'pending')
    ORDER BY since LIMIT :limit`,
  claim: `SELECT ${name("id")} FROM requests INDEXED BY executing_by_lease
    WHERE tenant = :tenant AND state = 'executing' AND lease_until <= :now AND ${OF_AGENTS}
    ORDER BY lease_until LIMIT :limit`,
  notice: `SELECT ${name("id")} FROM requests INDEXED BY pending_by_notice
    WHERE tenant = :tenant AND state = 'pending' AND notice_at IS NOT NULL AND notice_at <= :now AND ${OF_AGENTS}
    ORDER BY notice_at LIMIT :limit`,
};

/** Threads are leased and fenced by this call; requests are only named. */
export async function claimDue(connection: Connection, group: Group, kind: DueKind, options: DueOptions): Promise<readonly DueItem[]> {
  if (kind !== "thread") return connection.answer(() => overdue(connection, kind, options, Date.now()).map((id) => ({ id, fence: 0 })));
  // Looked for without the lock first: most sweeps find nothing, and needn't stop a writer.
  if ((await connection.answer(() => dueThreads(connection, options, Date.now()))).length === 0) return [];
  return group.write(() => {
    const now = Date.now();
    return dueThreads(connection, options, now).map((id) => lease(connection, id, options, now));
  });
}

function overdue(
  connection: Connection,
  kind: keyof typeof OVERDUE,
  { tenant, agents, limit }: DueOptions,
  now: number,
): readonly string[] {
  const rows = connection.all(OVERDUE[kind], { tenant, agents: agents ? JSON.stringify(agents) : null, now, limit: Math.max(0, limit) });
  return rows.map((row) => nameIn(row, "id"));
}

function dueThreads(connection: Connection, { tenant, agents, limit }: DueOptions, now: number): readonly string[] {
  const wanted = agents ?? connection.all(AGENTS, { tenant, now }).map((row) => nameIn(row, "agent"));
  const found = [...new Set(wanted)].flatMap((agent) => connection.all(DUE_OF_AGENT, { tenant, agent, now, limit: Math.max(0, limit) }));
  const sorted = found.toSorted((a, b) => Number(a["since"]) - Number(b["since"]));
  return sorted.slice(0, Math.max(0, limit)).map((row) => nameIn(row, "id"));
}

function lease(connection: Connection, id: string, { tenant, holder, leaseMs }: DueOptions, now: number): DueItem {
  const sql = `UPDATE threads SET fence = fence + 1, version = version + 1, holder = ?, lease_until = ? WHERE tenant = ? AND id = ? RETURNING fence`;
  const fence = Number(connection.get(sql, holder, now + leaseMs, tenant, id)?.["fence"]);
  // What can't be read is for whoever takes up this thread to find out: the others are claimed all the same.
  const [read] = readEach([id], () => readThread(connection, tenant, id)).items;
  return { id, fence, read };
}
