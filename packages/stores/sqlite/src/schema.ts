/** Bytes 68 to 71 of the file say whose it is: "Csgn". */
export const APPLICATION_ID = 0x4373676e;

/**
 * Entry n brings a file from schema n to n + 1. Append only: files in the wild have run the earlier ones.
 *
 * What is looked for has a column; the rest of a record is JSON. Every list is ordered by (asked_at, id), so every index
 * that serves lists has these two after what it looks up, and a page is one walk along it, however many rows there are.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE requests (
    n INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    turn_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    tool TEXT NOT NULL,
    requested_by TEXT,
    asked_at INTEGER NOT NULL,
    decided_at INTEGER,
    expires_at INTEGER,
    execute_within INTEGER,
    attempt INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    audience TEXT, -- JSON: who is invited to decide; absent when nothing is to be decided
    barred TEXT, -- JSON: ids that may not, whoever invites them; absent for none
    record TEXT NOT NULL,
    result TEXT, -- apart from the record, because it can be large
    UNIQUE (tenant, id)
  );
  CREATE INDEX requests_by_turn ON requests (tenant, thread_id, turn_id);
  CREATE INDEX requests_by_state ON requests (tenant, state, asked_at, id, tool, agent, requested_by);
  -- An inbox filters what is pending. One index of all states for each filter would make every later transition pay.
  CREATE INDEX pending_by_tool ON requests (tenant, tool, asked_at, id) WHERE state = 'pending';
  CREATE INDEX pending_by_agent ON requests (tenant, agent, asked_at, id) WHERE state = 'pending';
  CREATE INDEX pending_by_requester ON requests (tenant, requested_by, asked_at, id) WHERE state = 'pending' AND requested_by IS NOT NULL;
  CREATE INDEX pending_by_expiry ON requests (tenant, expires_at) WHERE state = 'pending' AND expires_at IS NOT NULL;
  CREATE INDEX approved_by_deadline ON requests (tenant, decided_at + execute_within)
    WHERE state = 'approved' AND attempt = 0 AND execute_within IS NOT NULL;
  CREATE INDEX executing_by_lease ON requests (tenant, lease_until) WHERE state = 'executing';

  -- One row for each who that a pending request invites: a role, a person, or anyone.
  CREATE TABLE audiences (
    tenant TEXT NOT NULL,
    who TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    id TEXT NOT NULL,
    tool TEXT NOT NULL,
    agent TEXT NOT NULL,
    requested_by TEXT,
    PRIMARY KEY (tenant, who, asked_at, id)
  ) WITHOUT ROWID;

  -- Small, because every decision and every heartbeat writes it anew.
  CREATE TABLE threads (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    open INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL,
    holder TEXT,
    lease_until INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    agent TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) WITHOUT ROWID;
  CREATE INDEX threads_due ON threads (tenant, max(lease_until, not_before), agent)
    WHERE state = 'live' AND (open = 0 OR holder IS NOT NULL);

  -- What can be large in a thread, if there is any of it.
  CREATE TABLE thread_bodies (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    continuation BLOB,
    PRIMARY KEY (tenant, id)
  ) WITHOUT ROWID;

  CREATE TABLE grants (
    n INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    uses INTEGER NOT NULL DEFAULT 0,
    namespace TEXT,
    tool TEXT NOT NULL,
    agent TEXT NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (tenant, id)
  );
  CREATE INDEX grants_by_tool ON grants (tenant, tool, agent);

  -- Positions count up in the order of the commits, because there is one writer at a time.
  CREATE TABLE events (
    tenant TEXT NOT NULL,
    position INTEGER NOT NULL,
    subject TEXT NOT NULL,
    seq INTEGER NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (tenant, position)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX events_by_subject ON events (tenant, subject, seq);
  `,
  `
  ALTER TABLE threads ADD COLUMN closed_at INTEGER;
  -- Closed before there was the column: its chain tells when.
  UPDATE threads SET closed_at = (
    SELECT event ->> '$.at' FROM events
    WHERE events.tenant = threads.tenant AND subject = 'thread/' || threads.id ORDER BY seq DESC LIMIT 1
  ) WHERE state = 'closed';
  CREATE INDEX threads_closed ON threads (tenant, closed_at) WHERE state = 'closed' AND closed_at IS NOT NULL;

  -- How far a tenant's positions had come when events of it were removed: they are not given out again.
  CREATE TABLE positions (
    tenant TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE requests ADD COLUMN notice_at INTEGER;
  CREATE INDEX pending_by_notice ON requests (tenant, notice_at) WHERE state = 'pending' AND notice_at IS NOT NULL;
  `,
  `
  -- Threads that workers have given up: GIVEN_UP of core.
  CREATE INDEX threads_failing ON threads (tenant, id) WHERE state = 'live' AND not_before = 9007199254740990;
  `,
];
