import type { Rules } from "./commit-function.ts";

/** Written by whoever signs, settles, revokes, freezes or purges. */
const SIGNERS = ["voted", "approved", "rejected", "settled", "remembered", "revoked", "frozen", "lifted", "purged"];
/** How far the clock that a process has read may be ahead of the next look at it, in ms: servers' clocks are set back a little. */
const SLACK = 1_000;

const columns = (of: string, ...names: readonly string[]): string => `(${names.map((name) => `${of}.${name}`).join(", ")})`;
const same = (...names: readonly string[]): string => `${columns("req", ...names)} IS NOT DISTINCT FROM ${columns("old", ...names)}`;
const none = (...names: readonly string[]): string => `num_nonnulls${columns("req", ...names)} = 0`;
/** NaN and infinite times would make a record that nobody can read. */
const isTime = (value: string): string => `coalesce(${value}, 0) BETWEEN 0 AND 9007199254740992`;
const isPast = (value: string): string => `${value} BETWEEN 0 AND now_ + ${SLACK}`;

/** What was asked, what is signed, and when it is over. The terms can widen once, as they say themselves. */
const FIXED = same(
  ...["asked", "thread_id", "turn_id", "agent", "tool", "namespace", "requested_by", "grant_id", "asked_at"],
  ...["digest", "expires_at", "execute_within", "signed"],
);
const WAITING = ["notice_at", "escalates_at", "escalated", "audience", "barred"];
/** Nothing changes but the chain: a note in it, as of a receipt that comes late. */
const NOTED = same("state", "decided_at", "begun", "attempt", "lease_until", "terms", "record", "result", "parties", ...WAITING);

/** Nobody has signed by asking. */
const noSigner = (column: string): string => `NOT EXISTS (SELECT FROM unnest(${column}) AS who WHERE who LIKE 'signed/%')`;
/** Those whom the new terms invite as well, and nobody goes. */
const WIDENED = `req.parties @> old.parties AND req.parties @> req.audience AND req.parties <@ (old.parties || req.audience)
  AND ${noSigner("req.audience")}`;
/** To what its terms promise, and when they do. */
const ESCALATED = `now_ >= old.escalates_at AND ${none("escalates_at", "escalated")} AND ${same("barred")} AND ${WIDENED}
  AND encode(sha256(convert_to(concat_ws(E'\\n', req.terms, array_to_string(req.audience, E'\\n')), 'UTF8')), 'hex') = old.escalated`;
/** A reminder is given when it is due, and doesn't put off the escalation. */
const REMINDED = `now_ >= old.notice_at AND ${same("terms", "escalates_at", "escalated", "audience", "barred", "parties")}
  AND (old.escalates_at IS NULL OR req.notice_at <= greatest(old.escalates_at, now_))`;

const ENDED = `${none(...WAITING)} AND ${same("terms", "parties")} AND ${isTime("req.lease_until")}`;
const UNTOUCHED = same("begun", "attempt", "lease_until", "result");
/** A claim's end. Only what is done has a result. */
const OF_CLAIM = `${same("attempt", "decided_at")} AND (req.state = 'done' OR ${same("result")})`;

/** LEGAL of core's transition.ts, without what takes a signature. The database looks them through one by one: the frequent ones first. */
const MOVES: Readonly<Record<string, string>> = {
  "approved executing": `${ENDED} AND ${same("decided_at", "result")} AND req.begun AND req.attempt = old.attempt + 1`,
  "executing done": `${ENDED} AND ${OF_CLAIM} AND ${same("begun")}`,
  "executing executing": `${ENDED} AND ${OF_CLAIM} AND ${same("begun", "record")}`,
  "executing failed": `${ENDED} AND ${OF_CLAIM} AND ${same("begun")}`,
  "pending cancelled": `${ENDED} AND ${UNTOUCHED} AND (req.decided_at IS NULL OR ${isPast("req.decided_at")})`,
  "pending pending": `${same("decided_at", "record")} AND ${UNTOUCHED} AND ${isTime("req.notice_at")} AND (${ESCALATED} OR ${REMINDED})`,
  "pending expired": `${ENDED} AND ${UNTOUCHED} AND now_ >= old.expires_at AND ${isPast("req.decided_at")}`,
  "approved expired": `${ENDED} AND ${UNTOUCHED} AND ${same("decided_at")} AND NOT old.begun AND now_ >= old.decided_at + old.execute_within`,
  "approved cancelled": `${ENDED} AND ${UNTOUCHED} AND ${same("decided_at")} AND NOT old.begun`,
  "approved done": `${ENDED} AND ${OF_CLAIM} AND ${same("begun")} AND old.begun`,
  "approved failed": `${ENDED} AND ${OF_CLAIM} AND ${same("begun")} AND old.begun`,
  "executing unknown": `${ENDED} AND ${OF_CLAIM} AND ${same("begun")}`,
  "executing approved": `${ENDED} AND ${OF_CLAIM}`,
  "unknown done": `${ENDED} AND ${OF_CLAIM} AND ${same("begun")}`,
  "unknown failed": `${ENDED} AND ${OF_CLAIM} AND ${same("begun")}`,
};

