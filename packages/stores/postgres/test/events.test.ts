import { createGate, definePolicy } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { startPostgres } from "@countersign/postgres-server";
import { commit, event, TENANT } from "@countersign/store-tests";
import { afterAll, expect, test } from "vitest";
import { parametersOf } from "../src/batch.ts";
import { connectTo, failure, newSchema, openStore } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());

/** Longer than a reader waits for transactions of others: 1 s. */
const BOUND = 8_000;

/** Goes on from where it stopped, as an exporter of the audit trail does. */
function readerOf(store: StorePort): () => Promise<readonly string[]> {
  let position: string | undefined;
  return async () => {
    const found = await store.listEvents(TENANT, position, 100);
    position = found.position;
    return found.events.map(({ subject, seq }) => `${subject}${seq}`);
  };
}

test("a commit that was under way while others were read is read afterwards", async () => {
  const schema = newSchema();
  const store = openStore(server.url, { schema });
  const read = readerOf(store);
  await commit(store, [], [event("a", 1)]);
  expect(await read()).toEqual(["a1"]);
  // It has its number, and hasn't committed: the others, with higher numbers, come first.
  const slow = await connectTo(server.url);
  await slow.query("BEGIN");
  const parameters = parametersOf({ tenant: TENANT, changes: [], events: [event("slow", 1)] }, crypto.randomUUID());
  await slow.query(`SELECT "${schema}".commit_2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, [...parameters]);
  await commit(store, [], [event("quick", 1)]);
  const seen = [...(await read())];
  await commit(store, [], [event("quick", 2)]);
  await slow.query("COMMIT");
  seen.push(...(await read()), ...(await read()));
  expect(seen).toEqual(["slow1", "quick1", "quick2"]);
});

test("a transaction of somebody else's that stays open delays a reader and doesn't block it, and nothing is missed", async () => {
  const schema = newSchema();
  const store = openStore(server.url, { schema });
  const read = readerOf(store);
  await commit(store, [], [event("a", 1)]);
  expect(await read()).toEqual(["a1"]);
  const foreign = await connectTo(server.url);
  await foreign.query("BEGIN; CREATE TABLE theirs (x int)");
  const writing = performance.now();
  await commit(store, [], [event("a", 2)]);
  expect(performance.now() - writing).toBeLessThan(500);
  const since = performance.now();
  expect(await read()).toEqual([]);
  expect(performance.now() - since).toBeLessThan(BOUND);
  // One chain doesn't wait.
  expect((await store.listEvents(TENANT, undefined, 10, "a")).events).toHaveLength(2);
  await foreign.query("ROLLBACK");
  expect(await read()).toEqual(["a2"]);
});

test("an empty read, and one of what is long settled, don't wait for anybody", async () => {
  const schema = newSchema();
  const store = openStore(server.url, { schema });
  const read = readerOf(store);
  await commit(store, [], [event("a", 1)]);
  const foreign = await connectTo(server.url);
  await foreign.query("BEGIN; SELECT pg_current_xact_id()");
  for (const expected of [["a1"], []]) {
    const since = performance.now();
    expect(await read()).toEqual(expected);
    expect(performance.now() - since).toBeLessThan(500);
  }
  await foreign.query("ROLLBACK");
});

test("the whole trail is verified also while somebody else's transaction is open", async () => {
  const store = openStore(server.url, { schema: newSchema() });
  const gate = createGate({ policy: definePolicy({ tools: { pay: "ask" } }), store });
  const ask = (key: string): Promise<unknown> => gate.ask({ threadId: "t", tool: "pay", args: { key }, key });
  await ask("a");
  const foreign = await connectTo(server.url);
  await foreign.query("BEGIN; SELECT pg_current_xact_id()");
  await ask("b");
  const { error, ms } = await failure(gate.verify());
  expect(error).toBe("nothing thrown");
  expect(ms).toBeLessThan(2 * BOUND);
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
