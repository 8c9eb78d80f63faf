import { startPostgres, type PostgresServer } from "@countersign/postgres-server";
import pg from "pg";
import { counted } from "../bench.ts";
import { openAt } from "./address.ts";
import { PAYLOAD, type BenchStore, type Place, type Raw } from "./bench-store.ts";
import { multiply } from "./postgres-copies.ts";
import { seed } from "./seed.ts";

/** A server of its own that waits for its disk, with memory for a store of this size as any server would have. */
const SETTINGS = { fsync: "on", shared_buffers: "512MB", max_wal_size: "4GB" };
const WRITERS = 16;

export function postgresBench(): BenchStore {
  let starting: Promise<PostgresServer> | undefined;
  return {
    name: "Postgres",
    commits: { rows: 1, most: 1.5 },
    writers: { count: WRITERS, least: 0.6 },
    async prepare(pending, note): Promise<Place> {
      note("starting PostgreSQL");
      const { url } = await (starting ??= startPostgres({ settings: SETTINGS }));
      const address = { type: "postgres", url, schema: `bench_${pending}` } as const;
      note(`filling a schema with ${counted(pending)} pending requests`);
      const store = openAt(address, WRITERS);
      const seeded = await seed(store, pending);
      if (seeded.copies > 0) await multiply(address, seeded);
      else await store.now();
      const raw = await rawPostgres(address);
      return {
        address,
        store,
        raw,
        async [Symbol.asyncDispose]() {
          await store.close();
          await raw.close();
        },
      };
    },
    async stop() {
      await (await starting)?.stop();
    },
  };
}

/** One connection, and a table of its own. */
export async function rawPostgres({ url, schema }: { readonly url: string; readonly schema: string }): Promise<Raw> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const table = `${schema}_raw`;
  await client.query(`CREATE TABLE IF NOT EXISTS ${table} (id uuid PRIMARY KEY, body text NOT NULL)`);
  const insert = async (row: number): Promise<void> => {
    const values = [crypto.randomUUID(), PAYLOAD[row] ?? PAYLOAD[0]];
    await client.query({ name: "insert", text: `INSERT INTO ${table} VALUES ($1, $2)`, values });
  };
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
