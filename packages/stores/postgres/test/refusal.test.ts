// Why a batch is refused is looked up after it was judged. What isn't there can't be locked: it may appear in between.
import type { Change } from "@countersign/core/store";
import { startPostgres } from "@countersign/postgres-server";
import { commit, put, putThread, request, TENANT, thread } from "@countersign/store-tests";
import { afterAll, expect, test } from "vitest";
import { connectTo, eventually, newSchema, openStore, query } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const WAITS = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
const fence: Change = { op: "require", threadId: "late", fence: 0 };
const counted: Change = { op: "add", kind: "thread", id: "other", field: "open", by: 1 };

test("a batch is refused for nothing that has come right meanwhile", async () => {
  const schema = newSchema();
  const store = openStore(server.url, { schema, max: 4 });
  await commit(store, [putThread(thread("other"))]);
  const holder = await connectTo(server.url);
  await holder.query("BEGIN");
  await holder.query(`SELECT FROM "${schema}".threads FOR UPDATE`);
  // It finds no such thread, and waits for the other before it says so.
  const waiting = store.commit({ tenant: TENANT, changes: [fence, counted, put(request("r", { threadId: "late" }))], events: [] });
  await eventually(async () => (await query(server.url, WAITS)).length > 0);
  await commit(store, [putThread(thread("late", { fence: 0 }))]);
  await holder.query("COMMIT");
  expect(await waiting).toEqual({ ok: true });
  expect(await store.getRequest(TENANT, "r")).toMatchObject({ version: 1 });
});
