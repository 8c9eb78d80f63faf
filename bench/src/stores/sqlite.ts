import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from "@countersign/sqlite";
import { atLeastTimes, atMostTimes } from "../aim.ts";
import type { BenchStore, Place } from "./bench-store.ts";
import { counted } from "../bench.ts";
import { seed, type Seed } from "./seed.ts";

/** On the disk that the checkout is on: the system's folder for temporary files may be in memory, where a commit is free. */
const DATA = join(import.meta.dirname, "../../.data");

export function sqliteBench(): BenchStore {
  let folder: string | undefined;
  return {
    name: "SQLite",
    commits: {
      rows: 2,
      throughCore: atMostTimes(2.5),
      alone: { suspend: atMostTimes(1.6), decide: atMostTimes(1.5), claim: atMostTimes(1.3), receipt: atMostTimes(1.2) },
    },
    writers: { watched: false, throughCore: atLeastTimes(0.8), alone: atLeastTimes(1) },
    async prepare(name, pending, note): Promise<Place> {
      mkdirSync(DATA, { recursive: true });
      folder ??= mkdtempSync(join(DATA, "sqlite-"));
      const path = join(folder, `${name}.db`);
      note(`filling a file with ${counted(pending)} pending requests`);
      const first = sqliteStore(path);
      const seeded = await seed(first, pending);
      await first.close();
      if (seeded.copies > 0) multiply(path, seeded);
      const store = sqliteStore(path);
      return { address: { type: "sqlite", path }, store, [Symbol.asyncDispose]: () => store.close() };
    },
    async stop() {
      if (folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Tables of the store, and the column that says whose row it is. Of the events those of the requests are enough. */
const TABLES = { requests: "id", audiences: "id", parties: "id", threads: "id", thread_bodies: "id", events: "subject" } as const;

/**
 * Copies the rows of the templates inside SQLite, whatever their columns: ids and times are replaced wherever they stand.
 * Indexes are built afterwards, and nothing waits for the disk.
 */
function multiply(path: string, { templates, copies }: Seed): void {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY");
    database.exec(`CREATE TEMP TABLE template (i INTEGER PRIMARY KEY, old_request TEXT, old_thread TEXT, old_asked INTEGER);
      CREATE TEMP TABLE copy (n INTEGER PRIMARY KEY, i INTEGER, new_request TEXT, new_thread TEXT, new_asked INTEGER)`);
    const insert = database.prepare("INSERT INTO template VALUES (?, ?, ?, ?)");
    templates.forEach(({ request, thread, askedAt }, i) => insert.run(i, request, thread, askedAt));
    database.exec(`WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < ${copies})
      INSERT INTO copy SELECT n, i, lower(hex(randomblob(16))), 'bench-' || lower(hex(randomblob(8))), old_asked + n
      FROM count JOIN template ON i = n % ${templates.length}`);
    const indexes = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").all();
    for (const { name } of indexes) database.exec(`DROP INDEX ${String(name)}`);
    for (const [table, key] of Object.entries(TABLES)) copyRows(database, table, key);
    database.exec(NEW_WORDS);
    for (const { sql } of indexes) database.exec(String(sql));
    database.exec("PRAGMA optimize; PRAGMA journal_mode = WAL");
  } finally {
    database.close();
  }
}

/** Each copy has its thread's word beside those of its template. */
const NEW_WORDS = `UPDATE requests SET words = json_insert(words, '$[#]', substr(thread_id, 7)) WHERE id IN (SELECT new_request FROM copy);
  INSERT INTO words (tenant, word, n) SELECT tenant, value, n FROM requests, json_each(words) WHERE requests.id IN (SELECT new_request FROM copy)
    ORDER BY tenant, value, n`;

function copyRows(database: DatabaseSync, table: string, key: string): void {
  database.exec(`CREATE TEMP TABLE original AS SELECT template.*, own.* FROM template
    JOIN ${table} AS own ON own.${key} IN (old_request, old_thread)`);
  const names = database.prepare("SELECT name FROM pragma_table_info(?) WHERE name <> 'n'").all(table);
  const columns = names.map(({ name }) => String(name));
  const values = columns.map((column) => VALUES[column] ?? replaced(`original.${column}`));
  database.exec(`INSERT INTO ${table} (${columns.join(", ")})
    SELECT ${values.join(", ")} FROM copy JOIN original USING (i) ORDER BY copy.n`);
  database.exec("DROP TABLE original");
}

/** Of columns that are not simply replaced. */
const VALUES: Readonly<Record<string, string>> = {
  position: "(SELECT max(position) FROM events) + row_number() OVER (ORDER BY copy.n)",
  deadline: "original.deadline + new_asked - old_asked",
};

function replaced(column: string): string {
  const text = `replace(replace(replace(${column}, old_request, new_request), old_thread, new_thread), old_asked, new_asked)`;
  return `CASE WHEN typeof(${column}) = 'text' THEN ${text} WHEN ${column} = old_asked THEN new_asked ELSE ${column} END`;
}
