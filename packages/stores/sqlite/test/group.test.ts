// Writes that are handed in together share a transaction. Each stands for itself, and nobody is answered before the disk has them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import type { Batch, Change, Committed, StorePort } from "@countersign/core/store";
import { commit, event, put, putThread, request, T0, TENANT, thread } from "@countersign/store-tests";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { sqliteStore } from "../src/index.ts";
import { folder } from "./folder.ts";

/** Of the transactions in a write-ahead log: each ends in a frame that says how large the file is now. */
function transactionsIn(path: string): number {
  if (!existsSync(`${path}-wal`)) return 0;
  const log = readFileSync(`${path}-wal`);
  const frame = 24 + log.readUInt32BE(8);
  let count = 0;
  for (let at = 32; at + frame <= log.length; at += frame) if (log.readUInt32BE(at + 4) > 0) count++;
  return count;
}

function opened(): { readonly store: StorePort; readonly path: string; readonly others: DatabaseSync } {
  const path = join(folder(), "store.db");
  const store = sqliteStore(path);
  const others = new DatabaseSync(path);
  onTestFinished(async () => {
    others.close();
    await store.close();
  });
  return { store, path, others };
}

const count = (database: DatabaseSync): unknown => database.prepare("SELECT count(*) AS count FROM requests").get()?.["count"];

/** A request of a thread of its own, and what else there is. */
function suspended(n: number, ...more: readonly Change[]): Batch {
  const counted: Change = { op: "add", kind: "thread", id: `t${n}`, field: "open", by: 1 };
  return {
    tenant: TENANT,
    changes: [putThread(thread(`t${n}`)), put(request(`r${n}`)), counted, ...more],
    events: [event(`thread/t${n}`, 1), event(`r${n}`, 1)],
  };
}

const OK: Committed = { ok: true };
const FIVE = [0, 1, 2, 3, 4];

/** What a request leaves in a store: itself, its thread and its events. */
async function tracesOf(store: StorePort, n: number): Promise<readonly unknown[]> {
  const [record, owner] = [await store.getRequest(TENANT, `r${n}`), await store.getThread(TENANT, `t${n}`)];
  const events = await Promise.all([`r${n}`, `thread/t${n}`].map((subject) => store.listEvents(TENANT, undefined, 9, subject)));
  return [record?.version, owner?.version, owner?.open, ...events.map((page) => page.events.length)];
}

const WHOLE = [1, 1, 1, 1, 1];
const NOTHING = [undefined, undefined, undefined, 0, 0];

test("what is handed in together is one transaction; what is handed in after an answer is another", async () => {
  const { store, path } = opened();
  const before = transactionsIn(path);
  expect(await Promise.all(FIVE.map((n) => store.commit(suspended(n))))).toEqual(FIVE.map(() => OK));
  expect(transactionsIn(path)).toBe(before + 1);
  for (const n of [5, 6]) await store.commit(suspended(n));
  expect(transactionsIn(path)).toBe(before + 3);
});

test("a claim shares it, too", async () => {
  const { store, path } = opened();
  await commit(store, [putThread(thread("due"))]);
  const before = transactionsIn(path);
  const claim = () => store.claimDue("thread", { tenant: TENANT, holder: "worker/1", leaseMs: 60_000, limit: 1 });
  const [first, second] = await Promise.all([claim(), claim(), ...FIVE.map((n) => commit(store, suspended(n).changes))]);
  expect([first, second]).toMatchObject([[{ id: "due", fence: 2 }], []]);
  expect(transactionsIn(path)).toBe(before + 1);
});

