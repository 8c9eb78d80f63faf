import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { StorePort } from "@countersign/core/store";
import pg from "pg";
import { onTestFinished } from "vitest";
import { postgresStore, type PostgresStoreOptions } from "../src/index.ts";

let schemas = 0;

/** A schema that no other test of this file uses. */
export function newSchema(): string {
  return `s_${++schemas}`;
}

/** The grants of the README, as they stand there. */
export const GRANTS: string = /```sql\n(.*?)```/s.exec(readFileSync(new URL("../README.md", import.meta.url), "utf8"))?.[1] ?? "";

/** Closed with the running test. */
export function openStore(connectionString: string, options: PostgresStoreOptions = {}): StorePort {
  const store = postgresStore({ connectionString, max: 4, ...options });
  onTestFinished(() => store.close());
  return store;
}

/** A connection of the test's own, ended with it. */
export async function connectTo(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => {});
  onTestFinished(() => client.end());
  await client.connect();
  return client;
}

/** One statement, by a connection of its own. */
export async function query(connectionString: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What the roles of {@link GRANTS} connect with. */
export function agentUrl(url: string): string {
  return urlOf(url, { username: "countersign_agent", password: "change me" });
}

export function reviewerUrl(url: string): string {
  return urlOf(url, { username: "countersign_reviewer", password: "change me too" });
}

/** The same server by another user, database or port. */
export function urlOf(url: string, change: Partial<Pick<URL, "username" | "password" | "pathname" | "port">>): string {
  return Object.assign(new URL(url), change).href;
}

/** What a piece of work threw, and how long that took, in ms. */
export async function failure(work: Promise<unknown>): Promise<{ readonly error: unknown; readonly ms: number }> {
  const since = performance.now();
  const error = await work.then(
    () => "nothing thrown",
    (thrown: unknown) => thrown,
  );
  return { error, ms: performance.now() - since };
}

/** Waits until this session waits for another one's lock. */
export async function blocked(connectionString: string, client: pg.Client): Promise<void> {
  const { processID } = client as unknown as { readonly processID: number };
  const waits = `SELECT FROM pg_stat_activity WHERE pid = ${processID} AND wait_event_type = 'Lock'`;
  await eventually(async () => (await query(connectionString, waits)).length > 0);
}

/** Fails unless it becomes true in time. */
export async function eventually(isSo: () => boolean | Promise<boolean>, within = 10_000): Promise<void> {
  const until = performance.now() + within;
  while (!(await isSo())) {
    if (performance.now() > until) throw new Error(`not within ${within} ms`);
    await sleep(10);
  }
}