/** A statement for each move: PL/pgSQL prepares an expression anew in each transaction, with all that stands in it. */
const judgeMove = `fits := req.id <> ALL (subjects) AND old.state <> 'purged' AND ${FIXED};
          noted := false;
          IF old.state = req.state THEN noted := ${NOTED}; END IF;
          IF NOT noted THEN
            CASE old.state || ' ' || req.state
            ${Object.entries(MOVES)
              .map(([move, condition]) => `WHEN '${move}' THEN fits := fits AND ${condition};`)
              .join("\n            ")}
            ELSE fits := false;
            END CASE;
          END IF;`;

const TIMES = ["notice_at", "escalates_at", "expires_at", "execute_within"].map((name) => isTime(`req.${name}`)).join(" AND ");
/** Whoever is asked, or asked for it, sees it later on. */
const PARTIES = `req.parties @> coalesce(req.audience, '{}') AND ${noSigner("req.parties")}
          AND (req.requested_by IS NULL OR 'person/' || req.requested_by = ANY (req.parties))`;
const judgeQuestion = `fits := req.id ~ '^[0-9a-f]{32}$' AND ${PARTIES} AND ${none("signed", "result")} AND NOT req.begun AND req.attempt = 0
          AND req.lease_until = 0 AND ${isPast("req.asked_at")} AND ${TIMES};
        CASE req.state
        WHEN 'pending' THEN fits := fits AND ${none("grant_id", "decided_at")} AND req.record = '{}';
        WHEN 'approved' THEN fits := fits AND ${none(...WAITING)} AND ${isPast("req.decided_at")} AND req.record = '{}';
        -- By a rejection that was remembered.
        WHEN 'rejected' THEN fits := fits AND ${none(...WAITING)} AND ${isPast("req.decided_at")} AND req.grant_id IS NOT NULL;
        ELSE fits := false;
        END CASE;`;

/** What core makes where a tenant or a schema is used first, and then is a signer's, or nobody's, to change. */
const FOUNDS = `(th.expects, th.seq, th.state, th.fence, th.lease_until, th.not_before, th.agent, th.record)
            = (0, 1, 'closed', 0, 0, 0, '', '{"attempts":0,"framework":"none"}')
            AND num_nonnulls(th.holder, th.closed_at, th.start, th.length) = 0 AND CASE th.id
              WHEN 'countersign/freezes' THEN th.body = '{"context":{"freezes":[]}}'
              ELSE th.id ~ '^countersign/schema/[0-9a-f]{64}$' AND th.body LIKE '{"context":{%' END`;

/** A grant decides what it was given for, and is used up by it. */
const IS_FOR = `a.tool = held.tool AND a.agent = held.agent AND a.namespace IS NOT DISTINCT FROM held.namespace
            AND a.requested_by IS NOT DISTINCT FROM held.requested_by
            AND CASE held.within WHEN 'requester' THEN true WHEN 'thread' THEN a.thread_id = held.thread_id ELSE false END
            AND CASE held.scope WHEN 'tool' THEN true WHEN 'exact-args' THEN a.digest = held.digest ELSE false END
            AND a.state = CASE held.decision WHEN 'approve' THEN 'approved' WHEN 'reject' THEN 'rejected' END`;

const chain = (subject: string, seq: string, head: string, of: string): string =>
  `subjects := subjects || (${subject}); seqs := seqs || ${seq}; heads := heads || ${head}; ends := ends || ${of}.seq; tails := tails || ${of}.head;`;

/**
 * What the role of an agent's process may not do, on the records as they are with the locks in hand. Whatever it writes is a
 * record's next events, what follows from them, and nothing of anybody else's.
 */
