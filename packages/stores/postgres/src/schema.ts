/**
 * Entry n brings a schema from version n to n + 1. Append only: databases in the wild have run the earlier ones. Code of
 * the version before goes on working beside the new one: nothing that it uses is renamed, retyped or dropped, and the
 * functions that it calls (their names end in a version) stay until the version after.
 *
 * What is looked for has a column; the rest of a record is JSON text. Every list is ordered by (asked_at, id), so every
 * index that serves lists has these two after what it looks up, and a page is one walk along it, however many rows there
 * are. Times are Unix ms as JavaScript has them.
 */
export const MIGRATIONS: readonly ((schema: string) => string)[] = [
  (s) => `
  CREATE TABLE ${s}.requests (
    n bigint GENERATED ALWAYS AS IDENTITY, -- the order of asking
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    thread_id text COLLATE "C" NOT NULL,
    turn_id text COLLATE "C" NOT NULL,
    agent text COLLATE "C" NOT NULL,
    tool text COLLATE "C" NOT NULL,
    requested_by text COLLATE "C",
    asked_at double precision NOT NULL,
    decided_at double precision,
    expires_at double precision,
    execute_within double precision,
    attempt bigint NOT NULL,
    lease_until double precision NOT NULL,
    audience text[] COLLATE "C", -- who is invited to decide; absent when nothing is to be decided
    barred text[] COLLATE "C", -- ids that may not, whoever invites them; absent for none
    decisions text NOT NULL, -- JSON: every signature
    signed text NOT NULL, -- JSON: what the signatures are about
    record text NOT NULL, -- JSON: the rest
    result text, -- JSON; apart, because it can be large
    PRIMARY KEY (tenant, id)
  );
  CREATE INDEX requests_by_turn ON ${s}.requests (tenant, thread_id, turn_id);
  CREATE INDEX requests_by_state ON ${s}.requests (tenant, state, asked_at, id);
  CREATE INDEX requests_by_tool ON ${s}.requests (tenant, tool, state, asked_at, id);
  CREATE INDEX requests_by_agent ON ${s}.requests (tenant, agent, state, asked_at, id);
  CREATE INDEX requests_by_requester ON ${s}.requests (tenant, requested_by, state, asked_at, id) WHERE requested_by IS NOT NULL;
  CREATE INDEX pending_by_expiry ON ${s}.requests (tenant, expires_at) WHERE state = 'pending' AND expires_at IS NOT NULL;
  CREATE INDEX approved_by_deadline ON ${s}.requests (tenant, (decided_at + execute_within))
    WHERE state = 'approved' AND attempt = 0 AND execute_within IS NOT NULL;
  CREATE INDEX executing_by_lease ON ${s}.requests (tenant, lease_until) WHERE state = 'executing';

  -- One row for each who that a pending request invites: a role, a person, or anyone.
  CREATE TABLE ${s}.audiences (
    tenant text COLLATE "C" NOT NULL,
    who text COLLATE "C" NOT NULL,
    asked_at double precision NOT NULL,
    id text COLLATE "C" NOT NULL,
    tool text COLLATE "C" NOT NULL,
    agent text COLLATE "C" NOT NULL,
    requested_by text COLLATE "C",
    PRIMARY KEY (tenant, who, asked_at, id)
  );

  CREATE TABLE ${s}.threads (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    open bigint NOT NULL,
    fence bigint NOT NULL,
    holder text COLLATE "C",
    claim text COLLATE "C", -- of whoever claimed it when it was due: so that a lost answer can be found again
    lease_until double precision NOT NULL,
    not_before double precision NOT NULL,
    closed_at double precision,
    agent text COLLATE "C" NOT NULL,
    record text NOT NULL,
    body text, -- JSON: what can be large
    continuation bytea, -- compressed already
    PRIMARY KEY (tenant, id)
  );
  ALTER TABLE ${s}.threads ALTER continuation SET STORAGE EXTERNAL;
  CREATE INDEX threads_due ON ${s}.threads (tenant, greatest(lease_until, not_before))
    WHERE state = 'live' AND (open = 0 OR holder IS NOT NULL);
  CREATE INDEX threads_closed ON ${s}.threads (tenant, closed_at) WHERE closed_at IS NOT NULL;

  CREATE TABLE ${s}.grants (
    n bigint GENERATED ALWAYS AS IDENTITY,
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    uses bigint NOT NULL,
    namespace text COLLATE "C",
    tool text COLLATE "C" NOT NULL,
    agent text COLLATE "C" NOT NULL,
    record text NOT NULL,
    PRIMARY KEY (tenant, id)
  );
  CREATE INDEX grants_by_tool ON ${s}.grants (tenant, tool, agent);

  -- Sequences count in the order of the inserts, not of the commits: a reader that remembered the highest one would miss
  -- what commits later. So each event has the id of its transaction, and readers stop before the oldest that is still
  -- running. A restored database counts transactions anew: then the base is raised (see migrate.ts).
  CREATE FUNCTION ${s}.tick_base() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 0::bigint';
  CREATE TABLE ${s}.events (
    tenant text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    tick bigint NOT NULL,
    n bigint GENERATED ALWAYS AS IDENTITY,
    event text NOT NULL,
    PRIMARY KEY (tenant, subject, seq)
  );
  CREATE INDEX events_by_tick ON ${s}.events (tenant, tick, n);
  ${functions(s)}
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${s} FROM PUBLIC;
  `,
];

