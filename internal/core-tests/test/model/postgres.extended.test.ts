import type { StorePort } from "@countersign/core/store";
import { postgresStore } from "@countersign/postgres";
import { startPostgres, type PostgresServer } from "@countersign/postgres-server";
import pg from "pg";
import { afterAll, beforeAll, it } from "vitest";
import type { Stores } from "./simulate.ts";
import { explore, schedules } from "./suite.ts";

/** Several processes share a handle, and each handle hears of the server's time by its own answers. */
const HANDLES = 3;

let server: PostgresServer;
let client: pg.Client;
let handles: readonly StorePort[];
let empty = "";
beforeAll(async () => {
  server = await startPostgres();
  handles = Array.from({ length: HANDLES }, () => postgresStore({ connectionString: server.url, schema: "model", max: 2 }));
  await Promise.all(handles.map((handle) => handle.now()));
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
  empty = await letTheScheduleTellTheTime();
});
afterAll(async () => {
  await Promise.all(handles.map((handle) => handle.close()));
  await client.end();
  await server.stop();
});

/** Deadlines, leases and claims go by a sequence, which needs no transaction to be set or seen. Answers the tables, to be emptied. */
async function letTheScheduleTellTheTime(): Promise<string> {
  await client.query(`CREATE SEQUENCE model.clock;
    CREATE OR REPLACE FUNCTION model.now_ms() RETURNS double precision LANGUAGE sql VOLATILE AS
      'SELECT last_value::double precision FROM model.clock'`);
  const sql =
    "SELECT string_agg(format('DELETE FROM model.%I', tablename), ';') AS all FROM pg_tables WHERE schemaname = 'model' AND tablename <> 'countersign_schema'";
  return (await client.query<{ all: string }>(sql)).rows[0]?.all ?? "";
}

/** One schema for all schedules: it is emptied after each. */
function onServer(now: () => number): Stores {
  let told = 0;
  let connected = 0;
  const tell = async (): Promise<void> => {
    if (told === now()) return;
    told = now();
    await client.query("SELECT setval('model.clock', $1)", [told]);
  };
  return {
    connect: () => before(handles[connected++ % HANDLES] as StorePort, tell),
    close: async () => void (await client.query(empty)),
  };
}

/** A store that does something first, whatever is asked of it. */
function before(store: StorePort, first: () => Promise<void>): StorePort {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...given: unknown[]): Promise<unknown> => {
        await first();
        return Reflect.apply(member, target, given);
      };
    },
  });
}

it("keeps every promise on PostgreSQL", { timeout: 0 }, () => explore(11_000_000, schedules(40), onServer));
