import { CountersignError } from "@countersign/core/store";
import type { ClientBase } from "pg";
import type { CommitFunction } from "./commit.ts";
import type { Connection, Row } from "./connection.ts";
import { isForbidden, isMissing, isUnlike } from "./errors.ts";
import { FIRST, MIGRATIONS } from "./schema.ts";

const VERSION = FIRST + MIGRATIONS.length - 1;
/** What every version of this package knows: which schema is there, and the oldest code that can still work on it. */
const VERSIONS = "countersign_schema";
/** Code of the version before goes on beside this one; what is older than that doesn't. */
const OLDEST = Math.max(FIRST, VERSION - 1);
/** What to do with a schema that no migration leads on from. */
const ABANDONED =
  "A version before the first release wrote it, and nothing was changed in it. Start a new store: pass another `schema`, or rename this one. Keep the old schema for its trail.";
/** What tells one cluster from another: a restored database finds itself in a new one. */
const CLUSTER = "SELECT system_identifier::text FROM pg_control_system()";
/** The oldest PostgreSQL, as `server_version_num` counts. */
const OLDEST_SERVER = 140_000;

/**
 * Makes the schema, brings it up to date, or refuses it untouched. Answers which commit function this role may call.
 * @throws STORE_INCOMPATIBLE, STORE_UNAVAILABLE, SETUP for a server that is too old, and for a schema that isn't there and shall not be made
 */
export async function openSchema(
  connection: Connection,
  { create, warn }: { readonly create: boolean; readonly warn: (message: string) => void },
): Promise<CommitFunction> {
  let waits: unknown;
  const mine = await connection.persist(async () => {
    waits = await checkServer(connection);
    const found = await versionsOf(connection);
    if (found && found.oldest > VERSION) throw incompatible(found.version);
    if (found && found.version > 0 && found.version < FIRST) throw incompatible(found.version, ABANDONED);
    if (!found && !create) throw missing(connection.schema);
    if (!found || found.version < VERSION) await migrate(connection, found?.version ?? 0);
    await continueTicks(connection);
    return commitFunctionOf(connection);
  });
  if (waits === "off") {
    warn(
      "synchronous_commit is off: a crash of the server loses what it acknowledged in the last moments, signatures included. Turn it on.",
    );
  }
  return mine;
}

/** Answers whether a commit waits for the disk. */
async function checkServer(connection: Connection): Promise<unknown> {
  const sql = "SELECT current_setting('server_version_num')::int AS version, current_setting('synchronous_commit') AS waits";
  const [server] = await connection.once(sql, []);
  if (Number(server?.["version"]) < OLDEST_SERVER) {
    throw new CountersignError("SETUP", {
      hint: `@countersign/postgres needs PostgreSQL 14 or newer. This server is ${Math.floor(Number(server?.["version"]) / 10_000)}.`,
    });
  }
  return server?.["waits"];
}

interface Versions {
  readonly version: number;
  readonly oldest: number;
}

async function versionsOf(connection: Connection): Promise<Versions | undefined> {
  try {
    const [row] = await connection.once(`SELECT version, oldest FROM ${connection.schema}.${VERSIONS}`, []);
    if (row) return { version: Number(row["version"]), oldest: Number(row["oldest"]) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (!isUnlike(error)) throw error;
  }
  throw incompatible("foreign");
}

/** Whoever comes second waits, and then finds it done. All or nothing. */
async function migrate(connection: Connection, from: number): Promise<void> {
  const { schema } = connection;
  try {
    await connection.transaction(async (client) => {
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`countersign ${schema}`]);
      const { rows } = await client.query<Row>(`SELECT to_regclass($1) IS NOT NULL AS ours`, [`${schema}.${VERSIONS}`]);
      if (rows[0]?.["ours"] !== true) await create(client, schema);
      const there = await client.query<Row>(`SELECT version FROM ${schema}.${VERSIONS}`);
      const missing = MIGRATIONS.slice(Math.max(0, Number(there.rows[0]?.["version"]) - FIRST + 1));
      for (const migration of missing) await client.query(migration(schema));
      if (missing.length > 0) await client.query(`UPDATE ${schema}.${VERSIONS} SET version = $1, oldest = $2`, [VERSION, OLDEST]);
    });
  } catch (error) {
    if (isForbidden(error))
      throw incompatible(
        from,
        from === 0
          ? `This role may not make ${schema} and its tables. Open it once with the role that owns the schema, or may create it.`
          : "This role may not bring it up to date. Open it once with the role that owns the schema.",
        error,
      );
    throw error;
  }
}

