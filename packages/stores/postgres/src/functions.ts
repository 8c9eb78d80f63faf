import { lockAll, VARIABLES, writeAll } from "./steps.ts";

/** Run as they are called, whatever the caller's settings: plans by index, made once; no names of others. */
export const SETTINGS = `SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off`;

/** Of the commit functions of version 1. */
export const parameters = (
  s: string,
): string => `p_tenant text, p_before double precision, p_threads ${s}.thread_1[], p_asked ${s}.request_1[],
    p_requests ${s}.request_1[], p_grants ${s}.grant_1[], p_drops ${s}.drop_1[], p_events ${s}.event_1[], p_bytes bytea`;

/**
 * A commit is one call: it locks what the batch touches, judges it as a whole, and writes. Rows are locked threads first,
 * then requests, then grants, each in the order of their ids (the caller sorts), so that two batches don't wait for each other in a
 * circle. What is refused is answered as text, for an error would fill the server's log with lost races.
 *
 * `commit_1` may sign. `commit_unsigned_1` may do whatever an agent's process has to, and refuses a signature.
 */
export const functions = (s: string): string => `
  CREATE FUNCTION ${s}.now_ms() RETURNS double precision LANGUAGE sql VOLATILE AS
    'SELECT floor(extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::double precision';

  -- What a batch wants of a record: the version it expects, if it is put; the fence required; what is added to its counter,
  -- and the least that must be there before. The continuation stands in the bytes that go with the batch.
  CREATE TYPE ${s}.thread_1 AS (
    id text, expects bigint, required bigint, plus bigint, least bigint, state text, fence bigint, holder text,
    lease_until double precision, not_before double precision, closed_at double precision, agent text, record text, body text,
    start int, length int
  );
  CREATE TYPE ${s}.request_1 AS (
    id text, expects bigint, state text, decided_at double precision, expires_at double precision, execute_within double precision,
    attempt bigint, lease_until double precision, audience text[], barred text[], decisions text, signed text, record text,
    result text, thread_id text, turn_id text, agent text, tool text, requested_by text, asked_at double precision
  );
  CREATE TYPE ${s}.grant_1 AS (
    id text, expects bigint, plus bigint, least bigint, namespace text, tool text, agent text, record text
  );
  CREATE TYPE ${s}.drop_1 AS (subject text, through bigint);
  CREATE TYPE ${s}.event_1 AS (subject text, seq bigint, type text, event text, mark uuid);

  -- What is there of the records that a refused batch names, so that the caller can say what didn't fit.
  CREATE FUNCTION ${s}.facts_1(
    p_tenant text, p_threads ${s}.thread_1[], p_asked ${s}.request_1[], p_requests ${s}.request_1[], p_grants ${s}.grant_1[]
  ) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(json_agg(fact), '[]')::text FROM (
      SELECT json_build_object('kind', 'thread', 'id', id, 'version', version, 'fence', fence, 'count', open) AS fact FROM ${s}.threads
        WHERE tenant = p_tenant AND id IN (SELECT w.id FROM unnest(p_threads) AS w)
      UNION ALL
      SELECT json_build_object('kind', 'request', 'id', id, 'version', version) FROM ${s}.requests
        WHERE tenant = p_tenant AND id IN (SELECT w.id FROM unnest(p_asked || p_requests) AS w)
      UNION ALL
      SELECT json_build_object('kind', 'grant', 'id', id, 'version', version, 'count', uses) FROM ${s}.grants
        WHERE tenant = p_tenant AND id IN (SELECT w.id FROM unnest(p_grants) AS w)
    ) AS facts
  $$;

  CREATE FUNCTION ${s}.refuse_signing_1(p_threads ${s}.thread_1[], p_asked ${s}.request_1[], p_requests ${s}.request_1[], p_grants ${s}.grant_1[], p_drops ${s}.drop_1[],
    p_events ${s}.event_1[], p_tenant text) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    IF p_drops IS NOT NULL
      -- What is frozen is a signer's to say, and to lift.
      OR EXISTS (SELECT FROM unnest(p_threads) AS w WHERE w.id LIKE 'countersign/%' AND (w.expects IS NOT NULL OR w.plus IS NOT NULL))
      -- A remembered rejection takes a use of its grant in the same batch.
      OR EXISTS (
        SELECT FROM unnest(p_asked) AS w
        WHERE w.decisions <> '[]' OR w.state NOT IN ('pending', 'approved') AND (w.state <> 'rejected' OR p_grants IS NULL)
      )
      OR EXISTS (
        SELECT FROM unnest(p_requests) AS w JOIN ${s}.requests AS t ON t.tenant = p_tenant AND t.id = w.id
        WHERE w.decisions <> t.decisions OR w.signed <> t.signed OR NOT CASE t.state
          WHEN 'pending' THEN w.state IN ('pending', 'expired', 'cancelled')
          WHEN 'approved' THEN w.state IN ('approved', 'executing', 'done', 'failed', 'expired', 'cancelled')
          WHEN 'executing' THEN w.state IN ('executing', 'done', 'failed', 'unknown', 'approved')
          WHEN 'unknown' THEN w.state IN ('unknown', 'done', 'failed')
          WHEN 'purged' THEN false
          ELSE w.state = t.state
        END
      )
      OR EXISTS (SELECT FROM unnest(p_grants) AS w WHERE w.expects IS NOT NULL OR w.plus > 0)
      OR EXISTS (SELECT FROM unnest(p_events) AS w WHERE w.type IN
        ('voted', 'approved', 'rejected', 'settled', 'remembered', 'revoked', 'frozen', 'lifted', 'purged'))
    THEN
      RAISE insufficient_privilege USING MESSAGE = 'this role may ask and execute, but not sign';
    END IF;
  END $$;

  CREATE FUNCTION ${s}.apply_1(${parameters(s)}, p_signing boolean) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    ${VARIABLES}
  BEGIN
    ${lockAll(s)}
    IF NOT p_signing THEN PERFORM ${s}.refuse_signing_1(p_threads, p_asked, p_requests, p_grants, p_drops, p_events, p_tenant); END IF;
    -- With the locks in hand: waiting for them may have taken until the deadline.
    IF ${s}.now_ms() >= p_before THEN RETURN 'late'; END IF;
    IF NOT good THEN RETURN ${s}.facts_1(p_tenant, p_threads, p_asked, p_requests, p_grants); END IF;

    ${writeAll(s)}
    IF p_before IS NOT NULL AND ${s}.now_ms() >= p_before THEN RAISE SQLSTATE 'CS002'; END IF;
    RETURN NULL;
  END $$;

  CREATE FUNCTION ${s}.commit_1(${parameters(s)}) RETURNS text LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS $$
    BEGIN RETURN ${s}.apply_1(p_tenant, p_before, p_threads, p_asked, p_requests, p_grants, p_drops, p_events, p_bytes, true); END $$;
  CREATE FUNCTION ${s}.commit_unsigned_1(${parameters(s)}) RETURNS text LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS $$
    BEGIN RETURN ${s}.apply_1(p_tenant, p_before, p_threads, p_asked, p_requests, p_grants, p_drops, p_events, p_bytes, false); END $$;

  CREATE FUNCTION ${s}.claim_threads_1(p_tenant text, p_agents text[], p_holder text, p_lease double precision, p_limit int, p_claim text)
    RETURNS TABLE (id text, fence bigint, since double precision) LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS $$
  DECLARE
    now_ double precision := ${s}.now_ms();
  BEGIN
    -- Materialized, or a join might look for what is due once more for every thread that it has taken.
    RETURN QUERY WITH found AS MATERIALIZED (
      -- The condition is that of the index, word for word.
      SELECT due.id, greatest(due.lease_until, due.not_before) AS since FROM ${s}.threads AS due
      WHERE due.tenant = p_tenant AND due.state = 'live' AND (due.open = 0 OR due.holder IS NOT NULL)
        AND greatest(due.lease_until, due.not_before) <= now_ AND (p_agents IS NULL OR due.agent = ANY (p_agents))
      ORDER BY greatest(due.lease_until, due.not_before) LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE ${s}.threads AS thread
      SET fence = thread.fence + 1, version = thread.version + 1, holder = p_holder, claim = p_claim, lease_until = now_ + p_lease
      FROM found WHERE thread.tenant = p_tenant AND thread.id = found.id RETURNING thread.id, thread.fence, found.since;
  END $$;
`;
