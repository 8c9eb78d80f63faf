import { createGate, definePolicy } from "@countersign/core";
import type { AuditEvent, StorePort } from "@countersign/core/store";
import { startPostgres } from "@countersign/postgres-server";
import { commit, event, TENANT } from "@countersign/store-tests";
import type pg from "pg";
import { afterAll, expect, test } from "vitest";
import { parametersOf } from "../src/batch.ts";
import { connectTo, newSchema, openStore } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());

/** Goes on from where it stopped, as an exporter of the audit trail does. */
function readerOf(store: StorePort, limit = 100): () => Promise<readonly string[]> {
  let position: string | undefined;
  return async () => {
    const found = await store.listEvents(TENANT, position, limit);
    position = found.position;
    return namesOf(found.events);
  };
}

const namesOf = (events: readonly AuditEvent[]): readonly string[] => events.map(({ subject, seq }) => `${subject}${seq}`);

/** A session that has written these events, and not committed them. */
async function writing(client: pg.Client, schema: string, events: readonly AuditEvent[]): Promise<void> {
  await client.query("BEGIN");
  const parameters = parametersOf({ tenant: TENANT, changes: [], events }, crypto.randomUUID());
  await client.query(`SELECT "${schema}".commit_2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, [...parameters]);
}

test("a commit that was under way while others were read is read afterwards, and delays none of them", async () => {
  const schema = newSchema();
  const store = openStore(server.url, { schema });
  const read = readerOf(store);
  await commit(store, [], [event("a", 1)]);
  expect(await read()).toEqual(["a1"]);
  // It has its number, and hasn't committed: the others have higher ones.
  const slow = await connectTo(server.url);
  await writing(slow, schema, [event("slow", 1), event("slow", 2)]);
  await commit(store, [], [event("quick", 1)]);
  expect(await read()).toEqual(["quick1"]);
  await commit(store, [], [event("quick", 2)]);
  expect(await read()).toEqual(["quick2"]);
  await slow.query("COMMIT");
  await commit(store, [], [event("quick", 3)]);
  expect(await read()).toEqual(["slow1", "slow2", "quick3"]);
  expect(await read()).toEqual([]);
  expect(await readerOf(store)()).toEqual(["a1", "slow1", "slow2", "quick1", "quick2", "quick3"]);
});

test("page by page, whatever a page ends with", async () => {
  const schema = newSchema();
  const store = openStore(server.url, { schema });
  const slow = await Promise.all([connectTo(server.url), connectTo(server.url), connectTo(server.url)]);
  await commit(store, [], [event("a", 1)]);
  for (const [n, client] of slow.entries()) {
    await writing(client, schema, [event(`slow${n}-`, 1), event(`slow${n}-`, 2), event(`slow${n}-`, 3)]);
    await commit(store, [], [event("quick", n + 1)]);
  }
  for (const limit of [1, 2, 3, 4, 5]) expect(await everyPage(store, limit, undefined)).toEqual(["a1", "quick1", "quick2", "quick3"]);
  const { position } = await store.listEvents(TENANT, undefined, 100);
  const end = await store.endOfEvents?.(TENANT);
  await slow[2]?.query("COMMIT");
  await slow[0]?.query("COMMIT");
  await slow[1]?.query("ROLLBACK");
  await commit(store, [], [event("quick", 4)]);
  const since = ["slow0-1", "slow0-2", "slow0-3", "slow2-1", "slow2-2", "slow2-3", "quick4"];
  for (const limit of [1, 2, 3, 4, 5, 100]) {
    expect(await everyPage(store, limit, position)).toEqual(since);
    expect(await everyPage(store, limit, end)).toEqual(since);
  }
});

/** Each page but the last is full. */
async function everyPage(store: StorePort, limit: number, after: string | undefined): Promise<readonly string[]> {
  const { events, position } = await store.listEvents(TENANT, after, limit);
  return [...namesOf(events), ...(events.length === limit ? await everyPage(store, limit, position) : [])];
}

test("somebody else's transaction that stays open delays nobody, and positions forget it", async () => {
  const schema = newSchema();
  const store = openStore(server.url, { schema });
  await commit(store, [], [event("a", 1)]);
  const foreign = await connectTo(server.url);
  await foreign.query("BEGIN; CREATE TABLE theirs (x int)");
  await commit(store, [], [event("a", 2)]);
  const first = await store.listEvents(TENANT, undefined, 10);
  expect(namesOf(first.events)).toEqual(["a1", "a2"]);
  expect(first.position).toContain("_");
  expect(first.position).toMatch(/^[\w.~-]+$/);
  await foreign.query("ROLLBACK");
  const second = await store.listEvents(TENANT, first.position, 10);
  expect(second).toEqual({ events: [], position: first.position.split("_")[0] });
});

test.each([1, 2, 3])("writers whose transactions stay open: from every position each event comes once (%i)", async (seed) => {
  const schema = newSchema();
  const store = openStore(server.url, { schema, max: 4 });
  await store.now();
  const random = randomFrom(seed);
  const sessions = await Promise.all(Array.from({ length: 6 }, () => connectTo(server.url)));
  const open = new Map<number, readonly AuditEvent[]>();
  const last = new Map<string, number>();
  const committed: string[] = [];
  /** What whoever stands at a position has read. */
  const read = new Map<string | undefined, readonly string[]>([[undefined, []]]);
  const next = (chain: string): readonly AuditEvent[] => {
    const [from, count] = [last.get(chain) ?? 0, 1 + random(3)];
    return Array.from({ length: count }, (_, n) => event(chain, from + n + 1));
  };
  const written = (events: readonly AuditEvent[]): void => {
    committed.push(...namesOf(events));
    for (const { subject, seq } of events) last.set(subject, seq);
  };
  for (let step = 0; step < 120; step++) {
    const n = random(sessions.length);
    const [client, pending] = [sessions[n], open.get(n)];
    if (random(3) === 0) {
      const events = next("quick-");
      await commit(store, [], events);
      written(events);
    } else if (client && pending) {
      const isKept = random(4) > 0;
      await client.query(isKept ? "COMMIT" : "ROLLBACK");
      if (isKept) written(pending);
      open.delete(n);
    } else if (client) {
      const events = next(`slow${n}-`);
      await writing(client, schema, events);
      open.set(n, events);
    }
    const [position, known] = [...read][random(read.size)] ?? [];
    const page = await store.listEvents(TENANT, position, 1 + random(6));
    read.set(page.position, [...(known ?? []), ...namesOf(page.events)]);
  }
  for (const client of sessions) await client.query("ROLLBACK");
  for (const [position, known] of read) {
    const all = [...known, ...(await everyPage(store, 1 + random(9), position))];
    expect(all.toSorted()).toEqual(committed.toSorted());
    // Those of a chain in their order.
    for (const chain of last.keys()) {
      const own = all.filter((name) => name.startsWith(chain));
      expect(own).toEqual(own.map((_, n) => `${chain}${n + 1}`));
    }
  }
});

/** Whole numbers below `size`, always the same. */
function randomFrom(seed: number): (size: number) => number {
  let state = seed;
  return (size) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % size;
  };
}

test("the whole trail is verified also while somebody else's transaction is open", async () => {
  const store = openStore(server.url, { schema: newSchema() });
  const gate = createGate({ policy: definePolicy({ tools: { pay: "ask" } }), store });
  const ask = (key: string): Promise<unknown> => gate.ask({ threadId: "t", tool: "pay", args: { key }, key });
  await ask("a");
  const foreign = await connectTo(server.url);
  await foreign.query("BEGIN; SELECT pg_current_xact_id()");
  await ask("b");
  expect(await gate.verify()).toMatchObject({ subjects: 4 });
  await foreign.query("ROLLBACK");
});

test("readers under many writers miss nothing and read nothing twice", async () => {
  const schema = newSchema();
  const store = openStore(server.url, { schema, max: 16 });
  await store.now();
  const read = readerOf(openStore(server.url, { schema }));
  const names = Array.from({ length: 12 }, (_, n) => `w${n}-`);
  let writing = true;
  const writers = Promise.all(names.map(async (name) => { for (let n = 1; n <= 25; n++) await commit(store, [], [event(name, n)]); })); // prettier-ignore
  void writers.finally(() => (writing = false));
  const seen: string[] = [];
  while (writing) seen.push(...(await read()));
  await writers;
  for (let more = await read(); more.length > 0; more = await read()) seen.push(...more);
  expect(seen.toSorted()).toEqual(names.flatMap((name) => Array.from({ length: 25 }, (_, n) => `${name}${n + 1}`)).toSorted());
});
