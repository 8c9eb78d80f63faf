import { agentRules } from "./agent-rules.ts";
import { commitFunction } from "./commit-function.ts";

/**
 * A commit is one call: it locks what the batch touches, judges it as a whole, and writes. `commit_2` may sign.
 * `commit_unsigned_2` may do whatever an agent's process has to, and refuses a signature. What is refused because of what is
 * there is answered as text, for an error would fill the server's log with lost races.
 */
export const functions = (s: string): string => `
  CREATE FUNCTION ${s}.now_ms() RETURNS double precision LANGUAGE sql VOLATILE AS
    'SELECT floor(extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::double precision';

  -- What a batch wants of a record: the version it expects, if it is put; the fence required; what is added to its counter,
  -- and the least that must be there before. The continuation stands in the bytes that go with the batch.
  CREATE TYPE ${s}.thread_2 AS (
    id text, expects bigint, required bigint, plus bigint, least bigint, seq bigint, head text, state text, fence bigint, holder text,
    lease_until double precision, not_before double precision, closed_at double precision, agent text, record text, body text,
    start int, length int
  );
  CREATE TYPE ${s}.request_2 AS (
    id text, expects bigint, seq bigint, head text, state text, digest text, decided_at double precision, expires_at double precision,
    execute_within double precision, begun boolean, attempt bigint, lease_until double precision, notice_at double precision,
    escalates_at double precision, escalated text, audience text[], barred text[], terms text, signed text, record text, result text,
    asked text, thread_id text, turn_id text, agent text, tool text, namespace text, requested_by text, grant_id text,
    asked_at double precision, parties text[], words text[]
  );
  CREATE TYPE ${s}.grant_2 AS (
    id text, expects bigint, plus bigint, least bigint, seq bigint, head text, namespace text, tool text, agent text, scope text,
    decision text, within text, thread_id text, requested_by text, digest text, expires_at double precision,
    revoked_at double precision, record text
  );
  CREATE TYPE ${s}.drop_2 AS (subject text, through bigint);
  CREATE TYPE ${s}.event_2 AS (subject text, seq bigint, type text, prev text, hash text, event text);

  -- What is there of the records that a refused batch names, so that the caller can say what didn't fit.
  CREATE FUNCTION ${s}.facts_2(
    p_tenant text, p_threads ${s}.thread_2[], p_asked ${s}.request_2[], p_requests ${s}.request_2[], p_grants ${s}.grant_2[]
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

  ${commitFunction(s, "commit_2")}
  ${commitFunction(s, "commit_unsigned_2", agentRules(s))}
`;