/** Run as they are called, whatever the caller's settings: plans by index, made once; no names of others. */
const SETTINGS = `SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off`;

/**
 * A commit is one call: it locks what the batch touches, judges it as a whole, and writes. Rows are locked threads first,
 * then requests, then grants, each in the order of their ids, so that two batches never wait for each other in a circle;
 * they are written in the order given. What is refused is answered as text, for an error would fill the server's log with lost races.
 *
 * \`commit_1\` may sign. \`commit_unsigned_1\` may do whatever an agent's process has to, and refuses a signature.
 */
const functions = (s: string): string => `
  CREATE FUNCTION ${s}.now_ms() RETURNS double precision LANGUAGE sql VOLATILE AS
    'SELECT floor(extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::double precision';

  CREATE FUNCTION ${s}.facts_1(p_tenant text, p_threads json, p_requests json, p_grants json) RETURNS text LANGUAGE sql AS $$
    SELECT json_agg(fact)::text FROM (
      SELECT json_build_object('kind', 'thread', 'id', id, 'version', version, 'fence', fence, 'count', open) AS fact FROM ${s}.threads
        WHERE tenant = p_tenant AND id IN (SELECT x.id FROM json_to_recordset(p_threads) AS x(id text))
      UNION ALL
      SELECT json_build_object('kind', 'request', 'id', id, 'version', version) FROM ${s}.requests
        WHERE tenant = p_tenant AND id IN (SELECT x.id FROM json_to_recordset(p_requests) AS x(id text))
      UNION ALL
      SELECT json_build_object('kind', 'grant', 'id', id, 'version', version, 'count', uses) FROM ${s}.grants
        WHERE tenant = p_tenant AND id IN (SELECT x.id FROM json_to_recordset(p_grants) AS x(id text))
    ) AS facts
  $$;

  CREATE FUNCTION ${s}.apply_1(
    p_tenant text, p_before double precision, p_threads json, p_requests json, p_grants json, p_drops json, p_events json,
    p_bytes bytea, p_signing boolean
  ) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    w record;
    t record;
    good boolean := true;
  BEGIN
    FOR w IN SELECT * FROM json_to_recordset(p_threads) AS x(id text, expects bigint, required bigint, plus bigint, least bigint) ORDER BY id LOOP
      SELECT version, fence, open INTO t FROM ${s}.threads WHERE tenant = p_tenant AND id = w.id FOR NO KEY UPDATE;
      IF w.required <> coalesce(t.fence, w.required + 1)
        OR w.expects <> coalesce(t.version, 0)
        OR w.plus IS NOT NULL AND coalesce(t.open, CASE w.expects WHEN 0 THEN 0 END) IS NULL
        OR coalesce(t.open, 0) < w.least
      THEN good := false; END IF;
    END LOOP;
    FOR w IN SELECT * FROM json_to_recordset(p_requests)
        AS x(id text, expects bigint, state text, decisions text, signed text) ORDER BY id LOOP
      SELECT version, state, decisions, signed INTO t FROM ${s}.requests WHERE tenant = p_tenant AND id = w.id FOR NO KEY UPDATE;
      IF w.expects <> coalesce(t.version, 0) THEN
        good := false;
      ELSIF NOT p_signing AND (
        w.decisions <> coalesce(t.decisions, '[]') OR w.signed <> coalesce(t.signed, w.signed) OR w.state = 'purged'
        OR t.state = 'pending' AND w.state IN ('approved', 'rejected')
      ) THEN
        RAISE insufficient_privilege USING MESSAGE = 'this role may ask and execute, but not sign';
      END IF;
    END LOOP;
    FOR w IN SELECT * FROM json_to_recordset(p_grants) AS x(id text, expects bigint, plus bigint, least bigint) ORDER BY id LOOP
      SELECT version, uses INTO t FROM ${s}.grants WHERE tenant = p_tenant AND id = w.id FOR NO KEY UPDATE;
      IF w.expects <> coalesce(t.version, 0)
        OR w.plus IS NOT NULL AND coalesce(t.uses, CASE w.expects WHEN 0 THEN 0 END) IS NULL
        OR coalesce(t.uses, 0) < w.least
      THEN good := false; END IF;
      IF NOT p_signing AND w.expects IS NOT NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'this role may use grants, but not give them';
      END IF;
    END LOOP;
    IF NOT p_signing AND (p_drops IS NOT NULL OR EXISTS (SELECT FROM json_to_recordset(p_events) AS x(type text)
        WHERE x.type IN ('voted', 'approved', 'rejected', 'settled', 'remembered', 'revoked', 'frozen', 'lifted', 'purged'))) THEN
      RAISE insufficient_privilege USING MESSAGE = 'this role may not write events of decisions';
    END IF;
    -- With the locks in hand: waiting for them may have taken until the deadline.
    IF ${s}.now_ms() >= p_before THEN RETURN 'late'; END IF;
    IF NOT good THEN RETURN coalesce(${s}.facts_1(p_tenant, p_threads, p_requests, p_grants), '[]'); END IF;

    FOR w IN SELECT * FROM json_to_recordset(p_threads) AS x(
        id text, expects bigint, plus bigint, state text, fence bigint, holder text, "leaseUntil" double precision,
        "notBefore" double precision, "closedAt" double precision, agent text, record text, body text, start int, length int) LOOP
      IF w.expects = 0 THEN
        INSERT INTO ${s}.threads (
          tenant, id, version, state, open, fence, holder, lease_until, not_before, closed_at, agent, record, body, continuation
        ) VALUES (
          p_tenant, w.id, 1, w.state, coalesce(w.plus, 0), w.fence, w.holder, w."leaseUntil", w."notBefore", w."closedAt", w.agent,
          w.record, w.body, substr(p_bytes, w.start, w.length)
        ) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN RAISE SQLSTATE 'CS001'; END IF;
      ELSIF w.expects > 0 THEN
        -- What stays the same is kept where it is: every heartbeat comes by here.
        UPDATE ${s}.threads SET version = w.expects + 1, state = w.state, open = open + coalesce(w.plus, 0), fence = w.fence,
          holder = w.holder, lease_until = w."leaseUntil", not_before = w."notBefore", closed_at = w."closedAt", agent = w.agent,
          record = w.record, body = CASE WHEN body = w.body THEN body ELSE w.body END,
          continuation = CASE WHEN continuation = substr(p_bytes, w.start, w.length) THEN continuation
            ELSE substr(p_bytes, w.start, w.length) END
        WHERE tenant = p_tenant AND id = w.id;
      ELSIF w.plus <> 0 THEN
        UPDATE ${s}.threads SET open = open + w.plus WHERE tenant = p_tenant AND id = w.id;
      END IF;
    END LOOP;
    FOR w IN SELECT * FROM json_to_recordset(p_requests) AS x(
        id text, expects bigint, state text, "threadId" text, "turnId" text, agent text, tool text, "requestedBy" text,
        "askedAt" double precision, "decidedAt" double precision, "expiresAt" double precision, "executeWithin" double precision,
        attempt bigint, "leaseUntil" double precision, audience text[], barred text[], decisions text, signed text, record text,
        result text) LOOP
      IF w.expects = 0 THEN
        INSERT INTO ${s}.requests (
          tenant, id, version, state, thread_id, turn_id, agent, tool, requested_by, asked_at, decided_at, expires_at, execute_within,
          attempt, lease_until, audience, barred, decisions, signed, record, result
        ) VALUES (
          p_tenant, w.id, 1, w.state, w."threadId", w."turnId", w.agent, w.tool, w."requestedBy", w."askedAt", w."decidedAt",
          w."expiresAt", w."executeWithin", w.attempt, w."leaseUntil", w.audience, w.barred, w.decisions, w.signed, w.record, w.result
        ) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN RAISE SQLSTATE 'CS001'; END IF;
        IF w.audience IS NOT NULL THEN
          INSERT INTO ${s}.audiences SELECT p_tenant, who, w."askedAt", w.id, w.tool, w.agent, w."requestedBy" FROM unnest(w.audience) AS who;
        END IF;
      ELSE
        -- Where a request was asked is part of its id or never changes.
        SELECT audience, asked_at, tool, agent, requested_by INTO t FROM ${s}.requests WHERE tenant = p_tenant AND id = w.id;
        UPDATE ${s}.requests SET version = w.expects + 1, state = w.state, decided_at = w."decidedAt", expires_at = w."expiresAt",
          execute_within = w."executeWithin", attempt = w.attempt, lease_until = w."leaseUntil", audience = w.audience,
          barred = w.barred, decisions = w.decisions, signed = w.signed, record = w.record, result = w.result
        WHERE tenant = p_tenant AND id = w.id;
        IF t.audience IS DISTINCT FROM w.audience THEN
          DELETE FROM ${s}.audiences WHERE tenant = p_tenant AND who = ANY (t.audience) AND asked_at = t.asked_at AND id = w.id;
          INSERT INTO ${s}.audiences SELECT p_tenant, who, t.asked_at, w.id, t.tool, t.agent, t.requested_by FROM unnest(w.audience) AS who;
        END IF;
      END IF;
    END LOOP;
    FOR w IN SELECT * FROM json_to_recordset(p_grants)
        AS x(id text, expects bigint, plus bigint, namespace text, tool text, agent text, record text) LOOP
      IF w.expects = 0 THEN
        INSERT INTO ${s}.grants (tenant, id, version, uses, namespace, tool, agent, record)
          VALUES (p_tenant, w.id, 1, coalesce(w.plus, 0), w.namespace, w.tool, w.agent, w.record) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN RAISE SQLSTATE 'CS001'; END IF;
      ELSIF w.expects > 0 THEN
        UPDATE ${s}.grants SET version = w.expects + 1, uses = uses + coalesce(w.plus, 0), namespace = w.namespace, tool = w.tool,
          agent = w.agent, record = w.record WHERE tenant = p_tenant AND id = w.id;
      ELSE
        UPDATE ${s}.grants SET uses = uses + w.plus WHERE tenant = p_tenant AND id = w.id;
      END IF;
    END LOOP;
    IF p_drops IS NOT NULL THEN
      FOR w IN SELECT * FROM json_to_recordset(p_drops) AS x(subject text, through bigint) LOOP
        DELETE FROM ${s}.events WHERE tenant = p_tenant AND subject = w.subject AND seq <= w.through;
      END LOOP;
    END IF;
    FOR w IN SELECT * FROM json_to_recordset(p_events) AS x(subject text, seq bigint, event text) LOOP
      INSERT INTO ${s}.events (tenant, subject, seq, tick, event)
        VALUES (p_tenant, w.subject, w.seq, ${s}.tick_base() + pg_current_xact_id()::text::bigint, w.event) ON CONFLICT DO NOTHING;
      IF NOT FOUND THEN RAISE SQLSTATE 'CS001'; END IF;
    END LOOP;
    IF ${s}.now_ms() >= p_before THEN RAISE SQLSTATE 'CS002'; END IF;
    RETURN NULL;
  END $$;

  CREATE FUNCTION ${s}.commit_1(p_tenant text, p_before double precision, p_threads json, p_requests json, p_grants json, p_drops json, p_events json, p_bytes bytea)
    RETURNS text LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS
    $$ BEGIN RETURN ${s}.apply_1(p_tenant, p_before, p_threads, p_requests, p_grants, p_drops, p_events, p_bytes, true); END $$;
  CREATE FUNCTION ${s}.commit_unsigned_1(p_tenant text, p_before double precision, p_threads json, p_requests json, p_grants json, p_drops json, p_events json, p_bytes bytea)
    RETURNS text LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS
    $$ BEGIN RETURN ${s}.apply_1(p_tenant, p_before, p_threads, p_requests, p_grants, p_drops, p_events, p_bytes, false); END $$;

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
