import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import type { Address } from "./address.ts";

/** A database without Countersign: as durable, and on a connection of its own. */
export interface Raw {
  /** Commits rows that carry what a request and its thread carry. */
  commit(rows: number): unknown;
  /** Asks the database for next to nothing. */
  roundTrip(): unknown;
  close(): unknown;
}

/** What a request and its thread take in JSON. */
const PAYLOAD = ["r".repeat(1_000), "t".repeat(200)] as const;

const payload = (row: number): string => PAYLOAD[row] ?? PAYLOAD[0];

/** A connection to the database of a store, and a table beside the store's. */
export async function rawAt(address: Address): Promise<Raw> {
  return address.type === "sqlite" ? rawSqlite(address.path) : rawPostgres(address.url, address.schema);
}

/** With the pragmas of the store. */
function rawSqlite(path: string): Raw {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000");
  database.exec("CREATE TABLE IF NOT EXISTS bench_raw (id TEXT PRIMARY KEY, body TEXT NOT NULL)");
  const begin = database.prepare("BEGIN IMMEDIATE");
  const insert = database.prepare("INSERT INTO bench_raw VALUES (?, ?)");
  const commit = database.prepare("COMMIT");
  const read = database.prepare("SELECT body FROM bench_raw WHERE id = ?");
  return {
    commit(rows) {
      begin.run();
      for (let row = 0; row < rows; row++) insert.run(crypto.randomUUID(), payload(row));
      commit.run();
    },
    roundTrip: () => read.get("nothing"),
    close: () => database.close(),
  };
}

async function rawPostgres(url: string, schema: string): Promise<Raw> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const table = `${schema}_raw`;
  // One after the other: of many who make the same table at once, all but one fail.
  await client.query(`SELECT pg_advisory_xact_lock(0); CREATE TABLE IF NOT EXISTS ${table} (id uuid PRIMARY KEY, body text NOT NULL)`);
  const insert = (row: number) =>
    client.query({ name: "insert", text: `INSERT INTO ${table} VALUES ($1, $2)`, values: [crypto.randomUUID(), payload(row)] });
  return {
    async commit(rows) {
      if (rows === 1) return insert(0);
      await client.query("BEGIN");
      for (let row = 0; row < rows; row++) await insert(row);
      await client.query("COMMIT");
    },
    roundTrip: () => client.query({ name: "nothing", text: "SELECT 1" }),
    close: () => client.end(),
  };
}
