/** Bytes 68 to 71 of the file say whose it is: "Csgn". */
export const APPLICATION_ID = 0x4373676e;

/** The `user_version` of the file. */
export const VERSION = 9;

/** Those before it were never released, and hold records that no version reads any more. */
export const OLDEST = 7;

/** The condition of an index: queries name it word for word. */
export const UNFINISHED_STATES = "state IN ('pending', 'approved', 'executing', 'unknown')";

const DOCUMENTS = `
  CREATE TABLE documents (
    n INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    due_at INTEGER,
    expires_at INTEGER,
    body TEXT NOT NULL,
    UNIQUE (tenant, collection, id)
  );
  CREATE INDEX documents_due ON documents (tenant, collection, due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX documents_expiring ON documents (expires_at) WHERE expires_at IS NOT NULL;
`;

/** By agent: a worker takes those of its own, however many wait for others. */
const THREADS_DUE = `
  CREATE INDEX threads_due ON threads (tenant, agent, max(lease_until, not_before))
    WHERE state = 'live' AND (open = 0 OR holder IS NOT NULL);
`;

/** What brings a file from version {@link OLDEST} to the next, and so on. Append only: files in the wild have run the earlier ones. */
export const MIGRATIONS: readonly string[] = [DOCUMENTS, `DROP INDEX threads_due; ${THREADS_DUE}`];

/**
 * What is looked for has a column; the rest of a record is JSON. Every list is ordered by (asked_at, id), so every index
 * that serves lists has these two after what it looks up, and a page is one walk along it, however many rows there are.
 *
 * What a reader is shown of a request or a grant comes from `record` alone, but for its address and its version, which the
 * JSON leaves out: the other columns only find it.
 */
export const SCHEMA: string = `
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
    digest TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    decided_at INTEGER,
    deadline INTEGER NOT NULL, -- when it expires; infinity: never
    execute_within INTEGER,
    notice_at INTEGER,
    attempt INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    audience TEXT, -- JSON: who is invited to decide; absent when nothing is to be decided
    barred TEXT, -- JSON: ids that may not, whoever invites them; absent for none
    parties TEXT NOT NULL, -- JSON: who has to do with it, also once it is decided
    words TEXT NOT NULL, -- JSON: what a search finds it by, but for its id
    record TEXT NOT NULL,
    result TEXT, -- apart from the record, because it can be large
    UNIQUE (tenant, id)
  );
  CREATE INDEX requests_by_turn ON requests (tenant, thread_id, turn_id);
  -- What is under way in a thread, however much of it has finished.
  CREATE INDEX unfinished_by_thread ON requests (tenant, thread_id) WHERE ${UNFINISHED_STATES};
  CREATE INDEX rejected_by_thread ON requests (tenant, thread_id, asked_at, id) WHERE state = 'rejected';
  CREATE INDEX requests_by_state ON requests (tenant, state, asked_at, id, tool, agent, requested_by);
  CREATE INDEX requests_by_digest ON requests (tenant, digest, asked_at, id);
  -- An inbox filters what is pending. One index of all states for each filter would make every later transition pay.
  CREATE INDEX pending_by_tool ON requests (tenant, tool, asked_at, id) WHERE state = 'pending';
  CREATE INDEX pending_by_agent ON requests (tenant, agent, asked_at, id) WHERE state = 'pending';
  CREATE INDEX pending_by_requester ON requests (tenant, requested_by, asked_at, id) WHERE state = 'pending' AND requested_by IS NOT NULL;
  CREATE INDEX pending_by_deadline ON requests (tenant, deadline, asked_at, id, tool, agent, requested_by) WHERE state = 'pending';
  CREATE INDEX pending_by_notice ON requests (tenant, notice_at) WHERE state = 'pending' AND notice_at IS NOT NULL;
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
    deadline INTEGER NOT NULL,
    PRIMARY KEY (tenant, who, asked_at, id)
  ) WITHOUT ROWID;
  CREATE INDEX audiences_by_deadline ON audiences (tenant, who, deadline, asked_at, id);

  -- One row for each who that a request invites or has invited, that asked for it, or that has signed it.
  CREATE TABLE parties (
    tenant TEXT NOT NULL,
    who TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (tenant, who, asked_at, id)
  ) WITHOUT ROWID;

  -- One row for each word that a search finds a request by. Its number is small, and grows: rows of a word are appended.
  CREATE TABLE words (
    tenant TEXT NOT NULL,
    word TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (tenant, word, n)
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
    closed_at INTEGER,
    agent TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) WITHOUT ROWID;
  ${THREADS_DUE}
  CREATE INDEX threads_closed ON threads (tenant, closed_at) WHERE state = 'closed' AND closed_at IS NOT NULL;
  -- Threads that workers have given up: GIVEN_UP of core.
  CREATE INDEX threads_failing ON threads (tenant, id) WHERE state = 'live' AND not_before = 9007199254740990;

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

  -- Positions count up in the order of the commits, because there is one writer at a time. They are those of the file, and
  -- rows in their order are appended, however long they are.
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    subject TEXT NOT NULL,
    seq INTEGER NOT NULL,
    event TEXT NOT NULL
  );
  -- It ends in the position, as every index does.
  CREATE INDEX events_by_tenant ON events (tenant);
  CREATE UNIQUE INDEX events_by_subject ON events (tenant, subject, seq);

  -- One row: how far positions had come when events were last removed. They are not given out again. AUTOINCREMENT would
  -- write this at every commit.
  CREATE TABLE positions (
    position INTEGER NOT NULL
  );
  INSERT INTO positions VALUES (0);
  ${DOCUMENTS}
`;
