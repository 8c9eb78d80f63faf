import { functions } from "./functions.ts";
import { judgedFunctions } from "./judged-functions.ts";
import { noticeFunctions } from "./notice-functions.ts";

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
  CREATE INDEX threads_closed ON ${s}.threads (tenant, closed_at) WHERE state = 'closed' AND closed_at IS NOT NULL;

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
    type text COLLATE "C" NOT NULL,
    event text NOT NULL,
    mark uuid, -- of the commit whose first event it is: two commits may write the same event, and one whose answer is lost must know its own
    PRIMARY KEY (tenant, subject, seq)
  );
  CREATE INDEX events_by_tick ON ${s}.events (tenant, tick, n);
  ${functions(s)}
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${s} FROM PUBLIC;
  `,
  (s) => `
  ALTER TABLE ${s}.requests
    ADD notice_at double precision, -- the next reminder or escalation
    ADD escalates_at double precision,
    ADD escalated text COLLATE "C"; -- SHA-256 of what "signed" is from then on
  CREATE INDEX pending_by_notice ON ${s}.requests (tenant, notice_at) WHERE state = 'pending' AND notice_at IS NOT NULL;
  ${noticeFunctions(s)}
  REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${s} FROM PUBLIC;
  `,
  judgedFunctions,
  (s) => `
  -- Threads that workers have given up: GIVEN_UP of core.
  CREATE INDEX threads_failing ON ${s}.threads (tenant, id) WHERE state = 'live' AND not_before = 9007199254740990;
  `,
];
