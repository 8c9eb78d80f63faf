import { spawn, type ChildProcess } from "node:child_process";
import { renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { commit, event, output, put, putThread, request, TENANT, thread } from "@countersign/store-tests";
import { expect, test } from "vitest";
import { commit as write } from "../src/commit.ts";
import { Connection } from "../src/connection.ts";
import { listEvents } from "../src/events.ts";
import { Group } from "../src/group.ts";
import { sqliteStore } from "../src/index.ts";
import { countRequests } from "../src/list.ts";
import { openDatabase } from "../src/open.ts";
import { folder } from "./folder.ts";

function lockedBy(path: string): DatabaseSync {
  const other = new DatabaseSync(path);
  other.exec("BEGIN IMMEDIATE");
  return other;
}

/** Commits to this file until it is refused; files are limited to so many blocks of 512 or 1,024 bytes, as on a full disk. */
function startLimitedWriter(path: string, blocks: number): ChildProcess {
  const script = `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
  const writer = fileURLToPath(new URL("children/writer.ts", import.meta.url));
  return spawn("sh", ["-c", script, process.execPath, writer, path], { stdio: ["ignore", "pipe", "inherit"] });
}

test("a full disk: what doesn't fit is refused as a whole, and once there is room it goes on", async () => {
  const database = openDatabase(join(folder(), "store.db"));
  const connection = new Connection(database);
  const group = new Group(connection, () => {});
  const large = (n: number): Promise<unknown> =>
    write(group, {
      tenant: TENANT,
      changes: [put(request(`r${n}`, { reason: "x".repeat(50_000) }))],
      events: [event("chain", n)],
    });
  database.exec("PRAGMA max_page_count = 100");
  await large(1);
  let n = 1;
  const failure = await (async () => {
    for (;;) {
      await large(n + 1);
      n++;
    }
  })().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE", details: { retryable: false }, cause: { errcode: 13 } });
  expect(countRequests(connection, TENANT, {}, 100)).toBe(n);
  expect(listEvents(connection, TENANT, undefined, 100, undefined).events).toHaveLength(n);
  database.exec("PRAGMA max_page_count = 10000");
  expect(await large(n + 1)).toEqual({ ok: true });
  connection.close();
});

test("a file that can't grow: an I/O error in the middle of a commit leaves what was committed before", async () => {
  const path = join(folder(), "store.db");
  const report = JSON.parse(await output(startLimitedWriter(path, 600)));
  expect(report).toMatchObject({ code: "STORE_UNAVAILABLE", details: { retryable: false } });
  expect(report.committed).toBeGreaterThan(0);
  expect(report).toMatchObject({ found: report.committed, events: report.committed });
  await using store = sqliteStore(path);
  expect(await store.countRequests(TENANT, {}, 10_000)).toBe(report.committed);
  await commit(store, [put(request("after"))]);
});

test("somebody else's lock is waited for without blocking this process", async () => {
  const path = join(folder(), "store.db");
  await using store = sqliteStore(path);
  const other = lockedBy(path);
  const committed = commit(store, [put(request("r1"))]);
  expect(await store.getRequest(TENANT, "r1")).toBeUndefined();
  // Only a turn of this very event loop lets go of the lock.
  setTimeout(() => other.exec("COMMIT"), 100);
  await committed;
  expect(await store.getRequest(TENANT, "r1")).toBeDefined();
  other.close();
});

test("a lock that stays is an error that can be tried again, and nothing was written", async () => {
  const path = join(folder(), "store.db");
  const connection = new Connection(openDatabase(path), 30);
  const other = lockedBy(path);
  const group = new Group(connection, () => {});
  const attempt = (): Promise<unknown> => write(group, { tenant: TENANT, changes: [put(request("r1"))], events: [] });
  await expect(attempt()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", details: { retryable: true }, cause: { errcode: 5 } });
  other.exec("ROLLBACK");
  expect(countRequests(connection, TENANT, {}, 10)).toBe(0);
  expect(await attempt()).toEqual({ ok: true });
  other.close();
  connection.close();
});

test("a deadline that passes while the lock is waited for is a deadline missed", async () => {
  const path = join(folder(), "store.db");
  await using store = sqliteStore(path);
  const other = lockedBy(path);
  const before = (await store.now()) + 50;
  const committed = store.commit({ tenant: TENANT, changes: [put(request("r1"))], events: [], before });
  const waited = setInterval(() => {
    if (Date.now() < before) return;
    clearInterval(waited);
    other.exec("COMMIT");
  }, 5);
  expect(await committed).toEqual({ ok: false, reason: "TOO_LATE" });
  other.close();
});

test("what JSON can't carry is refused before anything is written", async () => {
  await using store = sqliteStore(join(folder(), "store.db"));
  const bad = put(request("r2", { args: { amount: 1n } }));
  await expect(store.commit({ tenant: TENANT, changes: [put(request("r1")), bad], events: [] })).rejects.toThrow(TypeError);
  expect(await store.getRequest(TENANT, "r1")).toBeUndefined();
});

test("a heartbeat doesn't write a large continuation again", async () => {
  const path = join(folder(), "store.db");
  await using store = sqliteStore(path);
  const record = thread("pay-001", { continuation: new Uint8Array(1_000_000), context: { big: "x".repeat(500_000) } });
  await commit(store, [putThread(record)]);
  const size = statSync(`${path}-wal`).size;
  for (let n = 1; n <= 10; n++) await commit(store, [putThread({ ...record, leaseUntil: n }, n)]);
  expect(statSync(`${path}-wal`).size - size).toBeLessThan(500_000);
  expect((await store.getThread(TENANT, "pay-001"))?.leaseUntil).toBe(10);
});

test.each<[string, (path: string) => void | Promise<void>]>([
  ["removed", (path: string) => ["", "-wal", "-shm"].forEach((end) => rmSync(`${path}${end}`))],
  ["moved away", (path: string) => renameSync(path, `${path}.old`)],
  [
    "replaced",
    async (path: string) => {
      const other = sqliteStore(`${path}.other`);
      await commit(other, [put(request("other"))]);
      await other.close();
      renameSync(`${path}.other`, path);
    },
  ],
])("a file that was %s while it was open is written no more: nobody else would see it", async (_, move) => {
  const path = join(folder(), "store.db");
  const store = sqliteStore(path);
  await commit(store, [put(request("r1"))]);
  await move(path);
  const refused = { code: "STORE_UNAVAILABLE", details: { retryable: false, answered: expect.stringContaining("removed or replaced") } };
  await expect(store.commit({ tenant: TENANT, changes: [put(request("r2"))], events: [] })).rejects.toMatchObject(refused);
  await expect(store.documents?.put(TENANT, { collection: "c", id: "d", body: {} }, 0)).rejects.toMatchObject(refused);
  await store.close();
});

test("a file that was put back is written again", async () => {
  const path = join(folder(), "store.db");
  const store = sqliteStore(path);
  await commit(store, [put(request("r1"))]);
  renameSync(path, `${path}.old`);
  await expect(store.commit({ tenant: TENANT, changes: [put(request("r2"))], events: [] })).rejects.toMatchObject({
    code: "STORE_UNAVAILABLE",
  });
  renameSync(`${path}.old`, path);
  await commit(store, [put(request("r2"))]);
  await store.close();
});

/** The oldest Node takes an address for the name of a file: this one would be in a folder that isn't there. */
function readsAddresses(): boolean {
  try {
    new DatabaseSync("file:no-folder/of-this-name?mode=memory").close();
    return true;
  } catch {
    return false;
  }
}
const IN_MEMORY = [":memory:", ...(readsAddresses() ? ["file::memory:", "file:named?mode=memory"] : [])];

test.each(IN_MEMORY)("%s is no file, and says so", async (path) => {
  const store = sqliteStore(path);
  expect(store.capabilities).toMatchObject({ durable: false, shared: false });
  await commit(store, [put(request("r1"))]);
  await store.close();
});