export const agentRules = (s: string): Rules => ({
  variables: `amiss text; -- what the role may not do
    noted boolean;
    now_ double precision;
    i int;
    -- Chains of the records that are put: as they are, and as they shall be.
    subjects text[] := '{}';
    seqs bigint[] := '{}';
    heads text[] := '{}';
    ends bigint[] := '{}';
    tails text[] := '{}';
    -- What counters get, less what the moves of requests give them.
    counted text[];
    counts bigint[];
    taken bigint := 0;`,
  given: `IF p_drops IS NOT NULL OR EXISTS (SELECT FROM unnest(p_grants) AS w WHERE w.expects IS NOT NULL OR w.plus >= 0 OR w.plus IS NULL) THEN
      ${refuse("'grants and chains are the signers'''")}
    END IF;`,
  thread: `IF th.id LIKE 'countersign/%' THEN
            IF NOT coalesce(th.plus IS NULL AND ${FOUNDS}, false) THEN amiss := 'thread ' || th.id; END IF;
          END IF;
          IF th.expects IS NOT NULL THEN
            IF 'thread/' || th.id = ANY (subjects) THEN amiss := 'thread ' || th.id || ' twice'; END IF;
            ${chain("'thread/' || th.id", "coalesce(there_seq, 0)", "coalesce(there_head, '')", "th")}
          END IF;
          IF th.plus IS NOT NULL THEN counted := counted || th.id; counts := counts || th.plus; END IF;`,
  request: `IF old.version = req.expects THEN
          now_ := ${s}.now_ms();
          ${judgeMove}
          IF NOT coalesce(fits, false) THEN
            amiss := 'request ' || req.id || ', ' || old.state || ' to ' || req.state;
          END IF;
          ${chain("req.id", "old.seq", "old.head", "req")}
          IF (old.state IN ('pending', 'unknown')) <> (req.state IN ('pending', 'unknown')) THEN
            counted := counted || old.thread_id;
            counts := counts || CASE WHEN req.state IN ('pending', 'unknown') THEN -1 ELSE 1 END::bigint;
          END IF;
        END IF;`,
  grant: `IF held.version IS NOT NULL THEN
          IF NOT coalesce(held.revoked_at IS NULL AND ${s}.now_ms() < coalesce(held.expires_at, 'Infinity') AND held.uses + g.plus >= 0
            AND (SELECT count(*) = -g.plus AND bool_and(${IS_FOR}) FROM unnest(p_asked) AS a WHERE a.grant_id = g.id), false)
          THEN amiss := 'grant ' || g.id; END IF;
          taken := taken - g.plus;
        END IF;`,
  whole: `IF p_asked IS NOT NULL THEN
      now_ := ${s}.now_ms();
      FOREACH req IN ARRAY p_asked LOOP
        ${judgeQuestion}
        IF NOT coalesce(fits, false) THEN amiss := 'new request ' || req.id || ', ' || req.state; END IF;
        ${chain("req.id", "0::bigint", "''::text", "req")}
        IF req.grant_id IS NOT NULL THEN taken := taken - 1; END IF;
        IF req.state = 'pending' THEN counted := counted || req.thread_id; counts := counts || (-1)::bigint; END IF;
      END LOOP;
    END IF;
    IF p_events IS NOT NULL THEN
      FOREACH e IN ARRAY p_events LOOP
        i := array_position(subjects, e.subject);
        IF e.type IN (${SIGNERS.map((type) => `'${type}'`).join(", ")}) OR (e.subject LIKE 'thread/countersign/%' AND e.type <> 'created')
          -- The same event once more: its place is taken, and that refuses the batch.
          OR NOT coalesce(e.seq = seqs[i] + 1 AND e.prev = heads[i] OR e.seq = seqs[i] AND e.seq > 0 AND e.hash = heads[i], false)
        THEN
          amiss := 'event ' || e.seq || ' of ' || e.subject;
        ELSE
          seqs[i] := e.seq;
          heads[i] := e.hash;
        END IF;
      END LOOP;
    END IF;
    IF NOT coalesce(seqs = ends AND heads = tails, false) THEN amiss := coalesce(amiss, 'a record that its chain doesn''t lead to'); END IF;
    IF taken <> 0 THEN amiss := coalesce(amiss, 'uses of a grant'); END IF;
    IF counted IS NOT NULL
      AND EXISTS (SELECT FROM unnest(counted, counts) AS c (id, by) GROUP BY c.id HAVING coalesce(sum(c.by), 1) <> 0)
    THEN amiss := coalesce(amiss, 'a counter'); END IF;
    IF amiss IS NOT NULL THEN
      ${refuse("amiss")}
    END IF;`,
});

function refuse(what: string): string {
  return `RAISE insufficient_privilege USING MESSAGE = 'this role may ask and execute, but not sign: ' || ${what};`;
}
