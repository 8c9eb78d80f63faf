import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StorePort } from "@countersign/core/store";
import { postgresStore } from "@countersign/postgres";
import { sqliteStore } from "@countersign/sqlite";

/** Everything that outlives a process. */
export interface Place {
  readonly dir: string;
  /** Of the server; absent: a SQLite file in `dir`. */
  readonly postgres: string | undefined;
}

export function newPlace(postgres?: string): Place {
  return { dir: mkdtempSync(join(tmpdir(), "countersign-processes-")), postgres };
}

export function removePlace({ dir }: Place): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** On PostgreSQL, each place is a schema of its own. */
export function openStore({ dir, postgres }: Place): StorePort {
  if (postgres === undefined) return sqliteStore(join(dir, "store.db"));
  return postgresStore({ connectionString: postgres, schema: schemaAt(dir), max: 4 });
}

export function schemaAt(dir: string): string {
  return `s_${createHash("sha256").update(dir).digest("hex").slice(0, 24)}`;
}
