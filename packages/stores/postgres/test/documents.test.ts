import type { DocumentPort, NewDocument, StorePort } from "@countersign/core/store";
import { event, TENANT } from "@countersign/store-tests";
import { testDatabase } from "@countersign/test-run";
import { describe, expect, test } from "vitest";
import { MIGRATIONS } from "../src/schema.ts";
import { startProxy, type Moment, type Proxy } from "./proxy.ts";
import { connectTo, failure, newSchema, openStore, query } from "./setting.ts";

const database = await testDatabase();
const OK = { ok: true };
const CONFLICT = { ok: false, reason: "CONFLICT" };
const DUE = { collection: "keys", leaseMs: 600_000, limit: 2 };

const document = (id: string, over: Partial<NewDocument> = {}): NewDocument => ({ collection: "keys", id, body: { by: "mine" }, ...over });

function documentsOf({ documents }: StorePort): DocumentPort {
  if (!documents) throw new Error("no documents");
  return documents;
}

/** Documents behind a proxy, and the same that aren't. */
async function pair(): Promise<{ proxy: Proxy; mine: DocumentPort; rival: DocumentPort; store: StorePort; schema: string }> {
  const schema = newSchema();
  const proxy = await startProxy(database);
  const [behind, store] = [openStore(proxy.url, { schema }), openStore(database, { schema })];
  await store.now();
  await behind.now();
  return { proxy, mine: documentsOf(behind), rival: documentsOf(store), store, schema };
}

describe.each<Moment>(["before", "after"])("a write whose connection is cut %s it is carried out", (moment) => {
  test("is written once, with its event, and is a success", async () => {
    const { proxy, mine, rival, store } = await pair();
    proxy.lose("write_document_1", moment);
    expect(await mine.put(TENANT, document("a"), 0, [event("key/a", 1)])).toEqual(OK);
    proxy.lose("write_document_1", moment);
    expect(await mine.put(TENANT, document("a", { body: { next: true } }), 1)).toEqual(OK);
    expect(await rival.get(TENANT, "keys", "a")).toMatchObject({ version: 2, body: { next: true } });
    proxy.lose("write_document_1", moment);
    expect(await mine.delete(TENANT, "keys", "a", 2, [event("key/a", 2)])).toEqual(OK);
    expect(await rival.get(TENANT, "keys", "a")).toBeUndefined();
    expect(proxy.cuts).toBe(3);
    expect((await store.listEvents(TENANT, undefined, 10)).events).toHaveLength(2);
  });

  test("isn't taken for another one's that wrote the very same", async () => {
    const { proxy, mine, rival } = await pair();
    await rival.put(TENANT, document("a"), 0);
    let theirs: unknown;
    proxy.lose("write_document_1", moment, async () => (theirs = await rival.put(TENANT, document("a", { body: { used: true } }), 1)));
    const answer = await mine.put(TENANT, document("a", { body: { used: true } }), 1);
    expect([answer, theirs]).toEqual(moment === "before" ? [CONFLICT, OK] : [OK, CONFLICT]);
    expect(await rival.get(TENANT, "keys", "a")).toMatchObject({ version: 2 });
  });

  test("is known also when others have gone on since, and when they have deleted it", async () => {
    const { proxy, mine, rival } = await pair();
    proxy.lose("write_document_1", moment, async () => {
      const there = await rival.get(TENANT, "keys", "a");
      for (let n = there?.version ?? 0; n < 3; n++) await rival.put(TENANT, document("a", { body: { n } }), n);
      await rival.delete(TENANT, "keys", "a", 3);
    });
    const answer = await mine.put(TENANT, document("a"), 0);
    // Before: it comes after the others, and inserts a new one.
    expect(answer).toEqual(OK);
    expect((await rival.get(TENANT, "keys", "a"))?.body).toEqual(moment === "before" ? { by: "mine" } : undefined);
  });

  test("claims once, and answers what this very claim took", async () => {
    const { proxy, mine, rival } = await pair();
    for (const n of [1, 2, 3]) await rival.put(TENANT, document(`d${n}`, { dueAt: n }), 0);
    proxy.lose("claim_documents_1", moment);
    const claimed = await mine.claimDue(TENANT, DUE);
    expect(claimed.map(({ id, version }) => `${id} ${version}`).toSorted()).toEqual(["d1 2", "d2 2"]);
    expect(await rival.claimDue(TENANT, DUE)).toMatchObject([{ id: "d3", version: 2 }]);
  });
});

