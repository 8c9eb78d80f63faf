import { parameters, SETTINGS } from "./functions.ts";

const given = "p_tenant, p_before, p_threads, p_asked, p_requests, p_grants, p_drops, p_events, p_bytes";

/**
 * Commits of version 2: those of version 1, and when the requests in them are to be reminded of and escalated.
 *
 * An agent's process sweeps, so `commit_unsigned_2` may widen who signs: once it is time by the server's clock, and to
 * what those terms say that were there before. Whoever loses a race there is told so, and not that it may not sign.
 */
export const noticeFunctions = (s: string): string => `
  CREATE TYPE ${s}.notice_2 AS (id text, notice_at double precision, escalates_at double precision, escalated text);

  CREATE FUNCTION ${s}.refuse_signing_2(p_threads ${s}.thread_1[], p_asked ${s}.request_1[], p_requests ${s}.request_1[], p_grants ${s}.grant_1[], p_drops ${s}.drop_1[],
    p_events ${s}.event_1[], p_tenant text, p_notices ${s}.notice_2[]) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    -- Of another version than is expected: nothing will be written.
    PERFORM ${s}.refuse_signing_1(p_threads, p_asked, ARRAY(
      SELECT w FROM unnest(p_requests) AS w JOIN ${s}.requests AS t ON t.tenant = p_tenant AND t.id = w.id AND t.version = w.expects
      WHERE NOT coalesce(
        t.state = 'pending' AND w.state = 'pending' AND w.decisions = t.decisions AND ${s}.now_ms() >= t.escalates_at
          AND encode(sha256(convert_to(w.signed, 'UTF8')), 'hex') = t.escalated, false)
    ), p_grants, p_drops, p_events, p_tenant);
    -- What is yet to come can't be made to say something else, or to come sooner.
    IF EXISTS (
      SELECT FROM unnest(p_notices) AS n JOIN unnest(p_requests) AS w ON w.id = n.id
        JOIN ${s}.requests AS t ON t.tenant = p_tenant AND t.id = w.id AND t.version = w.expects
      WHERE (n.escalates_at IS NOT NULL OR n.escalated IS NOT NULL) AND (n.escalates_at, n.escalated) IS DISTINCT FROM (t.escalates_at, t.escalated)
    ) THEN
      RAISE insufficient_privilege USING MESSAGE = 'this role may ask and execute, but not sign';
    END IF;
  END $$;

  CREATE FUNCTION ${s}.apply_2(${parameters(s)}, p_notices ${s}.notice_2[], p_signing boolean) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    refused text;
  BEGIN
    -- Before the locks: what changes until they are there is of another version.
    IF NOT p_signing THEN
      PERFORM ${s}.refuse_signing_2(p_threads, p_asked, p_requests, p_grants, p_drops, p_events, p_tenant, p_notices);
    END IF;
    refused := ${s}.apply_1(${given}, true);
    IF refused IS NULL AND p_notices IS NOT NULL THEN
      UPDATE ${s}.requests AS t SET notice_at = n.notice_at, escalates_at = n.escalates_at, escalated = n.escalated
        FROM unnest(p_notices) AS n WHERE t.tenant = p_tenant AND t.id = n.id
          AND n.id IN (SELECT w.id FROM unnest(p_asked || p_requests) AS w);
    END IF;
    RETURN refused;
  END $$;

  CREATE FUNCTION ${s}.commit_2(${parameters(s)}, p_notices ${s}.notice_2[]) RETURNS text LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS $$
    BEGIN RETURN ${s}.apply_2(${given}, p_notices, true); END $$;
  CREATE FUNCTION ${s}.commit_unsigned_2(${parameters(s)}, p_notices ${s}.notice_2[]) RETURNS text LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS $$
    BEGIN RETURN ${s}.apply_2(${given}, p_notices, false); END $$;
`;
