import { randomUUID } from "node:crypto";
import type { PostgresVersion } from "@countersign/postgres-server";
import pg from "pg";
import { askTheRun } from "./broker.ts";

/**
 * The URL of an empty database of the caller's own, on the run's one PostgreSQL server of that version. Roles and
 * running transactions belong to the whole server: a test that is about them, or that stops the server, starts its own
 * with `startPostgres`.
 */
export async function testDatabase(version: PostgresVersion = 18): Promise<string> {
  const url = new URL(await askTheRun({ of: "postgres", version }));
  // Processes come and go, and their numbers come again.
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name}`);
  } finally {
    await client.end();
  }
  url.pathname = name;
  return url.href;
}
