// Steps of the functions that commit, as PL/pgSQL. They use the parameters of those functions, and these variables.
// Databases in the wild have run them: a change takes a version of its own.

/** What {@link lockAll} and {@link writeAll} keep in hand. */
export const VARIABLES = `w record;
    fits boolean;
    good boolean := true;
    written bigint;`;

/** Locks every record of the batch that is there. From then on `good` says whether all of them are as it expects. */
export const lockAll = (s: string): string => `IF p_threads IS NOT NULL THEN
      FOREACH w IN ARRAY p_threads LOOP
        IF w.expects IS NULL AND w.plus IS NULL THEN
          -- Fifty siblings that are executed at once need not wait for each other.
          SELECT fence = w.required INTO fits FROM ${s}.threads WHERE tenant = p_tenant AND id = w.id FOR SHARE;
        ELSE
          SELECT version = coalesce(w.expects, version) AND fence = coalesce(w.required, fence) AND open >= coalesce(w.least, open)
            INTO fits FROM ${s}.threads WHERE tenant = p_tenant AND id = w.id FOR NO KEY UPDATE;
        END IF;
        -- One that isn't there may be inserted, and then counts from 0.
        good := good AND coalesce(fits, w.expects = 0 AND w.required IS NULL AND coalesce(w.least, 0) <= 0, false);
      END LOOP;
    END IF;
    IF p_requests IS NOT NULL THEN
      FOREACH w IN ARRAY p_requests LOOP
        SELECT version = w.expects INTO fits FROM ${s}.requests WHERE tenant = p_tenant AND id = w.id FOR NO KEY UPDATE;
        good := good AND coalesce(fits, false);
      END LOOP;
    END IF;
    IF p_grants IS NOT NULL THEN
      FOREACH w IN ARRAY p_grants LOOP
        SELECT version = coalesce(w.expects, version) AND uses >= coalesce(w.least, uses)
          INTO fits FROM ${s}.grants WHERE tenant = p_tenant AND id = w.id FOR NO KEY UPDATE;
        good := good AND coalesce(fits, w.expects = 0 AND coalesce(w.least, 0) <= 0, false);
      END LOOP;
    END IF;`;

/** Writes the batch. */
export const writeAll = (s: string): string => `IF p_threads IS NOT NULL THEN
      FOREACH w IN ARRAY p_threads LOOP
        IF w.expects = 0 THEN
          INSERT INTO ${s}.threads (
            tenant, id, version, open, state, fence, holder, lease_until, not_before, closed_at, agent, record, body, continuation
          ) VALUES (
            p_tenant, w.id, 1, coalesce(w.plus, 0), w.state, w.fence, w.holder, w.lease_until, w.not_before, w.closed_at, w.agent,
            w.record, w.body, substr(p_bytes, w.start, w.length)
          ) ON CONFLICT DO NOTHING;
          IF NOT FOUND THEN RAISE SQLSTATE 'CS001'; END IF;
        ELSIF w.expects > 0 THEN
          -- What stays the same is kept where it is: every heartbeat comes by here.
          UPDATE ${s}.threads SET version = w.expects + 1, open = open + coalesce(w.plus, 0), state = w.state, fence = w.fence,
            holder = w.holder, lease_until = w.lease_until, not_before = w.not_before, closed_at = w.closed_at, agent = w.agent,
            record = w.record, body = CASE WHEN body = w.body THEN body ELSE w.body END,
            continuation = CASE WHEN continuation = substr(p_bytes, w.start, w.length) THEN continuation
              ELSE substr(p_bytes, w.start, w.length) END
          WHERE tenant = p_tenant AND id = w.id;
        ELSIF w.plus <> 0 THEN
          UPDATE ${s}.threads SET open = open + w.plus WHERE tenant = p_tenant AND id = w.id;
        END IF;
      END LOOP;
    END IF;
    IF p_asked IS NOT NULL THEN
      INSERT INTO ${s}.requests (
        tenant, id, version, state, decided_at, expires_at, execute_within, attempt, lease_until, audience, barred, decisions, signed,
        record, result, thread_id, turn_id, agent, tool, requested_by, asked_at
      ) SELECT
        p_tenant, id, 1, state, decided_at, expires_at, execute_within, attempt, lease_until, audience, barred, decisions, signed,
        record, result, thread_id, turn_id, agent, tool, requested_by, asked_at
      FROM unnest(p_asked) ON CONFLICT DO NOTHING;
      GET DIAGNOSTICS written = ROW_COUNT;
      IF written < cardinality(p_asked) THEN RAISE SQLSTATE 'CS001'; END IF;
      INSERT INTO ${s}.audiences (tenant, who, asked_at, id, tool, agent, requested_by)
        SELECT p_tenant, who, asked_at, id, tool, agent, requested_by FROM unnest(p_asked) AS asked, unnest(asked.audience) AS who;
    END IF;
    IF p_requests IS NOT NULL THEN
      FOREACH w IN ARRAY p_requests LOOP
        -- Before the update: it is the audience of before that is sent away. Where a request was asked never changes.
        DELETE FROM ${s}.audiences AS a USING ${s}.requests AS t WHERE t.tenant = p_tenant AND t.id = w.id
          AND t.audience IS DISTINCT FROM w.audience
          AND a.tenant = p_tenant AND a.who = ANY (t.audience) AND a.asked_at = t.asked_at AND a.id = w.id;
        UPDATE ${s}.requests SET version = w.expects + 1, state = w.state, decided_at = w.decided_at, expires_at = w.expires_at,
          execute_within = w.execute_within, attempt = w.attempt, lease_until = w.lease_until, audience = w.audience,
          barred = w.barred, decisions = w.decisions, signed = w.signed, record = w.record, result = w.result,
          -- Of whom a purged request was asked for, nothing stays.
          requested_by = CASE w.state WHEN 'purged' THEN NULL ELSE requested_by END
        WHERE tenant = p_tenant AND id = w.id;
        IF w.audience IS NOT NULL THEN
          INSERT INTO ${s}.audiences (tenant, who, asked_at, id, tool, agent, requested_by)
            SELECT tenant, who, asked_at, id, tool, agent, requested_by FROM ${s}.requests, unnest(w.audience) AS who
            WHERE tenant = p_tenant AND id = w.id ON CONFLICT DO NOTHING;
        END IF;
      END LOOP;
    END IF;
    IF p_grants IS NOT NULL THEN
      FOREACH w IN ARRAY p_grants LOOP
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
    END IF;
    IF p_events IS NOT NULL THEN
      INSERT INTO ${s}.events (tenant, subject, seq, tick, type, event, mark)
        SELECT p_tenant, subject, seq, ${s}.tick_base() + pg_current_xact_id()::text::bigint, type, event, mark FROM unnest(p_events)
        ON CONFLICT DO NOTHING;
      GET DIAGNOSTICS written = ROW_COUNT;
      IF written < cardinality(p_events) THEN RAISE SQLSTATE 'CS001'; END IF;
    END IF;
    IF p_drops IS NOT NULL THEN
      DELETE FROM ${s}.events AS e USING unnest(p_drops) AS d WHERE e.tenant = p_tenant AND e.subject = d.subject AND e.seq <= d.through;
    END IF;`;
