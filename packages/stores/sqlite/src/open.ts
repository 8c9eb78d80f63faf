import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { CountersignError } from "@countersign/core/store";
import { PATIENCE } from "./connection.ts";
import { isBusy, isCantOpen, isCorrupt, isNotADatabase, storeError, unavailable } from "./errors.ts";
import { isOnDisk } from "./place.ts";
import { APPLICATION_ID, MIGRATIONS, OLDEST, SCHEMA, VERSION } from "./schema.ts";

/** How long SQLite itself waits for a lock before the event loop gets its turn, in ms. */
const SHORT_WAIT = 10;

/**
 * Pages of the write-ahead log before they are moved into the file: 16 MB. A suspension writes some 35, most of them again soon.
 * With four times SQLite's own 1,000, each is moved less often: commits take a tenth less time, and the slowest in a hundred a fifth.
 */
const CHECKPOINT = 4_000;

const TOO_OLD = "Nothing was changed in it. Start a new file, and keep this one for its audit trail.";

/**
 * Opens a file as a Countersign store: creates it, or refuses it untouched.
 * @throws STORE_INCOMPATIBLE for a file of somebody else's or of another version, STORE_UNAVAILABLE
 */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    refuseOthers(path);
    database = new DatabaseSync(path);
    prepare(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw isNotADatabase(error) ? incompatible("foreign", path, error) : storeError(error, isOnDisk(path) ? resolve(path) : path);
  }
}

/** Pragmas that a commit relies on come after the schema: turning WAL on would change a file that isn't ours. */
function prepare(database: DatabaseSync, path: string): void {
  database.exec(`PRAGMA busy_timeout = ${PATIENCE}`);
  create(database, path);
  const mode = patiently(() => pragma(database, "journal_mode = WAL"));
  if (mode !== "wal" && mode !== "memory")
    throw unavailable(
      false,
      `SQLite can't keep a write-ahead log beside ${path} (its mode is ${String(mode)}). Use a disk of this machine`,
    );
  // NORMAL may lose acknowledged commits when the power fails. What savepoints could take back is soon forgotten: no file for it.
  database.exec(`PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = ${SHORT_WAIT}`);
  database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT}`);
}

/** Takes the file's lock only if there is something to do; whoever comes second then finds it done. */
function create(database: DatabaseSync, path: string): void {
  if (versionOf(database, path) === VERSION) return;
  // What fails here is rolled back by closing the file.
  database.exec("BEGIN IMMEDIATE");
  const found = versionOf(database, path);
  const missing = found === undefined ? [SCHEMA, `PRAGMA application_id = ${APPLICATION_ID}`] : MIGRATIONS.slice(found - OLDEST);
  for (const sql of missing) database.exec(sql);
  if (missing.length > 0) database.exec(`PRAGMA user_version = ${VERSION}`);
  database.exec("COMMIT");
}

/** Undefined: nothing is there yet. @throws STORE_INCOMPATIBLE for whatever else there is */
function versionOf(database: DatabaseSync, path: string): number | undefined {
  // In this order: another process may create the store between the two reads.
  const isEmpty = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  const isMarked = pragma(database, "application_id") !== 0;
  if (isEmpty && !isMarked) return undefined;
  return refuseOther(database, path);
}

/** Answers its version. @throws STORE_INCOMPATIBLE unless it is a store of this version, or of one that can be brought up to it */
function refuseOther(database: DatabaseSync, path: string): number {
  if (pragma(database, "application_id") !== APPLICATION_ID) throw incompatible("foreign", path);
  const version = Number(pragma(database, "user_version"));
  if (version < OLDEST || version > VERSION) throw incompatible(version, path);
  return version;
}

/**
 * Looks at the file without changing it: even closing a database of somebody else's would tidy up its WAL. Through
 * SQLite nevertheless, because reading it with `fs` would drop the locks that this process may hold on it.
 */
function refuseOthers(path: string): void {
  if (path === ":memory:" || !statSync(path, { throwIfNoEntry: false })?.size) return;
  // A journal: its creation was interrupted, or is going on right now. SQLite sorts that out.
  if (existsSync(`${path}-journal`)) return;
  const glance = unchanging(path);
  try {
    refuseOther(glance, path);
  } catch (error) {
    // Its WAL has the rest: whoever opens it with that, and under locks, finds out.
    if (!isCorrupt(error)) throw error;
  } finally {
    glance.close();
  }
}

function unchanging(path: string): DatabaseSync {
  try {
    return new DatabaseSync(`${pathToFileURL(path).href}?mode=ro&immutable=1`);
  } catch (error) {
    if (!isCantOpen(error)) throw error;
    // Node before 22.15 takes no URLs. This changes nothing either, but may leave an index of the WAL beside it.
    const database = new DatabaseSync(path, { readOnly: true });
    database.exec(`PRAGMA busy_timeout = ${PATIENCE}`);
    return database;
  }
}

function pragma(database: DatabaseSync, text: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${text}`).get() ?? {})[0];
}

/** Changing the journal mode doesn't wait for other openers by itself. */
function patiently<T>(work: () => T): T {
  const until = performance.now() + PATIENCE;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function incompatible(found: number | "foreign", path: string, cause?: unknown): CountersignError<"STORE_INCOMPATIBLE"> {
  const isOlder = found !== "foreign" && found < VERSION;
  const note = `The file is ${resolve(path)}.${isOlder ? ` ${TOO_OLD}` : ""}`;
  const options = { note, ...(cause === undefined ? {} : { cause }) };
  return new CountersignError("STORE_INCOMPATIBLE", { found, expected: VERSION }, options);
}
