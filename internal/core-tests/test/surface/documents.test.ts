// Documents of surfaces: what is noted with them is chained in the same transaction, and `verify` holds these chains.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createGate, isCountersignError, verifyTrail, type AuditEvent } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { documentsOf, type DocumentNote } from "@countersign/core/surface";
import { memoryStore } from "@countersign/memory";
import { sqliteStore } from "@countersign/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../model/digest.ts";

const ALICE = { id: "alice", roles: ["operator"] };
const KEY = { collection: "keys", id: "ci", body: { scope: "reader" } };
const given: DocumentNote = { subject: "key/ci", type: "key.given", by: ALICE, data: { scope: "reader" }, origin: { host: "desk" } };
const revoked: DocumentNote = { subject: "key/ci", type: "key.revoked", by: ALICE };

let folder = "";
let stores: StorePort[] = [];
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "countersign-documents-"))));
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  stores = [];
  rmSync(folder, { recursive: true });
});

function opened(store: StorePort = sqliteStore(join(folder, "x.db")), tenant = "default") {
  stores.push(store);
  const gate = createGate({ store, tenant });
  return { gate, store, documents: documentsOf(gate) };
}

function tamper(sql: string): void {
  const file = new DatabaseSync(join(folder, "x.db"));
  file.exec(sql);
  file.close();
}

async function detailsOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(() => undefined, (thrown: unknown) => thrown); // prettier-ignore
  return isCountersignError(error) ? { code: error.code, ...error.details } : error;
}

async function* read<T>(events: readonly T[]): AsyncGenerator<T> {
  yield* events;
}

describe("documents", () => {
  it("are put, read, listed, claimed and deleted by their version", async () => {
    const { documents } = opened(memoryStore());
    expect(await documents.put({ ...KEY, dueAt: 1 }, 0)).toEqual({ ...KEY, dueAt: 1, version: 1 });
    expect(await documents.put(KEY, 0)).toBeUndefined();
    expect(await documents.get("keys", "ci")).toEqual({ ...KEY, dueAt: 1, version: 1 });
    expect(await documents.list({ collection: "keys", idPrefix: "c" })).toMatchObject({ items: [{ id: "ci" }], next: undefined });
    expect(await documents.claimDue({ collection: "keys", leaseMs: 60_000, limit: 1 })).toMatchObject([{ id: "ci", version: 2 }]);
    expect(await documents.delete("keys", "ci", { expects: 1 })).toBe(false);
    expect(await documents.delete("keys", "ci", { expects: 2 })).toBe(true);
    expect(await documents.get("keys", "ci")).toBeUndefined();
  });

  it("are those of the gate's tenant", async () => {
    const store = memoryStore();
    const [ours, theirs] = [opened(store).documents, opened(store, "other").documents];
    await ours.put(KEY, 0);
    expect(await theirs.get("keys", "ci")).toBeUndefined();
    expect(await theirs.put(KEY, 0)).toBeDefined();
  });

  it.each<[string, (documents: ReturnType<typeof documentsOf>) => Promise<unknown>, string]>([
    ["no id", (documents) => documents.get("keys", ""), "INVALID_ARGS"],
    ["a name that is too long", (documents) => documents.put({ ...KEY, id: "x".repeat(513) }, 0), "INVALID_ARGS"],
    ["a version that is none", (documents) => documents.put(KEY, -1), "INVALID_ARGS"],
    ["a time that is none", (documents) => documents.put({ ...KEY, expiresAt: Infinity }, 0), "INVALID_ARGS"],
    ["a misspelt member", (documents) => documents.put({ ...KEY, expires: 1 } as never, 0), "INVALID_ARGS"],
    ["a body that is no JSON", (documents) => documents.put({ ...KEY, body: { at: new Date() } }, 0), "NOT_JSON"],
    ["a limit that is none", (documents) => documents.list({ collection: "keys", limit: 0 }), "INVALID_ARGS"],
    ["a claim for good", (documents) => documents.claimDue({ collection: "keys", leaseMs: Number.MAX_SAFE_INTEGER, limit: 1 }), "INVALID_ARGS"], // prettier-ignore
    ["a claim without a lease", (documents) => documents.claimDue({ collection: "keys", leaseMs: 0, limit: 1 }), "INVALID_ARGS"],
    ["a chain of core's", (documents) => documents.put(KEY, 0, { ...given, subject: "thread/t" }), "INVALID_ARGS"],
    ["a chain that could be a request's", (documents) => documents.put(KEY, 0, { ...given, subject: "a".repeat(32) }), "INVALID_ARGS"],
    ["an event of core's", (documents) => documents.put(KEY, 0, { ...given, type: "purged" }), "INVALID_ARGS"],
    ["nobody who does it", (documents) => documents.delete("keys", "ci", { note: { ...given, by: undefined } as never }), "INVALID_ARGS"],
  ])("refuse %s", async (_, work, code) => {
    const { documents, store } = opened(memoryStore());
    expect(await detailsOf(work(documents))).toMatchObject({ code });
    expect((await store.listEvents("default", undefined, 10)).events).toEqual([]);
  });

  it("need a gate, and a store that keeps them", () => {
    const { documents: _, ...store } = memoryStore();
    expect(() => documentsOf(createGate({ store }))).toThrow(expect.objectContaining({ code: "SETUP" }));
    expect(() => documentsOf({} as never)).toThrow(expect.objectContaining({ code: "SETUP" }));
  });
});

