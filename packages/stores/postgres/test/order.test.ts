// The requests of one thread are numbered in the order of the commits: a reader who goes on from the last one misses nothing.
import type { Batch, Change, StorePort } from "@countersign/core/store";
import { startPostgres } from "@countersign/postgres-server";
import { commit, event, put, putThread, request, TENANT, thread } from "@countersign/store-tests";
import { afterAll, expect, test } from "vitest";
import { parametersOf } from "../src/batch.ts";
import { blocked, connectTo, newSchema, openStore, query } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const asking = (id: string, ...changes: readonly Change[]): Batch => ({
  tenant: TENANT,
  changes: [put(request(id, { threadId: "t", state: "approved" })), ...changes],
  events: [event(id, 1)],
});
const fence: Change = { op: "require", threadId: "t", fence: 0 };
const counted: Change = { op: "add", kind: "thread", id: "t", field: "open", by: 0 };

async function withThread(schema: string): Promise<StorePort> {
  const store = openStore(server.url, { schema, max: 8 });
  await commit(store, [putThread(thread("t", { fence: 0 }))]);
  return store;
}

async function idsOf(store: StorePort): Promise<readonly string[]> {
  return (await store.requestsOfThread(TENANT, "t")).map(({ id }) => id);
}

test.each<[string, readonly Change[]]>([
  ["counts nothing", []],
  ["adds nothing", [counted]],
  ["requires the fence alone", [fence]],
])("a request that %s is numbered after those whose commit began before", async (_, changes) => {
  const schema = newSchema();
  const store = await withThread(schema);
  const [one, other] = await Promise.all([connectTo(server.url), connectTo(server.url)]);
  const sql = `SELECT "${schema}".commit_2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;
  await one.query("BEGIN");
  await one.query(sql, [...parametersOf(asking("first", ...changes), "")]);
  const second = other.query(sql, [...parametersOf(asking("second", ...changes), "")]);
  await blocked(server.url, other);
  expect(await idsOf(store)).toEqual([]);
  await one.query("COMMIT");
  await second;
  expect(await idsOf(store)).toEqual(["first", "second"]);
});

test("whatever is inserted at once, a reader sees what it has seen, and then more", async () => {
  const schema = newSchema();
  const stores = [await withThread(schema), openStore(server.url, { schema, max: 8 })];
  let left = 160;
  const writer = async (store: StorePort, name: string): Promise<void> => {
    for (; left > 0; left--) expect(await store.commit(asking(`${name}-${left}`, ...(left % 2 ? [fence] : [])))).toEqual({ ok: true });
  };
  const writers = Promise.all(stores.flatMap((store, s) => [1, 2, 3, 4].map((n) => writer(store, `r-${s}-${n}`))));
  const reader = openStore(server.url, { schema, max: 1 });
  let seen: readonly string[] = [];
  while (left > 0) {
    const now = await idsOf(reader);
    expect(now.slice(0, seen.length)).toEqual(seen);
    seen = now;
  }
  await writers;
  expect((await idsOf(reader)).length).toBeGreaterThanOrEqual(160);
});

test("writers of the same requests and threads wait for each other in one order only", async () => {
  const schema = newSchema();
  const store = await withThread(schema);
  const threads = ["t", "u"];
  await commit(store, [putThread(thread("u"))]);
  const ids = Array.from({ length: 4 }, (_, n) => `r${n}`);
  await commit(store, ids.map((id) => put(request(id, { threadId: "t" })))); // prettier-ignore
  let asked = 0;
  const writer = async (n: number): Promise<void> => {
    for (let i = 0; i < 60; i++) {
      // A decision and its siblings, in whatever order; or a suspension that withdraws some of them.
      const some = [ids[(n + i) % 4], ids[(n * 3 + i) % 4]].filter((id, at, all) => id !== undefined && all.indexOf(id) === at);
      const records = await Promise.all(some.map((id) => store.getRequest(TENANT, String(id))));
      const puts = records.flatMap((record) => (record ? [put(record, record.version)] : []));
      const adds = threads.map((id): Change => ({ op: "add", kind: "thread", id, field: "open", by: 1 }));
      const inserts = (n + i) % 3 === 0 ? [put(request(`asked-${asked++}`, { threadId: "t" }))] : [];
      await store.commit({
        tenant: TENANT,
        changes: [...inserts, ...(i % 2 ? adds : adds.toReversed()), ...puts.toReversed()],
        events: [],
      });
    }
  };
  await Promise.all([1, 2, 3, 4, 5, 6].map(writer));
  expect(await query(server.url, "SELECT deadlocks::int FROM pg_stat_database WHERE datname = 'postgres'")).toEqual([{ deadlocks: 0 }]);
});
