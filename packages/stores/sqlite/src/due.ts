import type { Due, DueKind, DueOptions } from "@countersign/core/store";
import type { Connection, Row } from "./connection.ts";

const OF_AGENTS = "(?2 IS NULL OR agent IN (SELECT value FROM json_each(?2)))";

/** ?1 tenant, ?2 agents as a JSON array or null, ?3 now, ?4 limit. The longest overdue first. */
const DUE: { readonly [K in DueKind]: string } = {
  // The condition is that of the index, word for word.
  thread: `SELECT id FROM threads INDEXED BY threads_due
    WHERE tenant = ?1 AND state = 'live' AND (open = 0 OR holder IS NOT NULL) AND max(lease_until, not_before) <= ?3 AND ${OF_AGENTS}
    ORDER BY max(lease_until, not_before) LIMIT ?4`,
  // Nobody's own deadline is later than that of the turn: the index finds the candidates, the turn's last decision judges.
  expiry: `SELECT id, expires_at AS since FROM requests INDEXED BY pending_by_expiry
    WHERE tenant = ?1 AND state = 'pending' AND expires_at IS NOT NULL AND expires_at <= ?3 AND ${OF_AGENTS}
    UNION ALL
    SELECT id, decided_at + execute_within AS since FROM requests AS own INDEXED BY approved_by_deadline
    WHERE tenant = ?1 AND state = 'approved' AND attempt = 0 AND execute_within IS NOT NULL AND decided_at + execute_within <= ?3 AND ${OF_AGENTS}
      AND execute_within + (SELECT max(decided_at) FROM requests AS turn
        WHERE turn.tenant = own.tenant AND turn.thread_id = own.thread_id AND turn.turn_id = own.turn_id) <= ?3
      AND NOT EXISTS (SELECT 1 FROM requests AS turn
        WHERE turn.tenant = own.tenant AND turn.thread_id = own.thread_id AND turn.turn_id = own.turn_id AND turn.state = 'pending')
    ORDER BY since LIMIT ?4`,
  claim: `SELECT id FROM requests INDEXED BY executing_by_lease
    WHERE tenant = ?1 AND state = 'executing' AND lease_until <= ?3 AND ${OF_AGENTS}
    ORDER BY lease_until LIMIT ?4`,
  delivery: `SELECT id FROM requests INDEXED BY pending_by_notice
    WHERE tenant = ?1 AND state = 'pending' AND notice_at IS NOT NULL AND notice_at <= ?3 AND ${OF_AGENTS}
    ORDER BY notice_at LIMIT ?4`,
};

/** Threads are leased and fenced by this call; requests are only named. */
export function claimDue(connection: Connection, kind: DueKind, options: DueOptions): readonly Due[] {
  const now = Date.now();
  const found = dueNow(connection, kind, options, now);
  if (kind !== "thread" || found.length === 0) return found.map(({ id }) => ({ id: String(id), fence: 0 }));
  // Looked for without the lock first: most sweeps find nothing, and needn't stop a writer.
  return connection.exclusively(() => dueNow(connection, kind, options, now).map(({ id }) => lease(connection, String(id), options, now)));
}

function dueNow(connection: Connection, kind: DueKind, { tenant, agents, limit }: DueOptions, now: number): readonly Row[] {
  return connection.all(DUE[kind], tenant, agents ? JSON.stringify(agents) : null, now, Math.max(0, limit));
}

function lease(connection: Connection, id: string, { tenant, holder, leaseMs }: DueOptions, now: number): Due {
  const sql = `UPDATE threads SET fence = fence + 1, version = version + 1, holder = ?, lease_until = ? WHERE tenant = ? AND id = ? RETURNING fence`;
  return { id, fence: Number(connection.get(sql, holder, now + leaseMs, tenant, id)?.["fence"]) };
}
