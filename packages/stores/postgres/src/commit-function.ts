import type { CommitFunction } from "./commit.ts";

/** Run as they are called, whatever names the caller has of its own. */
export const SETTINGS = `SET search_path = pg_catalog, pg_temp`;

/**
 * Rules that a role is held to, as PL/pgSQL. Each piece stands at its place in the commit function and turns `may` to false;
 * a batch that isn't refused for what is there is then refused for that.
 */
export interface Rules {
  readonly variables: string;
  /** On the parameters alone, before anything is locked. */
  readonly given: string;
  /** On `th` and what is there of it, `there_seq` and `there_head`, locked. */
  readonly thread: string;
  /** On `req` and what is there of it, `old`, locked. */
  readonly request: string;
  /** On `g` and what is there of it, `held`, locked. */
  readonly grant: string;
  /** On the batch as a whole, with everything locked. */
  readonly whole: string;
}

const NO_RULES: Rules = { variables: "", given: "", thread: "", request: "", grant: "", whole: "" };

/**
 * Rows are locked requests first, then threads, then grants, each in the order of their ids (the caller sorts), so that two
 * batches don't wait for each other in a circle. Everything is judged with the locks in hand: waiting for them may have
 * taken until the deadline, or let somebody else change the record. New requests are numbered last, while their thread is
 * locked until the commit (the caller names it, if only for that): so the numbers of one thread's requests are in the order
 * of the commits, and a reader who goes on from the last one misses nothing.
 */
export function commitFunction(s: string, name: CommitFunction, rules: Rules = NO_RULES): string {
  return `CREATE FUNCTION ${s}.${name}(
    p_tenant text, p_before double precision, p_threads ${s}.thread_2[], p_asked ${s}.request_2[], p_requests ${s}.request_2[],
    p_grants ${s}.grant_2[], p_drops ${s}.drop_2[], p_events ${s}.event_2[], p_bytes bytea, p_mark uuid
  ) RETURNS text LANGUAGE plpgsql SECURITY DEFINER ${SETTINGS} AS $$
  DECLARE
    th ${s}.thread_2;
    req ${s}.request_2;
    g ${s}.grant_2;
    e ${s}.event_2;
    old ${s}.requests;
    held ${s}.grants;
    who_ text;
    audience_ text[];
    asked_ double precision;
    there_seq bigint;
    there_head text;
    moved text[]; -- requests whose rows in "audiences" change
    shifted text[]; -- those whose rows in "parties" do
    n_ bigint;
    mark_ uuid := p_mark;
    tick_ bigint;
    fits boolean;
    good boolean := true;
    ${rules.variables}
  BEGIN
    ${rules.given}
    ${lockAll(s, rules)}
    IF p_before IS NOT NULL AND ${s}.now_ms() >= p_before THEN RETURN 'late'; END IF;
    IF NOT good THEN RETURN ${s}.facts_2(p_tenant, p_threads, p_asked, p_requests, p_grants); END IF;
    ${rules.whole}
    ${writeThreads(s)}
    ${writeRequests(s)}
    ${writeGrants(s)}
    ${writeEvents(s)}
    -- All is taken back if the deadline has passed in the middle.
    IF p_before IS NOT NULL AND ${s}.now_ms() >= p_before THEN RAISE SQLSTATE 'CS002'; END IF;
    RETURN NULL;
  END $$;`;
}

