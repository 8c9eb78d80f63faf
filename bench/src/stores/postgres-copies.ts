import pg from "pg";
import type { Seed } from "./seed.ts";

/** Tables of the store, and the column that says whose row it is. Of the events those of the requests are enough. */
const TABLES = { requests: "id", audiences: "id", parties: "id", threads: "id", events: "subject" } as const;

const DEADLINES: readonly string[] = ["expires_at", "deadline"];

interface Place {
  readonly url: string;
  readonly schema: string;
}

/**
 * Copies the rows of the templates inside the database, whatever their columns: ids and times are replaced wherever they
 * stand. Indexes are built afterwards.
 */
export async function multiply({ url, schema }: Place, { templates, copies }: Seed): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET search_path = ${schema}`);
    await client.query(`CREATE TEMP TABLE template (i int, old_request text, old_thread text, old_asked float8)`);
    for (const [i, { request, thread, askedAt }] of templates.entries())
      await client.query("INSERT INTO template VALUES ($1, $2, $3, $4)", [i, request, thread, askedAt]);
    await client.query(`CREATE TEMP TABLE copy AS
      SELECT n, i, md5(random()::text || n) AS new_request, 'bench-' || md5(random()::text || n) AS new_thread, old_asked + n AS new_asked
      FROM generate_series(1, ${copies}) AS n JOIN template ON i = n % ${templates.length}`);
    const indexes = await client.query<{ name: string; definition: string }>(
      `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
        WHERE schemaname = $1 AND indexname NOT IN (SELECT conname FROM pg_constraint)`,
      [schema],
    );
    for (const { name } of indexes.rows) await client.query(`DROP INDEX ${name}`);
    for (const [table, key] of Object.entries(TABLES)) await copyRows(client, schema, table, key);
    // Each copy has its thread's word beside those of its template.
    await client.query(`UPDATE requests SET words = words || substr(thread_id, 7) FROM copy WHERE id = new_request`);
    await client.query(
      `INSERT INTO words SELECT tenant, word, requests.n FROM copy JOIN requests ON id = new_request, unnest(words) AS word`,
    );
    for (const { definition } of indexes.rows) await client.query(definition);
    await client.query("VACUUM ANALYZE");
    await client.query("CHECKPOINT");
  } finally {
    await client.end();
  }
}

async function copyRows(client: pg.Client, schema: string, table: string, key: string): Promise<void> {
  const columns = await client.query<{ name: string; type: string }>(
    `SELECT column_name AS name, data_type AS type FROM information_schema.columns
      WHERE table_schema = $1 AND table_name = $2 AND is_identity = 'NO'`,
    [schema, table],
  );
  const names = columns.rows.map(({ name }) => name);
  const values = columns.rows.map(({ name, type }) =>
    DEADLINES.includes(name) ? `original.${name} + new_asked - old_asked` : replaced(`original.${name}`, type),
  );
  await client.query(`INSERT INTO ${table} (${names.join(", ")}) SELECT ${values.join(", ")}
    FROM copy JOIN template USING (i) JOIN ${table} AS original ON original.${key} IN (old_request, old_thread)
    ORDER BY copy.n`);
}

function replaced(column: string, type: string): string {
  if (type === "double precision") return `CASE WHEN ${column} = old_asked THEN new_asked ELSE ${column} END`;
  if (type !== "text") return column;
  const renamed = `replace(replace(${column}, old_request, new_request), old_thread, new_thread)`;
  return `replace(${renamed}, old_asked::bigint::text, new_asked::bigint::text)`;
}
