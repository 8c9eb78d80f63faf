// Files that earlier versions made: brought up to date when they are opened, with all that is in them.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { commit, event, put, putThread, request, T0, TENANT, thread } from "@countersign/store-tests";
import { expect, test } from "vitest";
import { APPLICATION_ID, MIGRATIONS } from "../src/schema.ts";
import { sqliteStore } from "../src/index.ts";
import { folder } from "./folder.ts";

/** A file of schema 1 with these contents: that schema's columns of what this version has written. */
async function ofSchemaOne(fill: (store: ReturnType<typeof sqliteStore>) => Promise<void>): Promise<string> {
  const [now, then] = [join(folder(), "now.db"), join(folder(), "then.db")];
  const store = sqliteStore(now);
  await fill(store);
  await store.close();
  const file = new DatabaseSync(then);
  file.exec(`${MIGRATIONS[0]}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1; ATTACH '${now}' AS now`);
  for (const table of ["requests", "audiences", "threads", "thread_bodies", "grants", "events"]) {
    const columns = file.prepare(`SELECT group_concat(name) AS names FROM pragma_table_info(?)`).get(table)?.["names"];
    file.exec(`INSERT INTO main.${table} (${String(columns)}) SELECT ${String(columns)} FROM now.${table}`);
  }
  file.close();
  return then;
}

const closed = thread("closed", { state: "closed", outcome: { text: "done", output: null }, continuation: new Uint8Array([1, 2]) });

test("a file of schema 1 keeps what is in it", async () => {
  const path = await ofSchemaOne((store) =>
    commit(
      store,
      [put(request("r1", { result: { paid: true } })), put(request("r2")), putThread(thread("live", { fence: 7 })), putThread(closed)],
      [event("thread/closed", 1), event("thread/closed", 2), event("r1", 1)],
    ),
  );
  await using store = sqliteStore(path);
  expect(await store.getRequest(TENANT, "r1")).toMatchObject({ id: "r1", version: 1, result: { paid: true } });
  expect((await store.listRequests(TENANT, { reviewableBy: { id: "bob" } })).items.map(({ id }) => id)).toEqual(["r1", "r2"]);
  expect(await store.getThread(TENANT, "live")).toMatchObject({ fence: 7, version: 1, state: "live", closedAt: undefined });
  const { events, position } = await store.listEvents(TENANT, undefined, 10);
  expect(events).toEqual([event("thread/closed", 1), event("thread/closed", 2), event("r1", 1)]);
  await commit(store, [], [event("r1", 2)]);
  expect((await store.listEvents(TENANT, position, 10)).events).toEqual([event("r1", 2)]);
});

test("threads that were closed under schema 1 are known to be, by the last event of their chain", async () => {
  const path = await ofSchemaOne((store) => commit(store, [putThread(closed)], [event("thread/closed", 1), event("thread/closed", 2)]));
  const store = sqliteStore(path);
  expect(await store.getThread(TENANT, "closed")).toEqual({ ...closed, version: 1, closedAt: T0 + 2, input: undefined });
  expect(await store.closedThreads?.(TENANT, T0 + 3, 10)).toEqual(["closed"]);
  expect(await store.closedThreads?.(TENANT, T0 + 2, 10)).toEqual([]);
  await store.close();
  const file = new DatabaseSync(path);
  expect(file.prepare("PRAGMA user_version").get()).toEqual({ user_version: MIGRATIONS.length });
  file.close();
});

test("a purged request leaves its requester in no column either", async () => {
  const path = join(folder(), "store.db");
  await using store = sqliteStore(path);
  const asked = request("r1", { requestedBy: { id: "bob@example.com" }, state: "done" });
  const file = new DatabaseSync(path);
  const columns = (): string => JSON.stringify(file.prepare("SELECT * FROM requests").all());
  await commit(store, [put(asked)]);
  expect(columns()).toContain("bob@example.com");
  await commit(store, [put({ ...asked, state: "purged", requestedBy: undefined }, 1)]);
  expect(columns()).not.toContain("bob@example.com");
  file.close();
});
