// A session keeps the plans that it made while the tables were empty: they must be those of full tables.
import { startPostgres, type PostgresServer } from "@countersign/postgres-server";
import { commit, event, put, putThread, request, TENANT, thread } from "@countersign/store-tests";
import { expect, onTestFinished, test } from "vitest";
import { postgresStore } from "../src/index.ts";
import { eventually, query } from "./setting.ts";

async function start(version: 14 | 18): Promise<PostgresServer> {
  const server = await startPostgres({ version, settings: { autovacuum: "off" } });
  onTestFinished(() => server.stop());
  return server;
}

const LOOKED_AT = `SELECT (idx_tup_read + seq_tup_read)::int AS entries FROM pg_stat_user_indexes JOIN pg_stat_user_tables USING (relid)
  WHERE indexrelname = 'threads_due'`;
const USED = "SELECT indexrelname AS name FROM pg_stat_user_indexes WHERE schemaname = 'countersign' AND idx_scan > 0 ORDER BY 1";

test.each([14, 18] as const)("what begins with an empty schema looks records up by their own indexes, PostgreSQL %i", async (version) => {
  const { url } = await start(version);
  const store = postgresStore({ connectionString: url, max: 1 });
  for (let n = 0; n < 20; n++) {
    const [id, threadId] = [`r${n}`, `t${n}`];
    const asked = request(id, { threadId, terms: { roles: ["finance"] } });
    await commit(store, [putThread(thread(threadId)), put(asked)], [event(id, 1)]);
    await commit(store, [put({ ...asked, state: "approved" }, 1), { op: "add", kind: "thread", id: threadId, field: "open", by: 1 }]);
    await store.getRequest(TENANT, id);
    await store.getThread(TENANT, threadId);
    await store.readThread(TENANT, threadId);
    expect(await store.requestsOfThread(TENANT, threadId)).toHaveLength(1);
    expect(await store.requestsOfThread(TENANT, threadId, id)).toEqual([]);
    await store.documents?.put(TENANT, { collection: "keys", id, body: {}, dueAt: 1 }, 0);
    expect(await store.documents?.get(TENANT, "keys", id)).toMatchObject({ id });
    expect((await store.documents?.list(TENANT, { collection: "keys", idPrefix: id }))?.items.length).toBeGreaterThan(0);
    expect(await store.documents?.claimDue(TENANT, { collection: "keys", leaseMs: 600_000, limit: 1 })).toMatchObject([{ id }]);
    expect(await store.requestsOfTurn(TENANT, threadId, asked.turnId)).toHaveLength(1);
  }
  await store.close();
  const own = [
    "audiences_pkey",
    "documents_due",
    "documents_expiring",
    "documents_pkey",
    "parties_pkey",
    "requests_by_turn",
    "requests_pkey",
    "threads_pkey",
    "unfinished_by_thread",
  ];
  // Sessions tell what they used when they end.
  await eventually(async () => (await query(url, USED)).length >= own.length);
  expect(await query(url, USED)).toEqual(own.map((name) => ({ name })));
});

test.each([14, 18] as const)("a worker doesn't look through what waits for workers of others, PostgreSQL %i", async (version) => {
  const { url } = await start(version);
  const store = postgresStore({ connectionString: url, max: 1 });
  const others = Array.from({ length: 2_000 }, (_, n) => putThread(thread(`others-${n}`, { agent: "retired" })));
  await commit(store, [...others, putThread(thread("own"))]);
  const claim = { tenant: TENANT, agents: ["payments", "support"], holder: "worker/1", leaseMs: 60_000, limit: 4 };
  expect(await store.claimDue("thread", claim)).toMatchObject([{ id: "own" }]);
  expect(await store.claimDue("thread", claim)).toEqual([]);
  await store.close();
  const looked = async () => Number((await query(url, LOOKED_AT))[0]?.["entries"]);
  await eventually(async () => (await looked()) > 0);
  // Its own, and what its claim has left of that.
  expect(await looked()).toBeLessThan(5);
});
