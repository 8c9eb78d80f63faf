import { once } from "node:events";
import { startPostgres } from "@countersign/postgres-server";
import { commit, event, output, put, putThread, request, start, TENANT, thread } from "@countersign/store-tests";
import { afterAll, describe, expect, test } from "vitest";
import { postgresStore } from "../src/index.ts";
import { eventually, failure, newSchema, openStore, query, urlOf } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const EXPECTED = 9;
const incompatible = (found: number | "foreign"): object => ({ code: "STORE_INCOMPATIBLE", details: { found, expected: EXPECTED } });

await query(server.url, "CREATE ROLE plain LOGIN PASSWORD 'secret'");
/** A role that owns nothing and may make nothing. */
const plain = urlOf(server.url, { username: "plain", password: "secret" });

async function readable(schema: string): Promise<void> {
  await query(server.url, `GRANT USAGE ON SCHEMA "${schema}" TO plain; GRANT SELECT ON ALL TABLES IN SCHEMA "${schema}" TO plain`);
}

describe("a new schema", () => {
  test("is made once, whatever ten processes at once", async () => {
    const schema = newSchema();
    const names = Array.from({ length: 10 }, (_, n) => `r${n}`);
    const children = names.map((name) => output(start(new URL("children/opener.ts", import.meta.url), [server.url, schema, name])));
    expect(await Promise.all(children)).toEqual(names.map((name) => `${name}\n`));
    expect(await openStore(server.url, { schema }).countRequests(TENANT, {}, 100)).toBe(10);
    expect(await query(server.url, `SELECT version, oldest FROM "${schema}".countersign_schema`)).toEqual([
      { version: EXPECTED, oldest: EXPECTED - 1 },
    ]);
  });

  test("whose maker is killed in the middle is made by the next one", async () => {
    const schema = newSchema();
    await query(
      server.url,
      `CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); END';
       CREATE EVENT TRIGGER slow ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE INDEX') EXECUTE FUNCTION slow()`,
    );
    const maker = start(new URL("children/opener.ts", import.meta.url), [server.url, schema, "r1"]);
    const working = `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%CREATE TABLE "${schema}".requests%' AND wait_event = 'PgSleep'`;
    await eventually(async () => (await query(server.url, working)).length > 0);
    maker.kill("SIGKILL");
    await once(maker, "close");
    await query(server.url, "DROP EVENT TRIGGER slow");
    const store = openStore(server.url, { schema });
    await commit(store, [put(request("r2"))]);
    expect(await store.countRequests(TENANT, {}, 10)).toBe(1);
  });

  test("has the name that was chosen", async () => {
    for (const schema of ["Approvals_2", "_", "select", "a".repeat(48)]) {
      await commit(openStore(server.url, { schema }), [put(request("r1"))]);
      expect(await query(server.url, `SELECT id FROM "${schema}".requests`)).toEqual([{ id: "r1" }]);
    }
  });

  test.each(["", 'a"b', "a'b", "a b", "a.b", "1a", "ä", "a; DROP TABLE x", "a".repeat(49)])("can't be called %j", (schema) => {
    expect(() => postgresStore({ connectionString: server.url, schema })).toThrow(expect.objectContaining({ code: "SETUP" }));
  });

  test("is not another one because of a misspelt option", () => {
    const misspelt = (options: object) => () => postgresStore({ connectionString: server.url, ...options });
    expect(misspelt({ shcema: "approvals" })).toThrow("postgresStore has no option shcema. Did you mean schema?");
    expect(misspelt({ conectionString: server.url })).toThrow("Did you mean connectionString?");
    // Whatever the pool takes is its own.
    for (const name of ["host", "ssl", "stream", "max", "min", "maxUses", "options", "application_name", "lock_timeout"])
      expect(misspelt({ [name]: undefined })).not.toThrow();
  });

  test("is not made where nobody wants it made, and is named", async () => {
    const schema = newSchema();
    const { error } = await failure(openStore(server.url, { schema, create: false }).now());
    expect(error).toMatchObject({ code: "SETUP", message: expect.stringContaining(schema) });
    expect(await query(server.url, `SELECT FROM pg_namespace WHERE nspname = '${schema}'`)).toEqual([]);
    await commit(openStore(server.url, { schema }), [put(request("r1"))]);
    expect(await openStore(server.url, { schema, create: false }).countRequests(TENANT, {}, 100)).toBe(1);
  });

  test("that this role may not make is refused with advice", async () => {
    const { error } = await failure(openStore(plain, { schema: newSchema() }).now());
    expect(error).toMatchObject({ ...incompatible(0), cause: { code: "42501" } });
    expect(String(error)).toMatch(/role that owns/);
  });

  test("may be empty and there already, for a role that may fill it", async () => {
    const schema = newSchema();
    await query(server.url, `CREATE SCHEMA "${schema}" AUTHORIZATION plain`);
    await commit(openStore(plain, { schema }), [put(request("r1"))]);
  });
});

