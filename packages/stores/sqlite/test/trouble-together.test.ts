// What stands in the way of several writes at once: each is told the truth about its own.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { Batch, Change } from "@countersign/core/store";
import { commit, event, output, put, putThread, request, start, TENANT, thread } from "@countersign/store-tests";
import { describe, expect, onTestFinished, test } from "vitest";
import { commit as write } from "../src/commit.ts";
import { Connection } from "../src/connection.ts";
import { Group } from "../src/group.ts";
import { sqliteStore } from "../src/index.ts";
import { getThread } from "../src/reads.ts";
import { openDatabase } from "../src/open.ts";
import { folder } from "./folder.ts";

const FIVE = [0, 1, 2, 3, 4];

function suspended(n: number, reason: string = ""): Batch {
  const counted: Change = { op: "add", kind: "thread", id: `t${n}`, field: "open", by: 1 };
  return { tenant: TENANT, changes: [putThread(thread(`t${n}`)), put(request(`r${n}`, { reason })), counted], events: [event(`r${n}`, 1)] };
}

function grouped(patience?: number) {
  const path = join(folder(), "store.db");
  const database = openDatabase(path);
  const connection = new Connection(database, patience);
  onTestFinished(() => connection.close());
  const group = new Group(connection, () => {});
  const together = (batches: readonly Batch[]) => Promise.allSettled(batches.map((batch) => write(group, batch)));
  const there = () => FIVE.filter((n) => getThread(connection, TENANT, `t${n}`)?.open === 1);
  return { path, database, connection, together, there };
}

const codes = (ends: readonly PromiseSettledResult<unknown>[]): readonly unknown[] =>
  ends.map((end) => (end.status === "fulfilled" ? end.value : { code: end.reason.code, ...end.reason.details }));
const OK = { ok: true };

describe("a full disk", () => {
  test("what doesn't fit is refused with all that shared its transaction, or by itself; the others are there", async () => {
    const { database, together, there } = grouped();
    database.exec("PRAGMA max_page_count = 100");
    const ends = await together(FIVE.map((n) => suspended(n, n === 2 ? "x".repeat(1_000_000) : "")));
    const written = FIVE.filter((n) => ends[n]?.status === "fulfilled");
    expect(ends[2]).toMatchObject({ reason: { code: "STORE_UNAVAILABLE", details: { retryable: false }, cause: { errcode: 13 } } });
    expect(there()).toEqual(written);
    database.exec("PRAGMA max_page_count = 10000");
    const rest = FIVE.filter((n) => !written.includes(n));
    expect(codes(await together(rest.map((n) => suspended(n))))).toEqual(rest.map(() => OK));
    expect(there()).toEqual(FIVE);
  });

  test("a transaction that SQLite takes back by itself, as it may when the disk is full, is refused for all, and goes no further", async () => {
    const { connection, there } = grouped();
    const full = new Error("database or disk is full");
    const insert = (n: number) => () =>
      connection.run(
        "INSERT INTO threads (tenant, id, version, state, open, fence, lease_until, not_before, agent, record) VALUES (?, ?, 1, 'live', 1, 1, 0, 0, 'a', '{}')",
        TENANT,
        `t${n}`,
      );
    const takenBack = (): never => {
      connection.run("ROLLBACK");
      throw full;
    };
    const ends = await connection.together([insert(0), takenBack, insert(2)]);
    expect(ends).toEqual([0, 1, 2].map(() => ({ status: "rejected", reason: full })));
    expect(there()).toEqual([]);
  });

  test("an I/O error at the commit refuses all of them, and leaves what was committed before", async () => {
    const path = join(folder(), "store.db");
    const script = `trap '' XFSZ; ulimit -f 600; exec "$0" "$@"`;
    const writer = fileURLToPath(new URL("children/writer.ts", import.meta.url));
    const child = spawn("sh", ["-c", script, process.execPath, writer, path, "5"], { stdio: ["ignore", "pipe", "inherit"] });
    const report = JSON.parse(await output(child));
    expect(report).toMatchObject({ code: "STORE_UNAVAILABLE", details: { retryable: false }, refusedTogether: 5 });
    expect(report.committed).toBeGreaterThan(0);
    expect(report).toMatchObject({ found: report.committed, events: report.committed });
    await using store = sqliteStore(path);
    expect(await store.countRequests(TENANT, {}, 10_000)).toBe(report.committed);
    await commit(store, [put(request("after"))]);
  });
});

describe("somebody else's lock", () => {
  test("is waited for together", async () => {
    const { path, together, there } = grouped();
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const ends = together(FIVE.map((n) => suspended(n)));
    // Only a turn of this very event loop lets go of the lock.
    setTimeout(() => other.exec("COMMIT"), 50);
    expect(codes(await ends)).toEqual(FIVE.map(() => OK));
    expect(there()).toEqual(FIVE);
    other.close();
  });

  test("that stays is told to each of them, and nothing was written", async () => {
    const { path, together, there } = grouped(30);
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const ends = codes(await together(FIVE.map((n) => suspended(n))));
    expect(ends).toMatchObject(FIVE.map(() => ({ code: "STORE_UNAVAILABLE", retryable: true })));
    other.exec("ROLLBACK");
    expect(there()).toEqual([]);
    expect(codes(await together(FIVE.map((n) => suspended(n))))).toEqual(FIVE.map(() => OK));
    other.close();
  });

  test("makes only those too late whose deadline passes meanwhile", async () => {
    const { path, together, there } = grouped();
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const before = Date.now() + 50;
    const ends = together(FIVE.map((n) => (n === 3 ? { ...suspended(n), before } : suspended(n))));
    const waited = setInterval(() => {
      if (Date.now() < before) return;
      clearInterval(waited);
      other.exec("COMMIT");
    }, 5);
    expect(codes(await ends)).toEqual(FIVE.map((n) => (n === 3 ? { ok: false, reason: "TOO_LATE" } : OK)));
    expect(there()).toEqual([0, 1, 2, 4]);
    other.close();
  });
});

test("two processes that write many at once: each answer is true, and every number is given once", async () => {
  const path = join(folder(), "store.db");
  await using store = sqliteStore(path);
  await commit(store, [putThread(thread("shared"))]);
  const crowd = (name: string) => output(start(new URL("children/crowd.ts", import.meta.url), [path, name]));
  const [first, second] = (await Promise.all(["a", "b"].map(crowd))).map(
    (text) => JSON.parse(text) as { readonly ok: number; readonly refused: number },
  );
  const all = (first?.ok ?? 0) + (second?.ok ?? 0);
  expect(first?.refused).toBeGreaterThan(0);
  expect(await store.countRequests(TENANT, {}, 10_000)).toBe(all);
  expect((await store.getThread(TENANT, "shared"))?.open).toBe(all);
  const { events, position } = await store.listEvents(TENANT, undefined, 10_000);
  expect([events.length, position]).toEqual([all, String(all)]);
});