describe("what is noted with a document", () => {
  it("is the next event of its chain, in the same transaction, and the trail is whole", async () => {
    const { gate, documents, store } = opened();
    await documents.put(KEY, 0, given);
    expect(await documents.put(KEY, 0, given)).toBeUndefined();
    expect(await documents.delete("keys", "ci", { expects: 1, note: revoked })).toBe(true);
    const events = await Array.fromAsync(gate.history("key/ci"));
    expect(events).toMatchObject([
      { seq: 1, prev: "", type: "key.given", actor: ALICE, data: { scope: "reader", note: { origin: { host: "desk" } } } },
      { seq: 2, prev: events[0]?.hash, type: "key.revoked", data: {} },
    ]);
    expect(await gate.verify()).toEqual({ events: 3, subjects: 2 });
    const all = await store.listEvents("default", undefined, 10);
    expect(await verifyTrail(read(all.events))).toEqual({ events: 3, subjects: 2 });
  });

  it("takes its place behind what others note in the same chain at the same moment", async () => {
    const store = sqliteStore(join(folder, "x.db"));
    const [one, two] = [opened(store), opened(sqliteStore(join(folder, "x.db")))];
    const note = { ...given, subject: "account/alice", type: "account.linked" };
    const puts = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? one : two).documents.put({ ...KEY, id: `k${n}` }, 0, note));
    expect((await Promise.all(puts)).filter((put) => put === undefined)).toEqual([]);
    expect((await Array.fromAsync(one.gate.history("account/alice"))).map(({ seq }) => seq)).toEqual(puts.map((_, n) => n + 1));
    expect(await one.gate.verify()).toEqual({ events: 13, subjects: 2 });
  });

  it.each<[string, string, number]>([
    ["another event", `UPDATE events SET event = replace(event, 'reader', 'oracle') WHERE subject = 'key/ci'`, 1],
    ["another actor", `UPDATE events SET event = replace(event, 'alice', 'mallo') WHERE subject = 'key/ci' AND seq = 2`, 2],
    ["a beginning that is gone", "DELETE FROM events WHERE subject = 'key/ci' AND seq = 1", 2],
    [
      "a chain that was given to another",
      `UPDATE events SET subject = 'key/co', event = replace(event, 'key/ci', 'key/co') WHERE subject = 'key/ci'`,
      1,
    ],
  ])("is found when it was tampered with: %s", async (_, sql, seq) => {
    const { gate, documents } = opened();
    await documents.put(KEY, 0, given);
    await documents.put(KEY, 1, revoked);
    tamper(sql);
    expect(await detailsOf(gate.verify())).toMatchObject({ code: "AUDIT_BROKEN", seq });
  });

  it("can't be said to have been purged", async () => {
    const { gate, documents } = opened();
    await documents.put(KEY, 0, given);
    await documents.put(KEY, 1, revoked);
    const [, last] = await Array.fromAsync(gate.history("key/ci"));
    const { hash: _, ...unhashed } = { ...last, type: "purged" };
    const forged = JSON.stringify({ ...unhashed, hash: sha256({ ...unhashed, actor: unhashed.actor ?? null }) }).replaceAll("'", "''");
    tamper(`DELETE FROM events WHERE subject = 'key/ci' AND seq = 1; UPDATE events SET event = '${forged}' WHERE subject = 'key/ci'`);
    expect(await detailsOf(gate.verify())).toMatchObject({ code: "AUDIT_BROKEN", subject: "key/ci", seq: 2 });
  });

  it("is held against an export: of an end that was cut, and of a chain that is gone", async () => {
    const { gate, documents, store } = opened();
    await documents.put(KEY, 0, given);
    await documents.put(KEY, 1, revoked);
    const exported: readonly AuditEvent[] = (await store.listEvents("default", undefined, 10)).events;
    expect(await gate.verify({ against: read(exported) })).toEqual({ events: 3, subjects: 2 });
    tamper("DELETE FROM events WHERE subject = 'key/ci' AND seq = 2");
    expect(await detailsOf(gate.verify({ against: read(exported) }))).toMatchObject({ code: "AUDIT_BROKEN", subject: "key/ci", seq: 1 });
    tamper("DELETE FROM events WHERE subject = 'key/ci'");
    expect(await detailsOf(gate.verify({ against: read(exported) }))).toMatchObject({ code: "AUDIT_BROKEN", subject: "key/ci", seq: 2 });
  });

  it("hides no record: a request of such a name has no chain of its own", async () => {
    const { gate, documents } = opened();
    await documents.put(KEY, 0, given);
    tamper(`INSERT INTO requests (tenant, id, version, state, thread_id, turn_id, agent, tool, digest, asked_at, deadline, attempt, lease_until, parties, words, record)
      SELECT tenant, 'key/ci', 1, 'approved', 't', 'm', 'a', 'pay', 'd', 1, 2, 0, 0, '[]', '[]', '{}' FROM threads LIMIT 1`);
    expect(await gate.verify()).toMatchObject({ unreadable: [{ id: "key/ci" }] });
  });
});
