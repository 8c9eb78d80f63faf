import { startPostgres } from "@countersign/postgres-server";
import { put, request, TENANT } from "@countersign/store-tests";
import { afterAll, expect, test } from "vitest";
import { postgresStore } from "../src/index.ts";

const server = await startPostgres();
afterAll(() => server.stop());

test("whoever waits for a connection when the store is closed still gets one", async () => {
  const store = postgresStore({ connectionString: server.url, max: 2 });
  await store.now();
  const calls = Array.from({ length: 10 }, (_, n) => store.commit({ tenant: TENANT, changes: [put(request(`r${n}`))], events: [] }));
  // Calls begin with their first turn.
  await Promise.resolve();
  const [committed] = await Promise.all([Promise.all(calls), store.close()]);
  expect(committed).toEqual(calls.map(() => ({ ok: true })));
  await expect(store.now()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", details: { retryable: false, closed: true } });
});
