import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { commit, output, put, request, start, TENANT } from "@countersign/store-tests";
import { describe, expect, onTestFinished, test } from "vitest";
import { sqliteStore } from "../src/index.ts";
import { APPLICATION_ID, VERSION } from "../src/schema.ts";
import { contents, folder } from "./folder.ts";

/** A database of somebody else's. */
function theirs(path: string, sql: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(sql);
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  return database;
}

function code(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return { code: (error as { code: unknown }).code, details: (error as { details: unknown }).details };
  }
  return "nothing thrown";
}

const unavailable = { code: "STORE_UNAVAILABLE", details: { retryable: false } };
const foreign = { code: "STORE_INCOMPATIBLE", details: { found: "foreign", expected: VERSION } };

describe("a file of somebody else's is refused and not touched", () => {
  test.each([
    ["a text", "Dear diary"],
    ["a long text", "Dear diary. ".repeat(10_000)],
    ["a single byte", "x"],
    ["the first bytes of a database", "SQLite format 3\u0000"],
  ])("%s", (_, text) => {
    const path = folder();
    writeFileSync(join(path, "diary.db"), text);
    const before = contents(path);
    expect(code(() => sqliteStore(join(path, "diary.db")))).toEqual(foreign);
    expect(contents(path)).toEqual(before);
  });

  test.each([
    ["with tables", "CREATE TABLE cats (name); INSERT INTO cats VALUES ('Tom')"],
    ["with tables that are called like ours", "CREATE TABLE requests (id); CREATE TABLE events (id); PRAGMA user_version = 1"],
    ["empty but marked as somebody's", "PRAGMA application_id = 42"],
    ["empty but with a version", "PRAGMA user_version = 1"],
  ])("a database %s", (_, sql) => {
    const path = folder();
    theirs(join(path, "cats.db"), sql).close();
    const before = contents(path);
    expect(code(() => sqliteStore(join(path, "cats.db")))).toEqual(foreign);
    expect(contents(path)).toEqual(before);
  });

  test("a database with a WAL that its owner left behind", () => {
    const path = folder();
    const copy = folder();
    theirs(join(path, "cats.db"), "PRAGMA journal_mode = WAL; CREATE TABLE cats (name); INSERT INTO cats VALUES ('Tom')");
    for (const end of ["", "-wal"]) copyFileSync(join(path, `cats.db${end}`), join(copy, `cats.db${end}`));
    const before = contents(copy);
    expect(code(() => sqliteStore(join(copy, "cats.db")))).toEqual(foreign);
    // Node before 22.15 makes an index of the WAL, and leaves it there.
    expect(contents(copy).filter((line) => !line.startsWith("cats.db-shm"))).toEqual(before);
  });
});

describe("a database of somebody else's is recognised however it is looked at", () => {
  const sql = "CREATE TABLE cats (name); INSERT INTO cats VALUES ('Tom')";

  test("by a file: URL", () => {
    const path = folder();
    theirs(join(path, "cats.db"), sql).close();
    const before = contents(path);
    // Node before 22.15 takes no URLs.
    const { code: refused } = code(() => sqliteStore(pathToFileURL(join(path, "cats.db")).href)) as { readonly code?: string };
    expect([foreign.code, "STORE_UNAVAILABLE"]).toContain(refused);
    expect(contents(path)).toEqual(before);
  });

  test("in the middle of its owner's transaction", () => {
    const path = join(folder(), "cats.db");
    const owner = theirs(path, sql);
    owner.exec("BEGIN IMMEDIATE; INSERT INTO cats VALUES ('Tim')");
    expect(code(() => sqliteStore(path))).toEqual(foreign);
    owner.exec("COMMIT");
    expect(owner.prepare("SELECT count(*) AS cats FROM cats").get()).toEqual({ cats: 2 });
  });
});

