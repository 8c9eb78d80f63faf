// Schemas that earlier versions made: brought up to date when their owner opens them, with all that is in them and all that
// was granted.
import { startPostgres } from "@countersign/postgres-server";
import { event, put, request, TENANT } from "@countersign/store-tests";
import type pg from "pg";
import { afterAll, expect, test } from "vitest";
import { parametersOf } from "../src/batch.ts";
import { MIGRATIONS } from "../src/schema.ts";
import { blocked, connectTo, eventually, failure, openStore, query, schemaOf, urlOf } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());
await query(server.url, "CREATE ROLE agent LOGIN PASSWORD 'agent'");
const agentUrl = urlOf(server.url, { username: "agent", password: "agent" });

/** What the README of version 2 says. */
async function grant(schema: string): Promise<void> {
  await query(
    server.url,
    `GRANT USAGE ON SCHEMA "${schema}" TO agent; GRANT SELECT ON ALL TABLES IN SCHEMA "${schema}" TO agent;
     GRANT EXECUTE ON FUNCTION "${schema}".now_ms, "${schema}".tick_base, "${schema}".commit_unsigned_2, "${schema}".claim_threads_1 TO agent`,
  );
}

/** A commit as code of version 2 makes it. */
async function commitTwo(client: pg.Client, schema: string, over: object, expects: number, name = "commit_unsigned_2"): Promise<unknown> {
  const changes = [put(request("r1", { ...over, version: expects }), expects)];
  const batch = { tenant: TENANT, changes, events: [event("r1", expects + 1)] };
  const { rows } = await client.query<{ readonly refused: unknown }>(
    `SELECT "${schema}".${name}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS refused`,
    [...parametersOf(batch, crypto.randomUUID())],
  );
  return rows[0]?.refused;
}

test("a schema of version 2: code of that version goes on beside this one under its grants, and forges no signature any more", async () => {
  const schema = await schemaOf(2, server.url);
  await grant(schema);
  const [one, other] = await Promise.all([connectTo(agentUrl), connectTo(agentUrl)]);
  expect(await commitTwo(one, schema, {}, 0)).toBe(null);
  const store = openStore(server.url, { schema });
  expect(await store.getRequest(TENANT, "r1")).toMatchObject({ version: 1, state: "pending" });
  expect(await query(server.url, `SELECT version, oldest FROM "${schema}".countersign_schema`)).toEqual([
    { version: MIGRATIONS.length, oldest: MIGRATIONS.length - 1 },
  ]);

  await one.query("BEGIN");
  expect(await commitTwo(one, schema, {}, 1)).toBe(null);
  const forged = failure(commitTwo(other, schema, { state: "approved" }, 2));
  await blocked(server.url, other);
  await one.query("COMMIT");
  expect((await forged).error).toMatchObject({ code: "42501" });

  const desk = await connectTo(server.url);
  expect(await commitTwo(desk, schema, { state: "approved" }, 2, "commit_2")).toBe(null);
  expect(await commitTwo(other, schema, { state: "executing", attempt: 1 }, 3)).toBe(null);
  expect((await store.listEvents(TENANT, undefined, 10)).events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test("the upgrade waits for calls that have begun under the rules of before", async () => {
  const schema = await schemaOf(2, server.url);
  await grant(schema);
  const running = await connectTo(agentUrl);
  await running.query("BEGIN");
  await commitTwo(running, schema, {}, 0);
  const store = openStore(server.url, { schema });
  const opened = store.getRequest(TENANT, "r1");
  const waits = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%LOCK TABLE "${schema}".requests%'`;
  await eventually(async () => (await query(server.url, waits)).length > 0);
  await running.query("COMMIT");
  expect(await opened).toMatchObject({ id: "r1", version: 1 });
});