test("a write that others have written over too often to know is neither said to be done nor to be refused", async () => {
  const { proxy, mine, rival } = await pair();
  proxy.lose("write_document_1", "after", async () => {
    for (let n = 1; n <= 8; n++) await rival.put(TENANT, document("a", { body: { n } }), n);
  });
  const { error } = await failure(mine.put(TENANT, document("a"), 0));
  expect(error).toMatchObject({ code: "STORE_UNAVAILABLE", details: { retryable: true } });
  expect(await rival.get(TENANT, "keys", "a")).toMatchObject({ version: 9 });
});

test("a document that somebody is writing is passed over by a claim, and doesn't hold up the others", async () => {
  const { schema, rival } = await pair();
  for (const n of [1, 2]) await rival.put(TENANT, document(`d${n}`, { dueAt: n }), 0);
  const writer = await connectTo(database);
  await writer.query(`BEGIN; UPDATE "${schema}".documents SET body = '{}' WHERE id = 'd1'`);
  expect(await rival.claimDue(TENANT, DUE)).toMatchObject([{ id: "d2" }]);
  await writer.query("ROLLBACK");
  expect(await rival.claimDue(TENANT, DUE)).toMatchObject([{ id: "d1" }]);
});

test("what has expired is removed a few at a time, and not what may still be asked for a lost answer", async () => {
  const { schema, rival } = await pair();
  await query(
    database,
    `INSERT INTO "${schema}".documents SELECT 'default', 'keys', 'old' || n, 1, NULL, n, '{}', '{}' FROM generate_series(1, 50) AS n`,
  );
  await rival.put(TENANT, document("live"), 0);
  const count = async () => (await query(database, `SELECT count(*)::int AS rows FROM "${schema}".documents`))[0]?.["rows"];
  expect(await count()).toBe(31);
  await rival.claimDue(TENANT, DUE);
  expect(await count()).toBe(11);
  await rival.delete(TENANT, "keys", "live");
  expect(await query(database, `SELECT id, body FROM "${schema}".documents`)).toEqual([{ id: "live", body: "{}" }]);
});

test("a schema of an earlier version gets documents, and keeps what it has", async () => {
  const schema = newSchema();
  const quoted = `"${schema}"`;
  const client = await connectTo(database);
  await client.query(`CREATE SCHEMA ${quoted}; CREATE TABLE ${quoted}.countersign_schema (version int NOT NULL, oldest int NOT NULL, cluster text NOT NULL);
    INSERT INTO ${quoted}.countersign_schema SELECT 7, 7, system_identifier::text FROM pg_control_system()`);
  await client.query(MIGRATIONS[0]?.(quoted) ?? "");
  await client.query(
    `INSERT INTO ${quoted}.events (tenant, subject, seq, tick, type, prev, hash, event) VALUES ('default', 'r1', 1, 0, 'asked', '', 'h', '{}')`,
  );
  const store = openStore(database, { schema });
  expect((await store.listEvents(TENANT, undefined, 10)).events).toMatchObject([{ subject: "r1" }]);
  expect(await documentsOf(store).put(TENANT, document("a"), 0)).toEqual(OK);
  expect(await query(database, `SELECT version, oldest FROM ${quoted}.countersign_schema`)).toEqual([{ version: 9, oldest: 8 }]);
});
