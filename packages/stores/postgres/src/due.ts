import { randomUUID } from "node:crypto";
import { readEach, type DueItem, type DueKind, type DueOptions } from "@countersign/core/store";
import { Unanswered, type Connection, type Row } from "./connection.ts";
import { fromText, toText } from "./text.ts";
import { threadColumns } from "./thread-row.ts";
import { toThreadRead, unfinishedIn } from "./thread-read.ts";

/** $1 tenant, $2 agents or null, $3 limit. The longest overdue first. */
const OVERDUE: { readonly [K in Exclude<DueKind, "thread">]: (schema: string) => string } = {
  // Nobody's own deadline is later than that of the turn: the index finds the candidates, the turn's last decision judges.
  expiry: (s) => `SELECT id FROM (
      (SELECT id, expires_at AS since FROM ${s}.requests
        WHERE tenant = $1 AND state = 'pending' AND coalesce(expires_at, 'Infinity') <= (SELECT ${s}.now_ms())
          AND ($2::text[] IS NULL OR agent = ANY ($2))
        ORDER BY coalesce(expires_at, 'Infinity') LIMIT $3)
      UNION ALL
      (SELECT id, decided_at + execute_within AS since FROM ${s}.requests AS own
        WHERE tenant = $1 AND state = 'approved' AND NOT begun AND execute_within IS NOT NULL
          AND decided_at + execute_within <= (SELECT ${s}.now_ms()) AND ($2::text[] IS NULL OR agent = ANY ($2))
          AND NOT EXISTS (SELECT FROM ${s}.requests AS turn
            WHERE turn.tenant = own.tenant AND turn.thread_id = own.thread_id AND turn.turn_id = own.turn_id
              AND (turn.state = 'pending' OR turn.decided_at + own.execute_within > (SELECT ${s}.now_ms())))
        ORDER BY decided_at + execute_within LIMIT $3)
    ) AS overdue ORDER BY since LIMIT $3`,
  claim: (s) => `SELECT id FROM ${s}.requests
    WHERE tenant = $1 AND state = 'executing' AND lease_until <= (SELECT ${s}.now_ms()) AND ($2::text[] IS NULL OR agent = ANY ($2))
    ORDER BY lease_until LIMIT $3`,
  notice: (s) => `SELECT id FROM ${s}.requests
    WHERE tenant = $1 AND state = 'pending' AND notice_at IS NOT NULL AND notice_at <= (SELECT ${s}.now_ms())
      AND ($2::text[] IS NULL OR agent = ANY ($2))
    ORDER BY notice_at LIMIT $3`,
};

/** Nobody asks for more at once; PostgreSQL would refuse a larger number. */
const MAX_LIMIT = 1_000_000;

/** Threads are leased and fenced by this call; requests are only named. @throws STORE_UNAVAILABLE */
export async function claimDue(connection: Connection, kind: DueKind, options: DueOptions): Promise<readonly DueItem[]> {
  const tenant = toText(options.tenant);
  const agents = options.agents?.map(toText) ?? null;
  const limit = Math.max(0, Math.min(options.limit, MAX_LIMIT));
  if (kind === "thread") return claimThreads(connection, [tenant, agents, toText(options.holder), options.leaseMs, limit]);
  const rows = await connection.ask(OVERDUE[kind](connection.schema), [tenant, agents, limit]);
  return rows.map(({ id }) => ({ id: fromText(String(id)), fence: 0 }));
}

/** If the answer is lost, the threads that this very claim took are looked for before more are taken. */
async function claimThreads(connection: Connection, values: readonly unknown[]): Promise<readonly DueItem[]> {
  const { schema } = connection;
  const claim = randomUUID();
  let wasSent = false;
  return connection.persist(async () => {
    try {
      const taken = wasSent ? await takenBy(connection, values[0], values[2], claim) : [];
      const rows = taken.length > 0 ? taken : await connection.once(claimed(schema), [...values, claim]);
      return rows.toSorted((a, b) => Number(a["since"]) - Number(b["since"])).map(toDue);
    } catch (error) {
      wasSent ||= error instanceof Unanswered;
      throw error;
    }
  });
}

const claimed = (s: string): string =>
  `SELECT ${threadColumns("(due.claimed)")}, due.since, due.unfinished, ${s}.now_ms() AS now
    FROM ${s}.claim_threads_1($1, $2, $3, $4, $5, $6) AS due`;

/** Those that somebody else has taken over since are theirs. */
function takenBy(connection: Connection, tenant: unknown, holder: unknown, claim: string): Promise<readonly Row[]> {
  const s = connection.schema;
  const sql = `SELECT ${threadColumns("thread")}, 0 AS since, ${unfinishedIn(s, "$1", "thread.id")} AS unfinished, ${s}.now_ms() AS now FROM ${s}.threads AS thread
    WHERE tenant = $1 AND state = 'live' AND (open = 0 OR holder IS NOT NULL) AND holder = $2 AND claim = $3`;
  return connection.once(sql, [tenant, holder, claim]);
}

function toDue(row: Row): DueItem {
  // What can't be read is for whoever takes up this thread to find out: the others are claimed all the same.
  const [read] = readEach([row], toThreadRead).items;
  return { id: fromText(String(row["id"])), fence: Number(row["fence"]), read };
}