/** @throws STORE_INCOMPATIBLE for a schema that holds something of somebody else's */
async function create(client: ClientBase, schema: string): Promise<void> {
  const things =
    "SELECT FROM pg_class WHERE relnamespace = to_regnamespace($1) UNION ALL SELECT FROM pg_proc WHERE pronamespace = to_regnamespace($1)";
  const { rows } = await client.query<Row>(`${things} LIMIT 1`, [schema]);
  if (rows.length > 0) throw incompatible("foreign");
  // Asked first: making one takes a right on the database even if it is there.
  const there = await client.query<Row>("SELECT to_regnamespace($1) IS NOT NULL AS there", [schema]);
  if (there.rows[0]?.["there"] !== true) await client.query(`CREATE SCHEMA ${schema}`);
  await client.query(`CREATE TABLE ${schema}.${VERSIONS} (version int NOT NULL, oldest int NOT NULL, cluster text NOT NULL)`);
  await client.query(`INSERT INTO ${schema}.${VERSIONS} VALUES (0, 0, (${CLUSTER}))`);
}

/**
 * Transactions of a database that was restored into another cluster count from a small number again. New events must come
 * after the restored ones, so the base is raised beyond them.
 */
async function continueTicks(connection: Connection): Promise<void> {
  const { schema } = connection;
  const moved = `SELECT FROM ${schema}.${VERSIONS} WHERE cluster <> (${CLUSTER})`;
  if ((await connection.once(moved, [])).length === 0) return;
  try {
    await connection.transaction(async (client) => {
      await client.query(`LOCK TABLE ${schema}.events IN EXCLUSIVE MODE`);
      if ((await client.query(moved)).rowCount === 0) return;
      const { rows } = await client.query<Row>(`SELECT greatest(max(tick), ${schema}.tick_base()) AS newest FROM ${schema}.events`);
      await client.query(`CREATE OR REPLACE FUNCTION ${schema}.tick_base() RETURNS bigint LANGUAGE sql IMMUTABLE
        AS 'SELECT ${String(rows[0]?.["newest"])}::bigint'`);
      await client.query(`UPDATE ${schema}.${VERSIONS} SET cluster = (${CLUSTER})`);
    });
  } catch (error) {
    if (isForbidden(error))
      throw incompatible(VERSION, "It was restored from a dump. Open it once with the role that owns the schema.", error);
    throw error;
  }
}

/** @throws STORE_UNAVAILABLE for a role that may call neither */
async function commitFunctionOf(connection: Connection): Promise<CommitFunction> {
  const sql = `SELECT has_function_privilege(oid, 'EXECUTE') AS may FROM pg_proc WHERE pronamespace = to_regnamespace($1) AND proname = 'commit_2'`;
  const [row] = await connection.once(sql, [connection.schema]);
  return row?.["may"] === true ? "commit_2" : "commit_unsigned_2";
}

function missing(schema: string): CountersignError<"SETUP"> {
  const hint = `There is no store in schema ${schema} of this database. Check the name. To make a store there, run countersign migrate, or leave out create: false.`;
  return new CountersignError("SETUP", { hint });
}

function incompatible(found: number | "foreign", note?: string, cause?: unknown): CountersignError<"STORE_INCOMPATIBLE"> {
  const options = { ...(note === undefined ? {} : { note }), ...(cause === undefined ? {} : { cause }) };
  return new CountersignError("STORE_INCOMPATIBLE", { found, expected: VERSION }, options);
}