test("a folder that isn't there is named", () => {
  const missing = join(folder(), "no", "such");
  expect(() => sqliteStore(join(missing, "store.db"))).toThrow(
    expect.objectContaining({ code: "STORE_UNAVAILABLE", message: expect.stringContaining(missing) as unknown }),
  );
});

describe("a file of ours", () => {
  test("of a newer version is refused", async () => {
    const path = join(folder(), "store.db");
    await sqliteStore(path).close();
    theirs(path, "PRAGMA user_version = 99").close();
    expect(code(() => sqliteStore(path))).toEqual({ code: "STORE_INCOMPATIBLE", details: { found: 99, expected: VERSION } });
  });

  test.each([1, 2, 3, 4, 5])("of version %i is refused untouched, with what to do", (version) => {
    const [path, copy] = [folder(), folder()];
    const marks = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}`;
    theirs(
      join(path, "store.db"),
      `CREATE TABLE requests (record); ${marks}; PRAGMA journal_mode = WAL; INSERT INTO requests VALUES ('{}')`,
    );
    for (const end of ["", "-wal"]) copyFileSync(join(path, `store.db${end}`), join(copy, `store.db${end}`));
    const before = contents(copy);
    expect(() => sqliteStore(join(copy, "store.db"))).toThrow(
      expect.objectContaining({
        code: "STORE_INCOMPATIBLE",
        details: { found: version, expected: VERSION },
        message: expect.stringContaining("Start a new file, and keep this one for its audit trail.") as unknown,
      }),
    );
    // Node before 22.15 makes an index of the WAL, and leaves it there.
    expect(contents(copy).filter((line) => !line.startsWith("store.db-shm"))).toEqual(before);
  });

  test("of an earlier version gets documents and an index by agent, and keeps what it has", async () => {
    const path = join(folder(), "store.db");
    const before = sqliteStore(path);
    await commit(before, [put(request("r1"))]);
    await before.close();
    const indexOfBefore =
      "CREATE INDEX threads_due ON threads (tenant, max(lease_until, not_before), agent) WHERE state = 'live' AND (open = 0 OR holder IS NOT NULL)";
    const file = theirs(path, `DROP TABLE documents; DROP INDEX threads_due; ${indexOfBefore}; PRAGMA user_version = 7`);
    const stores = [sqliteStore(path), sqliteStore(path)];
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
    for (const [n, { documents }] of stores.entries())
      expect(await documents?.put(TENANT, { collection: "keys", id: `k${n}`, body: {} }, 0)).toEqual({ ok: true });
    expect(await stores[0]?.getRequest(TENANT, "r1")).toMatchObject({ id: "r1" });
    expect(file.prepare("SELECT group_concat(coalesce(name, 'since')) AS columns FROM pragma_index_info('threads_due')").get()).toEqual({
      columns: "tenant,agent,since",
    });
    expect(file.prepare("PRAGMA user_version").get()).toEqual({ user_version: VERSION });
  });

  test("loses what has expired a few documents at a time", async () => {
    const path = join(folder(), "store.db");
    await using store = sqliteStore(path);
    const file = theirs(path, "");
    for (let n = 1; n <= 50; n++)
      file.exec(
        `INSERT INTO documents (tenant, collection, id, version, expires_at, body) VALUES ('other', 'keys', 'k${n}', 1, ${n}, '{}')`,
      );
    await store.documents?.put(TENANT, { collection: "keys", id: "live", body: {} }, 0);
    expect(file.prepare("SELECT count(*) AS rows FROM documents").get()).toEqual({ rows: 31 });
  });

  test("can be an empty file at first", async () => {
    const path = join(folder(), "store.db");
    writeFileSync(path, "");
    await using store = sqliteStore(path);
    await commit(store, [put(request("r1"))]);
  });

  test("keeps what it promises about durability", async () => {
    const path = join(folder(), "store.db");
    await using store = sqliteStore(path);
    expect(store.capabilities).toEqual({ durable: true, shared: true, push: true });
    expect(sqliteStore(":memory:").capabilities).toEqual({ durable: false, shared: false, push: true });
    expect(theirs(path, "").prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  });

  test("may have any name", async () => {
    const path = join(folder(), "ä store?mode=memory#50%25.db");
    const store = sqliteStore(path);
    await commit(store, [put(request("r1"))]);
    await store.close();
    await using again = sqliteStore(path);
    expect(await again.getRequest(TENANT, "r1")).toBeDefined();
  });

  test("with a damaged row says so, and gives the others", async () => {
    const path = join(folder(), "store.db");
    await using store = sqliteStore(path);
    await commit(store, [put(request("r1")), put(request("r2"))]);
    theirs(path, `UPDATE requests SET record = '{"id":' WHERE id = 'r1'`).close();
    await expect(store.getRequest(TENANT, "r1")).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      details: { retryable: false },
      cause: expect.any(SyntaxError),
    });
    expect(await store.getRequest(TENANT, "r2")).toBeDefined();
  });
});

describe("what can't be opened", () => {
  test("no path", () => {
    expect(code(() => sqliteStore(""))).toMatchObject({ code: "SETUP" });
  });

  test("a folder, a folder that isn't there, a file taken for a folder", () => {
    const path = folder();
    writeFileSync(join(path, "file"), "x");
    expect(code(() => sqliteStore(path))).toMatchObject(unavailable);
    expect(code(() => sqliteStore(join(path, "missing", "store.db")))).toMatchObject(unavailable);
    expect(code(() => sqliteStore(join(path, "file", "store.db")))).toMatchObject(unavailable);
  });

  test.each([
    ["a read-only file", 0o777, 0o444],
    ["a read-only folder", 0o555, 0o444],
  ])("%s refuses to be written", async (_, ofFolder, ofFile) => {
    const path = folder();
    const inner = join(path, "inner");
    mkdirSync(inner);
    const file = join(inner, "store.db");
    const store = sqliteStore(file);
    await commit(store, [put(request("r0"))]);
    await store.close();
    const before = contents(inner).filter((line) => line.startsWith("store.db "));
    chmodSync(path, 0o777);
    chmodSync(file, ofFile);
    chmodSync(inner, ofFolder);
    onTestFinished(() => chmodSync(inner, 0o777));
    // Permissions don't bind root: the writer is nobody.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const report = JSON.parse(await output(start(new URL("children/writer.ts", import.meta.url), [file], nobody)));
    expect(report).toMatchObject({ committed: 0, ...unavailable });
    expect(contents(inner).filter((line) => line.startsWith("store.db "))).toEqual(before);
  });
});

/** The database as a process leaves it that dies while it copies its WAL into the file: page 1 is the new one, the rest is not there yet. */
function diedAtCheckpoint(from: string, to: string): void {
  const wal = readFileSync(`${from}-wal`);
  const page = wal.readUInt32BE(8);
  const frames = Array.from({ length: Math.floor((wal.length - 32) / (24 + page)) }, (_, n) => 32 + n * (24 + page));
  const first = frames.findLast((at) => wal.readUInt32BE(at) === 1);
  if (first === undefined) throw new Error("Page 1 was not written.");
  const file = readFileSync(from);
  wal.copy(file, 0, first + 24, first + 24 + page);
  writeFileSync(to, file);
  writeFileSync(`${to}-wal`, wal);
}

test("a store whose process died at a checkpoint, or is at one, opens with all that was committed", async () => {
  const path = folder();
  const [whole, torn] = [join(path, "whole.db"), join(path, "torn.db")];
  const store = sqliteStore(whole);
  for (let n = 0; n < 40; n++) await commit(store, [put(request(`r${n}`, { args: { text: "x".repeat(2_000) } }))]);
  diedAtCheckpoint(whole, torn);
  await store.close();
  await using again = sqliteStore(torn);
  expect((await again.listRequests(TENANT, { limit: 100 })).items).toHaveLength(40);
});
