import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { startPostgres } from "@countersign/postgres-server";
import { commit, put, request, TENANT } from "@countersign/store-tests";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { startProxy } from "./proxy.ts";
import { connectTo, failure, newSchema, openStore, query, urlOf } from "./setting.ts";

const server = await startPostgres({ settings: { max_connections: "20", superuser_reserved_connections: "3" } });
afterAll(() => server.stop());

/** Longer than anything is waited for: 5 s for a server that can't be reached, and as long again for its first word. */
const BOUND = 12_000;
const unavailable = (retryable: boolean): object => ({ code: "STORE_UNAVAILABLE", details: { retryable } });

await query(server.url, "CREATE ROLE app LOGIN PASSWORD 'secret'; GRANT CREATE ON DATABASE postgres TO app");
const app = urlOf(server.url, { username: "app", password: "secret" });

describe("nobody answers", () => {
  test("nothing listens there: waited for, then an error that can be tried again", async () => {
    const { error, ms } = await failure(openStore(urlOf(server.url, { port: "1" })).getThread(TENANT, "t"));
    expect(error).toMatchObject(unavailable(true));
    expect(ms).toBeLessThan(BOUND);
  });

  test("a host that never says a word, and closing isn't held up by it", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const store = openStore(urlOf(server.url, { port: String((silent.address() as AddressInfo).port) }));
    store.watch(() => {});
    const { error, ms } = await failure(store.commit({ tenant: TENANT, changes: [], events: [] }));
    expect(error).toMatchObject(unavailable(true));
    expect(ms).toBeLessThan(BOUND);
    expect((await failure(store.close())).ms).toBeLessThan(BOUND);
  });

  test("a host that falls silent in the middle, and closing isn't held up by it", async () => {
    const proxy = await startProxy(server.url);
    const schema = newSchema();
    // On a busy machine a new schema takes longer than the time-out that is tried here.
    await commit(openStore(server.url, { schema }), [put(request("r1"))]);
    const store = openStore(proxy.url, { schema, query_timeout: 2_000, connectionTimeoutMillis: 2_000 });
    store.watch(() => {});
    await store.getRequest(TENANT, "r1");
    proxy.stall();
    const { error, ms } = await failure(store.getRequest(TENANT, "r1"));
    expect(error).toMatchObject(unavailable(true));
    expect(ms).toBeLessThan(BOUND);
    expect((await failure(store.close())).ms).toBeLessThan(BOUND);
  });
});

describe("the server refuses for a while, and the same store goes on afterwards", () => {
  test("too many connections", async () => {
    const schema = newSchema();
    const store = openStore(app, { schema, idleTimeoutMillis: 10 });
    await commit(store, [put(request("r1"))]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    // As many as there are: connections of the tests before may still be on their way out.
    const others: { end(): Promise<void> }[] = [];
    for (let refused = 0; refused < 5;) {
      const other = await connectTo(app).catch(() => undefined);
      if (other) others.push(other);
      else refused++;
      if (refused > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { error, ms } = await failure(store.getRequest(TENANT, "r1"));
    expect(error).toMatchObject({ ...unavailable(true), cause: { code: "53300" } });
    expect(ms).toBeLessThan(BOUND);
    await Promise.all(others.map((other) => other.end()));
    expect(await store.getRequest(TENANT, "r1")).toBeDefined();
  });

  test("a restart is waited for", async () => {
    const store = openStore(server.url, { schema: newSchema() });
    await commit(store, [put(request("r1"))]);
    await server.kill();
    const answers = Promise.all([
      store.getRequest(TENANT, "r1"),
      store.commit({ tenant: TENANT, changes: [put(request("r2"))], events: [] }),
      store.claimDue("thread", { tenant: TENANT, holder: "h", leaseMs: 1_000, limit: 1 }),
    ]);
    await server.start();
    expect(await answers).toMatchObject([{ id: "r1" }, { ok: true }, []]);
  });

  test("a server that stays away is an error that can be tried again", async () => {
    const store = openStore(server.url, { schema: newSchema() });
    await commit(store, [put(request("r1"))]);
    await server.kill();
    const [read, write] = await Promise.all([
      failure(store.getRequest(TENANT, "r1")),
      failure(store.commit({ tenant: TENANT, changes: [put(request("r2"))], events: [] })),
    ]);
    expect([read.error, write.error]).toMatchObject([unavailable(true), unavailable(true)]);
    expect(Math.max(read.ms, write.ms)).toBeLessThan(BOUND);
    await server.start();
    await commit(store, [put(request("r2"))]);
  });
});