describe("a schema of somebody else's is refused and not touched", () => {
  test.each([
    ["with a table", (s: string) => `CREATE TABLE ${s}.cats (name text)`],
    ["with tables that are called like ours", (s: string) => `CREATE TABLE ${s}.requests (id int); CREATE TABLE ${s}.events (id int)`],
    ["with a table that is called like our mark", (s: string) => `CREATE TABLE ${s}.countersign_schema (id int)`],
    ["with our mark, empty", (s: string) => `CREATE TABLE ${s}.countersign_schema (version int, oldest int)`],
    ["with a function alone", (s: string) => `CREATE FUNCTION ${s}.now_ms() RETURNS int LANGUAGE sql AS 'SELECT 1'`],
  ])("%s", async (_, sql) => {
    const schema = newSchema();
    await query(server.url, `CREATE SCHEMA "${schema}"; ${sql(`"${schema}"`)}`);
    const contents = `SELECT relname AS name FROM pg_class WHERE relnamespace = '${schema}'::regnamespace
      UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = '${schema}'::regnamespace ORDER BY 1`;
    const before = await query(server.url, contents);
    expect((await failure(openStore(server.url, { schema }).now())).error).toMatchObject(incompatible("foreign"));
    expect(await query(server.url, contents)).toEqual(before);
  });

  test("one that this role may not look at isn't called foreign", async () => {
    const schema = newSchema();
    await openStore(server.url, { schema }).now();
    expect((await failure(openStore(plain, { schema }).now())).error).toMatchObject({
      code: "STORE_UNAVAILABLE",
      details: { retryable: false },
      cause: { code: "42501" },
    });
  });
});