describe("one that is refused takes none of the others with it", () => {
  const refusals: readonly (readonly [string, (n: number) => Batch])[] = [
    ["CONFLICT", (n) => suspended(n, put(request("known"), 7))],
    ["FLOOR", (n) => suspended(n, { op: "add", kind: "thread", id: "missing", field: "open", by: 1, floor: 0 })],
    ["FENCED", (n) => suspended(n, { op: "require", threadId: "known", fence: 9 })],
    ["TOO_LATE", (n) => ({ ...suspended(n), before: T0 })],
    ["CONFLICT", (n) => ({ ...suspended(n), events: [event(`thread/t${n}`, 1), event(`r${n}`, 1), event("known", 1, "again")] })],
  ];
  test.each(refusals.flatMap(([reason, refused]) => FIVE.map((at) => ({ reason, at, refused }))))(
    "$reason, at place $at of five",
    async ({ reason, at, refused }) => {
      const { store, path } = opened();
      await commit(store, [putThread(thread("known")), put(request("known"))], [event("known", 1)]);
      const before = transactionsIn(path);
      const answers = await Promise.all(FIVE.map((n) => store.commit(n === at ? refused(n) : suspended(n))));
      expect(answers.map((answer) => (answer.ok ? "ok" : answer.reason))).toEqual(FIVE.map((n) => (n === at ? reason : "ok")));
      for (const n of FIVE) expect(await tracesOf(store, n)).toEqual(n === at ? NOTHING : WHOLE);
      expect(transactionsIn(path)).toBe(before + 1);
    },
  );

  test.each(FIVE)("what can't be encoded, at place %i of five", async (at) => {
    const { store } = opened();
    const bad = (n: number): Batch => suspended(n, put(request("bad", { args: { amount: 1n } })));
    const ends = await Promise.allSettled(FIVE.map((n) => store.commit(n === at ? bad(n) : suspended(n))));
    expect(ends.map((end) => (end.status === "rejected" ? (end.reason as Error).constructor.name : end.value))).toEqual(
      FIVE.map((n) => (n === at ? "TypeError" : OK)),
    );
    for (const n of FIVE) expect(await tracesOf(store, n)).toEqual(n === at ? NOTHING : WHOLE);
  });

  test.each(FIVE)("what SQLite itself refuses in the middle, at place %i of five", async (at) => {
    const { store } = opened();
    const bad = (n: number): Batch => suspended(n, put(request("bad", { turnId: null as never })));
    const ends = await Promise.allSettled(FIVE.map((n) => store.commit(n === at ? bad(n) : suspended(n))));
    expect(ends.map((end) => (end.status === "rejected" ? (end.reason as { code: unknown }).code : end.value))).toEqual(
      FIVE.map((n) => (n === at ? "STORE_UNAVAILABLE" : OK)),
    );
    for (const n of FIVE) expect(await tracesOf(store, n)).toEqual(n === at ? NOTHING : WHOLE);
  });
});

test("those that are refused alone leave the log as it was", async () => {
  const { store, path } = opened();
  await store.commit(suspended(1));
  const before = transactionsIn(path);
  const answers = await Promise.all([store.commit(suspended(1)), store.commit(suspended(1))]);
  expect(answers.map(({ ok }) => ok)).toEqual([false, false]);
  expect(transactionsIn(path)).toBe(before);
});

test("one sees what those before it wrote", async () => {
  const { store } = opened();
  const next = { ...suspended(0), changes: [putThread(thread("t0", { fence: 2 }), 1)], events: [event("thread/t0", 2)] };
  expect(await Promise.all([store.commit(suspended(0)), store.commit(suspended(0)), store.commit(next)])).toMatchObject([
    OK,
    { ok: false, reason: "CONFLICT" },
    OK,
  ]);
  expect(await store.getThread(TENANT, "t0")).toMatchObject({ version: 2, fence: 2, open: 1 });
});

test("nobody reads what isn't committed, and nobody is answered before it is", async () => {
  const { store, others } = opened();
  const seen: number[] = [];
  const look = async (): Promise<void> => {
    seen.push(await store.countRequests(TENANT, {}, 10));
    // What this handle has seen, everybody sees.
    expect(count(others)).toBe(seen.at(-1));
  };
  let answered = 0;
  const all = FIVE.map(async (n) => {
    await store.commit(suspended(n));
    answered++;
    await look();
    expect(seen.at(-1)).toBe(FIVE.length);
  });
  while (answered === 0) {
    await look();
    await (seen.length % 2 === 0 ? setImmediate() : undefined);
  }
  await Promise.all(all);
  expect(seen[0]).toBe(0);
});

test("a listener hears of it once, when everybody can see it", async () => {
  const { store, others } = opened();
  const heard: unknown[] = [];
  store.watch(() => heard.push(count(others)));
  await Promise.all(FIVE.map((n) => store.commit(suspended(n))));
  await setImmediate();
  expect(heard).toEqual([FIVE.length]);
});

test("timers that a program has replaced keep nobody waiting", async () => {
  const { store } = opened();
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  expect(await store.commit(suspended(0))).toEqual(OK);
});

test("closing answers what was handed in, and leaves it in the file", async () => {
  const { store, others } = opened();
  const handedIn = Promise.all(FIVE.map((n) => store.commit(n === 2 ? suspended(1) : suspended(n))));
  await store.close();
  expect((await handedIn).map(({ ok }) => ok)).toEqual([true, true, false, true, true]);
  expect(count(others)).toBe(FIVE.length - 1);
  await expect(store.commit(suspended(9))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", details: { closed: true } });
});
