// A session stands in the store: it lives through restarts, and ends when its time is over, used or not.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGate, type Gate, type Store } from "@countersign/core";
import { documentsOf } from "@countersign/core/surface";
import { memoryStore } from "@countersign/memory";
import { postgresStore } from "@countersign/postgres";
import { startPostgres } from "@countersign/postgres-server";
import { sqliteStore } from "@countersign/sqlite";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { apiKeys, createKeys, endSessionsOf } from "../../src/index.ts";
import { hashOf } from "../../src/sign-in/secret.ts";
import { sessionsOf } from "../../src/sign-in/sessions.ts";

const HOUR = 3_600_000;
const fiona = { identity: "https://id.example#117", as: "fiona", name: "Fiona", authenticatedAt: 1_000, lasts: 12 * HOUR, idle: HOUR };

const dir = mkdtempSync(join(tmpdir(), "countersign-sessions-"));
const postgres = await startPostgres();
afterAll(async () => {
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
});
afterEach(() => vi.useRealTimers());

const STORES: Readonly<Record<string, () => Store>> = {
  SQLite: () => sqliteStore(join(dir, "countersign.db")),
  PostgreSQL: () => postgresStore({ connectionString: postgres.url, max: 2 }),
};

/** A process that opens the store, does its part and ends. */
async function during<T>(open: () => Store, work: (gate: Gate) => Promise<T>): Promise<T> {
  const store = open();
  try {
    return await work(createGate({ store }));
  } finally {
    await store.close();
  }
}

describe.each(Object.entries(STORES))("on %s", (_, open) => {
  test("sessions and keys are there after a restart, and what has ended stays so", async () => {
    const [secret, ended] = await during(open, async (gate) => {
      const sessions = sessionsOf(gate, "oidc");
      const both = [await sessions.start(fiona), await sessions.start(fiona)] as const;
      await sessions.end(both[1]);
      return both;
    });
    const { key } = await during(open, (gate) =>
      createKeys(gate).give({ name: "ci", scope: "reader", expiresIn: "1d" }, { by: { id: "alice" } }),
    );
    await during(open, async (gate) => {
      const sessions = sessionsOf(gate, "oidc");
      expect(await sessions.find(secret, true)).toMatchObject({ identity: fiona.identity, as: "fiona", authenticatedAt: 1_000 });
      expect(await sessions.find(ended, true)).toBeUndefined();
      expect((await documentsOf(gate).get("session", hashOf(secret)))?.expiresAt).toBeGreaterThan(Date.now());
      const request = new Request("https://approvals.example", { headers: { authorization: `Bearer ${key}` } });
      expect(await apiKeys({ gate })(request, { peer: undefined })).toMatchObject({ by: { id: "key:ci" } });
      expect(await endSessionsOf(gate, { id: "fiona" })).toBe(1);
      await createKeys(gate).revoke("ci", { by: { id: "alice" } });
      await gate.verify();
    });
    await during(open, async (gate) => {
      expect(await sessionsOf(gate, "oidc").find(secret, true)).toBeUndefined();
      expect(await createKeys(gate).list()).toEqual([]);
    });
  });
});

function atNoon() {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_800_000_000_000 });
  const gate = createGate({ store: memoryStore() });
  return { gate, sessions: sessionsOf(gate, "oidc"), later: (ms: number) => vi.setSystemTime(Date.now() + ms) };
}

test("a session that is used lasts until its end, and not longer", async () => {
  const { sessions, later } = atNoon();
  const secret = await sessions.start(fiona);
  for (let hours = 0.5; hours < 12; hours += 0.5) {
    later(HOUR / 2);
    expect(await sessions.find(secret, true), `after ${hours} hours`).toBeDefined();
  }
  later(HOUR / 2);
  expect(await sessions.find(secret, true)).toBeUndefined();
});

test("a session that nobody uses ends after its idle time, and listening alone is no use", async () => {
  const { sessions, later } = atNoon();
  const [idle, listening] = [await sessions.start(fiona), await sessions.start(fiona)];
  later(HOUR / 2);
  const until = (await sessions.find(listening, false))?.until;
  expect(until).toBe(Date.now() + HOUR / 2);
  later(HOUR / 2);
  expect(await sessions.find(idle, true)).toBeUndefined();
  expect(await sessions.find(listening, true)).toBeUndefined();
});

test("a session counts for the way that made it alone", async () => {
  const { gate, sessions } = atNoon();
  const secret = await sessions.start(fiona);
  expect(await sessionsOf(gate, "link").find(secret, true)).toBeUndefined();
  for (const wrong of ["", hashOf(secret), secret.slice(1), `${secret}=`]) expect(await sessions.find(wrong, true)).toBeUndefined();
});

test("using a session that is being ended does not bring it back", async () => {
  const { sessions, later } = atNoon();
  const secret = await sessions.start(fiona);
  later(HOUR / 2);
  await Promise.all([sessions.find(secret, true), sessions.end(secret), sessions.find(secret, true)]);
  expect(await sessions.find(secret, true)).toBeUndefined();
});

test("all sessions of a person end, by any of their ids, on all pages of the list", async () => {
  const { gate, sessions } = atNoon();
  const secrets: string[] = [];
  for (let n = 0; n < 520; n++)
    secrets.push(await sessions.start(n % 2 === 0 ? fiona : { ...fiona, identity: "https://id.example#118", as: "dora" }));
  expect(await endSessionsOf(gate, { id: "f", aliases: ["https://id.example#117"] })).toBe(260);
  const left = await Promise.all(secrets.map((secret) => sessions.find(secret, false)));
  expect(new Set(left.map((each) => each?.as))).toEqual(new Set([undefined, "dora"]));
});

test("while the store is away, nobody is told that they are signed out", async () => {
  const store = sqliteStore(":memory:");
  const sessions = sessionsOf(createGate({ store }), "oidc");
  const secret = await sessions.start(fiona);
  await store.close();
  await expect(sessions.find(secret, true)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
});
