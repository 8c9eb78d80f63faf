import { startPostgres } from "@countersign/postgres-server";
import { commit, put, request, TENANT } from "@countersign/store-tests";
import { afterAll, describe, expect, test } from "vitest";
import { connectTo, failure, newSchema, openStore, query, urlOf } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const unavailable = (retryable: boolean): object => ({ code: "STORE_UNAVAILABLE", details: { retryable } });

await query(server.url, "CREATE ROLE app LOGIN PASSWORD 'secret'; GRANT CREATE ON DATABASE postgres TO app");
const app = urlOf(server.url, { username: "app", password: "secret" });

describe("a server that doesn't let us in", () => {
  test.each([
    ["a wrong password", { password: "wrong" }, "28P01"],
    ["an unknown role", { username: "nobody" }, "28P01"],
    ["no such database", { pathname: "/nothing" }, "3D000"],
  ])("%s is said at once, and trying again doesn't help", async (_, change, code) => {
    const { error, ms } = await failure(openStore(urlOf(server.url, change)).now());
    expect(error).toMatchObject({ ...unavailable(false), cause: { code } });
    expect(ms).toBeLessThan(2_000);
  });

  test("no password is said at once", async () => {
    const { error, ms } = await failure(openStore(urlOf(server.url, { password: "" })).now());
    expect(error).toMatchObject(unavailable(false));
    expect(ms).toBeLessThan(2_000);
  });

  test("once the role is there, the same store goes on", async () => {
    const store = openStore(urlOf(server.url, { username: "late", password: "secret" }), { schema: newSchema() });
    expect((await failure(store.now())).error).toMatchObject(unavailable(false));
    await query(server.url, "CREATE ROLE late LOGIN PASSWORD 'secret'; GRANT CREATE ON DATABASE postgres TO late");
    await commit(store, [put(request("r1"))]);
  });
});

describe("TLS", () => {
  test("demanded from a server that has none: said at once", async () => {
    const { error, ms } = await failure(openStore(server.url, { ssl: true }).now());
    expect(error).toMatchObject(unavailable(false));
    expect(String(error)).toMatch(/SSL/);
    expect(ms).toBeLessThan(2_000);
  });
});

describe("the server refuses for a while, and the same store goes on afterwards", () => {
  test("its own statement_timeout, and its lock_timeout", async () => {
    const schema = newSchema();
    const store = openStore(server.url, { schema, max: 1 });
    await commit(store, [put(request("r1"))]);
    const other = await connectTo(server.url);
    await other.query(`BEGIN; SELECT FROM "${schema}".requests FOR UPDATE`);
    for (const [setting, code] of [
      ["statement_timeout", "57014"],
      ["lock_timeout", "55P03"],
    ] as const) {
      const hasty = openStore(server.url, { schema, max: 1, [setting]: 100 });
      const { error, ms } = await failure(commit(hasty, [put(request("r1"), 1)]));
      expect(error).toMatchObject({ ...unavailable(true), cause: { code } });
      expect(ms).toBeLessThan(2_000);
    }
    await other.query("ROLLBACK");
    await commit(store, [put(request("r1"), 1)]);
  });

  test("a server, or a role, that only reads", async () => {
    const schema = newSchema();
    await commit(openStore(app, { schema }), [put(request("r1"))]);
    await query(server.url, "ALTER ROLE app SET default_transaction_read_only = on");
    const store = openStore(app, { schema });
    expect(await store.getRequest(TENANT, "r1")).toBeDefined();
    const fresh = openStore(app, { schema: newSchema() });
    for (const work of [() => commit(store, [put(request("r2"))]), () => fresh.now()]) {
      const { error, ms } = await failure(work());
      expect(error).toMatchObject({ ...unavailable(false), cause: { code: "25006" } });
      expect(String(error)).toMatch(/primary/);
      expect(ms).toBeLessThan(2_000);
    }
    await query(server.url, "ALTER ROLE app RESET default_transaction_read_only");
    await commit(store, [put(request("r2"))]);
    expect(await fresh.now()).toBeGreaterThan(0);
  });
});