describe("versions", () => {
  test("the next one works beside this one", async () => {
    const schema = newSchema();
    const running = openStore(server.url, { schema, max: 1 });
    await commit(running, [put(request("r1")), putThread(thread("t"))], [event("r1", 1)]);
    const read = (): Promise<unknown> =>
      Promise.all([
        running.getRequest(TENANT, "r1"),
        running.getThread(TENANT, "t"),
        running.listRequests(TENANT, {}),
        running.requestsOfThread(TENANT, "pay-001"),
        running.listEvents(TENANT, undefined, 10),
      ]);
    const before = await read();
    // What a version may do: columns, tables, indexes more.
    await query(
      server.url,
      ["requests", "threads", "grants", "events"].map((table) => `ALTER TABLE "${schema}".${table} ADD next text DEFAULT 'x'`).join(";"),
    );
    await query(server.url, `UPDATE "${schema}".countersign_schema SET version = ${EXPECTED + 1}, oldest = ${EXPECTED}`);
    expect(await read()).toEqual(before);
    const store = openStore(server.url, { schema });
    await commit(store, [put(request("r2"))], [event("r2", 1)]);
    await commit(running, [put(request("r3"))], [event("r3", 1)]);
    expect(await store.claimDue("thread", { tenant: TENANT, holder: "h", leaseMs: 1_000, limit: 1 })).toMatchObject([{ id: "t" }]);
    expect(await query(server.url, `SELECT version FROM "${schema}".countersign_schema`)).toEqual([{ version: EXPECTED + 1 }]);
  });

  test("one too new is refused, with both numbers, and goes on working once it isn't", async () => {
    const schema = newSchema();
    await openStore(server.url, { schema }).now();
    await query(server.url, `UPDATE "${schema}".countersign_schema SET version = ${EXPECTED + 2}, oldest = ${EXPECTED + 1}`);
    const store = openStore(server.url, { schema });
    expect((await failure(store.now())).error).toMatchObject(incompatible(EXPECTED + 2));
    await query(server.url, `UPDATE "${schema}".countersign_schema SET version = ${EXPECTED}, oldest = ${EXPECTED}`);
    await commit(store, [put(request("r1"))]);
  });

  test.each([1, 2, 3, 4, 5])(
    "one of version %i, which was never released, is refused and not touched, with what to do",
    async (version) => {
      const schema = newSchema();
      await query(
        server.url,
        `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.requests (id text);
       CREATE TABLE ${schema}.countersign_schema (version int, oldest int, cluster text); INSERT INTO ${schema}.countersign_schema VALUES (${version}, ${version}, 'c')`,
      );
      const { error } = await failure(openStore(server.url, { schema }).now());
      expect(error).toMatchObject(incompatible(version));
      expect(String(error)).toMatch(/Start a new store.*Keep the old schema/);
      const tables = `SELECT relname AS name FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relkind = 'r' ORDER BY 1`;
      expect(await query(server.url, tables)).toEqual([{ name: "countersign_schema" }, { name: "requests" }]);
      expect(await query(server.url, `SELECT version, oldest FROM ${schema}.countersign_schema`)).toEqual([{ version, oldest: version }]);
    },
  );

  test("an older one that this role may not bring up to date is refused with advice", async () => {
    const schema = newSchema();
    await openStore(server.url, { schema }).now();
    await readable(schema);
    await query(server.url, `UPDATE "${schema}".countersign_schema SET version = 0, oldest = 0`);
    const { error } = await failure(openStore(plain, { schema }).now());
    expect(error).toMatchObject(incompatible(0));
    expect(String(error)).toMatch(/role that owns/);
  });
});

test("a database restored into another cluster: new events come after the old ones", async () => {
  const schema = newSchema();
  const before = openStore(server.url, { schema });
  await commit(before, [], [event("a", 1), event("a", 2)]);
  const half = await before.listEvents(TENANT, undefined, 1);
  // As a reader finds it there: numbers from a cluster that had counted much further.
  await query(
    server.url,
    `UPDATE "${schema}".events SET tick = tick + 1000000000; UPDATE "${schema}".countersign_schema SET cluster = 'other'`,
  );
  const [tick, n] = half.position.split(".");
  const position = `${Number(tick) + 1_000_000_000}.${n}`;

  await readable(schema);
  await query(server.url, `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA "${schema}" TO plain`);
  const { error } = await failure(openStore(plain, { schema }).now());
  expect(error).toMatchObject(incompatible(EXPECTED));
  expect(String(error)).toMatch(/owns/);

  const after = openStore(server.url, { schema });
  const also = openStore(server.url, { schema });
  await commit(after, [], [event("b", 1)]);
  await commit(also, [], [event("b", 2)]);
  const found = await openStore(plain, { schema }).listEvents(TENANT, position, 10);
  expect(found.events.map(({ subject, seq }) => `${subject}${seq}`)).toEqual(["a2", "b1", "b2"]);
  await commit(after, [], [event("b", 3)]);
  expect((await after.listEvents(TENANT, found.position, 10)).events).toMatchObject([{ subject: "b", seq: 3 }]);
});

test("a server that doesn't wait for its disk is told of", async () => {
  const warnings: string[] = [];
  const options = "-c synchronous_commit=off";
  await openStore(server.url, { schema: newSchema(), options, warn: (message) => warnings.push(message) }).now();
  await openStore(server.url, { schema: newSchema(), warn: (message) => warnings.push(message) }).now();
  expect(warnings).toEqual([expect.stringMatching(/synchronous_commit/)]);
});