/** From then on `good` says whether every record of the batch is as it expects. */
const lockAll = (s: string, rules: Rules): string => `IF p_requests IS NOT NULL THEN
      FOREACH req IN ARRAY p_requests LOOP
        SELECT * INTO old FROM ${s}.requests WHERE tenant = p_tenant AND id = req.id FOR NO KEY UPDATE;
        good := good AND coalesce(old.version = req.expects, false);
        IF (old.audience, old.tool, old.agent, old.requested_by, old.asked_at, old.expires_at)
          IS DISTINCT FROM (req.audience, req.tool, req.agent, req.requested_by, req.asked_at, req.expires_at)
        THEN moved := moved || req.id; END IF;
        IF old.parties IS DISTINCT FROM req.parties THEN shifted := shifted || req.id; END IF;
        ${rules.request}
      END LOOP;
    END IF;
    IF p_threads IS NOT NULL THEN
      FOREACH th IN ARRAY p_threads LOOP
        IF th.required IS NOT NULL AND th.expects IS NULL AND th.plus IS NULL THEN
          -- Fifty siblings that are executed at once need not wait for each other.
          SELECT fence = th.required INTO fits FROM ${s}.threads WHERE tenant = p_tenant AND id = th.id FOR SHARE;
        ELSE
          SELECT version = coalesce(th.expects, version) AND fence = coalesce(th.required, fence) AND open >= coalesce(th.least, open),
            seq, head INTO fits, there_seq, there_head FROM ${s}.threads WHERE tenant = p_tenant AND id = th.id FOR NO KEY UPDATE;
          ${rules.thread}
        END IF;
        -- One that isn't there may be inserted, and then counts from 0. One that is only to be locked need not be there.
        good := good AND coalesce(
          fits, th.required IS NULL AND coalesce(th.expects = 0, th.plus IS NULL) AND coalesce(th.least, 0) <= 0, false);
      END LOOP;
    END IF;
    IF p_grants IS NOT NULL THEN
      FOREACH g IN ARRAY p_grants LOOP
        SELECT * INTO held FROM ${s}.grants WHERE tenant = p_tenant AND id = g.id FOR NO KEY UPDATE;
        -- One that isn't there has no version.
        fits := held.version = coalesce(g.expects, held.version) AND held.uses >= coalesce(g.least, held.uses);
        good := good AND coalesce(fits, g.expects = 0 AND coalesce(g.least, 0) <= 0, false);
        ${rules.grant}
      END LOOP;
    END IF;`;

const writeThreads = (s: string): string => `IF p_threads IS NOT NULL THEN
      FOREACH th IN ARRAY p_threads LOOP
        IF th.expects = 0 THEN
          INSERT INTO ${s}.threads (
            tenant, id, version, seq, head, open, state, fence, holder, lease_until, not_before, closed_at, agent, record, body, continuation
          ) VALUES (
            p_tenant, th.id, 1, th.seq, th.head, coalesce(th.plus, 0), th.state, th.fence, th.holder, th.lease_until, th.not_before,
            th.closed_at, th.agent, th.record, th.body, substr(p_bytes, th.start, th.length)
          );
        ELSIF th.expects > 0 THEN
          -- What stays the same is kept where it is: every heartbeat comes by here.
          UPDATE ${s}.threads SET version = th.expects + 1, seq = th.seq, head = th.head, open = open + coalesce(th.plus, 0),
            state = th.state, fence = th.fence, holder = th.holder, lease_until = th.lease_until, not_before = th.not_before,
            closed_at = th.closed_at, agent = th.agent, record = th.record, body = CASE WHEN body = th.body THEN body ELSE th.body END,
            continuation = CASE WHEN continuation = substr(p_bytes, th.start, th.length) THEN continuation
              ELSE substr(p_bytes, th.start, th.length) END
          WHERE tenant = p_tenant AND id = th.id;
        ELSIF th.plus <> 0 THEN
          UPDATE ${s}.threads SET open = open + th.plus WHERE tenant = p_tenant AND id = th.id;
        END IF;
      END LOOP;
    END IF;`;

/** Before a request changes, those are sent away whom it invited: who they are, it says itself. */
const writeRequests = (s: string): string => `IF p_requests IS NOT NULL THEN
      FOREACH req IN ARRAY p_requests LOOP
        IF req.id = ANY (moved) THEN
          SELECT audience, asked_at INTO audience_, asked_ FROM ${s}.requests WHERE tenant = p_tenant AND id = req.id;
          FOREACH who_ IN ARRAY coalesce(audience_, '{}') LOOP
            DELETE FROM ${s}.audiences WHERE tenant = p_tenant AND who = who_ AND asked_at = asked_ AND id = req.id;
          END LOOP;
          ${invite(s)}
        END IF;
        IF req.id = ANY (shifted) THEN
          SELECT parties, asked_at INTO audience_, asked_ FROM ${s}.requests WHERE tenant = p_tenant AND id = req.id;
          FOREACH who_ IN ARRAY coalesce(audience_, '{}') LOOP
            IF who_ <> ALL (coalesce(req.parties, '{}')) THEN
              DELETE FROM ${s}.parties WHERE tenant = p_tenant AND who = who_ AND asked_at = asked_ AND id = req.id;
            END IF;
          END LOOP;
          ${involve(s)}
        END IF;
        IF req.state = 'purged' THEN
          SELECT words, n INTO audience_, n_ FROM ${s}.requests WHERE tenant = p_tenant AND id = req.id;
          FOREACH who_ IN ARRAY coalesce(audience_, '{}') LOOP
            DELETE FROM ${s}.words WHERE tenant = p_tenant AND word = who_ AND n = n_;
          END LOOP;
          UPDATE ${s}.requests SET words = NULL WHERE tenant = p_tenant AND id = req.id;
        END IF;
        UPDATE ${s}.requests SET version = req.expects + 1, ${PUT_COLUMNS.map((column) => `${column} = req.${column}`).join(", ")}
          WHERE tenant = p_tenant AND id = req.id;
      END LOOP;
    END IF;
    IF p_asked IS NOT NULL THEN
      FOREACH req IN ARRAY p_asked LOOP
        INSERT INTO ${s}.requests (tenant, id, version, words, ${PUT_COLUMNS.join(", ")})
          VALUES (p_tenant, req.id, 1, req.words, ${PUT_COLUMNS.map((column) => `req.${column}`).join(", ")}) RETURNING n INTO n_;
        ${invite(s)}
        ${involve(s)}
        IF req.words IS NOT NULL THEN
          INSERT INTO ${s}.words (tenant, word, n) SELECT p_tenant, word, n_ FROM unnest(req.words) AS word;
        END IF;
      END LOOP;
    END IF;`;

