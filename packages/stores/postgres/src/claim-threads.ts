import { SETTINGS } from "./commit-function.ts";
import { unfinishedIn } from "./thread-read.ts";

/** A thread that waits for a worker. The condition is that of the index, word for word. */
const WAITS = "state = 'live' AND (open = 0 OR holder IS NOT NULL)";
const SINCE = "greatest(lease_until, not_before)";

/**
 * Claims what is due agent by agent: a worker takes what belongs to its own agents, and whatever waits for workers of others,
 * for years perhaps, isn't looked through.
 */
export const claimThreads = (s: string): string => `
  DROP INDEX ${s}.threads_due;
  CREATE INDEX threads_due ON ${s}.threads (tenant, agent, ${SINCE}) WHERE ${WAITS};

  CREATE OR REPLACE FUNCTION ${s}.claim_threads_1(p_tenant text, p_agents text[], p_holder text, p_lease double precision, p_limit int, p_claim text)
    RETURNS TABLE (claimed ${s}.threads, since double precision, unfinished text) LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS $$
  DECLARE
    now_ double precision := ${s}.now_ms();
    agents_ text[] := coalesce(p_agents, ARRAY(
      SELECT DISTINCT agent FROM ${s}.threads WHERE tenant = p_tenant AND ${WAITS} AND ${SINCE} <= now_));
    due_ record;
  BEGIN
    -- Materialized, or a join might look for what is due once more for every thread that it has taken.
    FOR due_ IN WITH found AS MATERIALIZED (
      SELECT due.id, due.since FROM (SELECT DISTINCT unnest(agents_) AS agent) AS wanted CROSS JOIN LATERAL (
        SELECT id, ${SINCE} AS since FROM ${s}.threads
        WHERE tenant = p_tenant AND agent = wanted.agent AND ${WAITS} AND ${SINCE} <= now_
        ORDER BY ${SINCE} LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
      ) AS due ORDER BY due.since LIMIT p_limit
    )
    UPDATE ${s}.threads AS thread
      SET fence = thread.fence + 1, version = thread.version + 1, holder = p_holder, claim = p_claim, lease_until = now_ + p_lease
      FROM found WHERE thread.tenant = p_tenant AND thread.id = found.id RETURNING thread, found.since
    LOOP
      claimed := due_.thread;
      since := due_.since;
      -- A statement of its own, with the thread in hand: it sees every decision that made the thread due.
      unfinished := ${unfinishedIn(s, "p_tenant", "(due_.thread).id")};
      RETURN NEXT;
    END LOOP;
  END $$;
  REVOKE ALL ON FUNCTION ${s}.claim_threads_1 FROM PUBLIC;
`;
