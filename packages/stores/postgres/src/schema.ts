import { claimThreads } from "./claim-threads.ts";
import { documents } from "./document-functions.ts";
import { functions } from "./functions.ts";

/** What the first entry of {@link MIGRATIONS} makes. Earlier versions of it were never released. */
export const FIRST = 7;

/**
 * The first entry makes a schema of version {@link FIRST}, each later one brings a schema to the next version. Append only:
 * databases in the wild have run the earlier ones. Code of the version before goes on working beside the new one: nothing
 * that it uses is renamed, retyped or dropped, and the functions that it calls stay until the version after.
 *
 * What is looked for has a column, and so has what a role is held to; the rest of a record is JSON text. No value has two
 * places. Every list is ordered by (asked_at, id), so every index that serves lists has these two after what it looks up, and
 * a page is one walk along it, however many rows there are. Times are Unix ms as JavaScript has them.
 *
 * Primary keys are made last. While a table is empty, each index that has the column of the tenant seems as good as any
 * other to the planner, which then takes the last one; and a session keeps the plans that it has made.
 */
export const MIGRATIONS: readonly ((schema: string) => string)[] = [
  (s) => `
  CREATE TABLE ${s}.requests (
    n bigint GENERATED ALWAYS AS IDENTITY, -- the order of asking
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    seq bigint NOT NULL,
    head text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    -- Given when it is asked, and the same for good. Only a purge empties some of it.
    thread_id text COLLATE "C" NOT NULL,
    turn_id text COLLATE "C" NOT NULL,
    agent text COLLATE "C" NOT NULL,
    tool text COLLATE "C" NOT NULL,
    namespace text COLLATE "C",
    requested_by text COLLATE "C",
    grant_id text COLLATE "C",
    asked_at double precision NOT NULL,
    asked text NOT NULL, -- JSON: all else that is given then
    words text[] COLLATE "C", -- what a search finds it by, but for its id
    -- The signers'.
    digest text COLLATE "C" NOT NULL, -- of the call that is proposed
    decided_at double precision,
    expires_at double precision,
    execute_within double precision,
    terms text NOT NULL, -- JSON
    parties text[] COLLATE "C", -- who has to do with it, also once it is decided
    signed text, -- JSON: the signatures, and an edit; absent when there are none
    -- While it is pending.
    notice_at double precision, -- the next reminder or escalation
    escalates_at double precision,
    escalated text COLLATE "C", -- SHA-256 of what "terms" and "audience" are from then on
    audience text[] COLLATE "C", -- who is invited to decide
    barred text[] COLLATE "C", -- ids that may not, whoever invites them; absent for none
    -- The executor's.
    begun boolean NOT NULL,
    attempt bigint NOT NULL,
    lease_until double precision NOT NULL,
    record text NOT NULL, -- JSON
    result text -- JSON; apart, because it can be large
  );
  CREATE INDEX requests_by_turn ON ${s}.requests (tenant, thread_id, turn_id, n);
  -- What is under way in a thread, however much of it has finished.
  CREATE INDEX unfinished_by_thread ON ${s}.requests (tenant, thread_id) WHERE state IN ('pending', 'approved', 'executing', 'unknown');
  CREATE INDEX rejected_by_thread ON ${s}.requests (tenant, thread_id, asked_at, id) WHERE state = 'rejected';
  CREATE INDEX requests_by_state ON ${s}.requests (tenant, state, asked_at, id);
  CREATE INDEX requests_by_digest ON ${s}.requests (tenant, digest, asked_at, id);
  -- An inbox filters what is pending. One index of all states for each filter would make every later transition pay.
  CREATE INDEX pending_by_tool ON ${s}.requests (tenant, tool, asked_at, id) WHERE state = 'pending';
  CREATE INDEX pending_by_agent ON ${s}.requests (tenant, agent, asked_at, id) WHERE state = 'pending';
  CREATE INDEX pending_by_requester ON ${s}.requests (tenant, requested_by, asked_at, id)
    WHERE state = 'pending' AND requested_by IS NOT NULL;
  -- What never expires comes last.
  CREATE INDEX pending_by_deadline ON ${s}.requests (tenant, coalesce(expires_at, 'Infinity'), asked_at, id) WHERE state = 'pending';
  CREATE INDEX pending_by_notice ON ${s}.requests (tenant, notice_at) WHERE state = 'pending' AND notice_at IS NOT NULL;
  CREATE INDEX approved_by_deadline ON ${s}.requests (tenant, (decided_at + execute_within))
    WHERE state = 'approved' AND NOT begun AND execute_within IS NOT NULL;
  CREATE INDEX executing_by_lease ON ${s}.requests (tenant, lease_until) WHERE state = 'executing';
  CREATE UNIQUE INDEX requests_by_number ON ${s}.requests (n);
  ALTER TABLE ${s}.requests ADD PRIMARY KEY (tenant, id);

  -- One row for each who that a pending request invites: a role, a person, or anyone.
  CREATE TABLE ${s}.audiences (
    tenant text COLLATE "C" NOT NULL,
    who text COLLATE "C" NOT NULL,
    asked_at double precision NOT NULL,
    id text COLLATE "C" NOT NULL,
    tool text COLLATE "C" NOT NULL,
    agent text COLLATE "C" NOT NULL,
    requested_by text COLLATE "C",
    deadline double precision NOT NULL -- infinity: none
  );
  CREATE INDEX audiences_by_deadline ON ${s}.audiences (tenant, who, deadline, asked_at, id);
  ALTER TABLE ${s}.audiences ADD PRIMARY KEY (tenant, who, asked_at, id);

  -- One row for each who that a request invites or has invited, that asked for it, or that has signed it.
  CREATE TABLE ${s}.parties (
    tenant text COLLATE "C" NOT NULL,
    who text COLLATE "C" NOT NULL,
    asked_at double precision NOT NULL,
    id text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, who, asked_at, id)
  );

  -- One row for each word that a search finds a request by. Its number is small, and grows: rows of a word are appended.
  CREATE TABLE ${s}.words (
    tenant text COLLATE "C" NOT NULL,
    word text COLLATE "C" NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (tenant, word, n)
  );

  CREATE TABLE ${s}.threads (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    seq bigint NOT NULL,
    head text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    open bigint NOT NULL,
    fence bigint NOT NULL,
    holder text COLLATE "C",
    claim text COLLATE "C", -- of whoever claimed it when it was due: so that a lost answer can be found again
    lease_until double precision NOT NULL,
    not_before double precision NOT NULL,
    closed_at double precision,
    agent text COLLATE "C" NOT NULL,
    record text NOT NULL, -- JSON
    body text, -- JSON: what can be large
    continuation bytea -- compressed already
  );
  ALTER TABLE ${s}.threads ALTER continuation SET STORAGE EXTERNAL;
  CREATE INDEX threads_due ON ${s}.threads (tenant, greatest(lease_until, not_before))
    WHERE state = 'live' AND (open = 0 OR holder IS NOT NULL);
  CREATE INDEX threads_closed ON ${s}.threads (tenant, closed_at) WHERE state = 'closed' AND closed_at IS NOT NULL;
  -- Threads that workers have given up: GIVEN_UP of core.
  CREATE INDEX threads_failing ON ${s}.threads (tenant, id) WHERE state = 'live' AND not_before = 9007199254740990;
  ALTER TABLE ${s}.threads ADD PRIMARY KEY (tenant, id);

  CREATE TABLE ${s}.grants (
    n bigint GENERATED ALWAYS AS IDENTITY,
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    seq bigint NOT NULL,
    head text COLLATE "C" NOT NULL,
    uses bigint NOT NULL,
    namespace text COLLATE "C",
    tool text COLLATE "C" NOT NULL,
    agent text COLLATE "C" NOT NULL,
    scope text COLLATE "C",
    decision text COLLATE "C",
    within text COLLATE "C",
    thread_id text COLLATE "C",
    requested_by text COLLATE "C",
    digest text COLLATE "C",
    expires_at double precision,
    revoked_at double precision,
    record text NOT NULL -- JSON
  );
  CREATE INDEX grants_by_tool ON ${s}.grants (tenant, tool, agent);
  ALTER TABLE ${s}.grants ADD PRIMARY KEY (tenant, id);

  -- Sequences count in the order of the inserts, not of the commits: a reader that remembered the highest one would miss
  -- what commits later. So each event has the id of its transaction, and readers remember which were still running. A
  -- restored database counts transactions anew: then the base is raised (see migrate.ts).
  CREATE FUNCTION ${s}.tick_base() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 0::bigint';
  CREATE TABLE ${s}.events (
    tenant text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    tick bigint NOT NULL,
    n bigint GENERATED ALWAYS AS IDENTITY,
    type text COLLATE "C" NOT NULL,
    prev text COLLATE "C" NOT NULL,
    hash text COLLATE "C" NOT NULL,
    event text NOT NULL, -- JSON: the rest
    mark uuid -- of the commit whose first event it is: two commits may write the same event, and one whose answer is lost must know its own
  );
  CREATE INDEX events_by_tick ON ${s}.events (tenant, tick, n);
  ALTER TABLE ${s}.events ADD PRIMARY KEY (tenant, subject, seq);
  ${functions(s)}
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${s} FROM PUBLIC;
  `,
  documents,
  claimThreads,
];