const PUT_COLUMNS = [
  ...["seq", "head", "state", "digest", "decided_at", "expires_at", "execute_within", "begun", "attempt", "lease_until", "notice_at"],
  ...["escalates_at", "escalated", "audience", "barred", "terms", "signed", "record", "result", "asked", "thread_id", "turn_id"],
  ...["agent", "tool", "namespace", "requested_by", "grant_id", "asked_at", "parties"],
];

const invite = (s: string): string => `IF req.audience IS NOT NULL THEN
          FOREACH who_ IN ARRAY req.audience LOOP
            INSERT INTO ${s}.audiences (tenant, who, asked_at, id, tool, agent, requested_by, deadline)
              VALUES (p_tenant, who_, req.asked_at, req.id, req.tool, req.agent, req.requested_by, coalesce(req.expires_at, 'Infinity'))
              ON CONFLICT DO NOTHING;
          END LOOP;
        END IF;`;

const involve = (s: string): string => `IF req.parties IS NOT NULL THEN
          INSERT INTO ${s}.parties (tenant, who, asked_at, id)
            SELECT p_tenant, who, req.asked_at, req.id FROM unnest(req.parties) AS who ON CONFLICT DO NOTHING;
        END IF;`;

const writeGrants = (s: string): string => `IF p_grants IS NOT NULL THEN
      FOREACH g IN ARRAY p_grants LOOP
        IF g.expects = 0 THEN
          INSERT INTO ${s}.grants (tenant, id, version, uses, ${GRANT_COLUMNS.join(", ")})
            VALUES (p_tenant, g.id, 1, coalesce(g.plus, 0), ${GRANT_COLUMNS.map((column) => `g.${column}`).join(", ")});
        ELSIF g.expects > 0 THEN
          UPDATE ${s}.grants SET version = g.expects + 1, uses = uses + coalesce(g.plus, 0),
            ${GRANT_COLUMNS.map((column) => `${column} = g.${column}`).join(", ")} WHERE tenant = p_tenant AND id = g.id;
        ELSE
          UPDATE ${s}.grants SET uses = uses + g.plus WHERE tenant = p_tenant AND id = g.id;
        END IF;
      END LOOP;
    END IF;`;

const GRANT_COLUMNS = [
  ...["seq", "head", "namespace", "tool", "agent", "scope", "decision", "within", "thread_id", "requested_by", "digest", "expires_at"],
  ...["revoked_at", "record"],
];

/** With the variables `e`, `tick_`, and `mark_` for the first of them. */
export const appendEvents = (s: string): string => `IF p_events IS NOT NULL THEN
      tick_ := ${s}.tick_base() + pg_current_xact_id()::text::bigint;
      FOREACH e IN ARRAY p_events LOOP
        INSERT INTO ${s}.events (tenant, subject, seq, tick, type, prev, hash, event, mark)
          VALUES (p_tenant, e.subject, e.seq, tick_, e.type, e.prev, e.hash, e.event, mark_);
        mark_ := NULL;
      END LOOP;
    END IF;`;

const writeEvents = (s: string): string => `${appendEvents(s)}
    IF p_drops IS NOT NULL THEN
      DELETE FROM ${s}.events AS gone USING unnest(p_drops) AS d
        WHERE gone.tenant = p_tenant AND gone.subject = d.subject AND gone.seq <= d.through;
    END IF;`;
