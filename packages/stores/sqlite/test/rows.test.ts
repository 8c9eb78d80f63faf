// What stands in the rows of a file: what a reader is shown comes from one place, and nothing of it is there twice.
import { join } from "node:path";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { approve, createGate, definePolicy } from "@countersign/core";
import { commit, event, put, request, TENANT } from "@countersign/store-tests";
import { expect, onTestFinished, test } from "vitest";
import { DUE_OF_AGENT } from "../src/due.ts";
import { sqliteStore } from "../src/index.ts";
import { folder } from "./folder.ts";

/** A store, and its file as any other program sees it. */
function opened(): { readonly store: ReturnType<typeof sqliteStore>; readonly file: DatabaseSync } {
  const path = join(folder(), "store.db");
  const store = sqliteStore(path);
  const file = new DatabaseSync(path);
  onTestFinished(async () => {
    file.close();
    await store.close();
  });
  return { store, file };
}

const lengthOf = (values: readonly SQLOutputValue[]): number => values.reduce((sum: number, value) => sum + String(value ?? "").length, 0);

test("an ordinary payment takes less than 2 kB in every state", async () => {
  const { store, file } = opened();
  const policy = definePolicy({
    tools: {
      send_payment: { ask: true, review: { roles: ["finance", "legal"], expiresIn: "72h", fourEyes: true } },
    },
  });
  const gate = createGate({ policy, store, warn: () => {} });
  const args = {
    recipient: "Acme Corp",
    account: "DE89370400440532013000",
    amount: 4_200,
    currency: "EUR",
    memo: "Invoice 88, due Friday",
  };
  const rows = (): readonly number[] =>
    file
      .prepare("SELECT * FROM requests")
      .all()
      .map((row) => lengthOf(Object.values(row)));
  const call = { threadId: "pay-001", tool: "send_payment", args, key: "invoice-88", requestedBy: "bob@example.com" };
  const sizes = [];
  const asked = await gate.ask(call);
  if (asked.status !== "pending") throw new Error(`it is ${asked.status}`);
  sizes.push(...rows());
  await gate.decide(asked.request, approve({ comment: "checked with the supplier" }), {
    by: { id: "alice@example.com", roles: ["finance"] },
    via: "web",
  });
  sizes.push(...rows());
  await gate.execute({ id: asked.id, args }, () => ({ paid: true, reference: "2026-1129-0088" }));
  sizes.push(...rows());
  expect(sizes).toHaveLength(3);
  expect(Math.max(...sizes)).toBeLessThan(2_000);
});

test("a record leaves out what its row says: tenant, id, version", async () => {
  const { store, file } = opened();
  await commit(store, [put(request("r1"))]);
  const record = JSON.parse(String(file.prepare("SELECT record FROM requests").get()?.["record"])) as object;
  expect(Object.keys(record)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(tenant|id|version)$/)]));
  expect(await store.getRequest(TENANT, "r1")).toMatchObject({ tenant: TENANT, id: "r1", version: 1 });
});

test("what somebody changed in a record is what every read shows", async () => {
  const { store, file } = opened();
  await commit(store, [put(request("r1", { state: "done" }))]);
  file.exec(`UPDATE requests SET record = json_set(record, '$.state', 'failed', '$.agent', 'mallory')`);
  const changed = { state: "failed", agent: "mallory" };
  expect(await store.getRequest(TENANT, "r1")).toMatchObject(changed);
  expect((await store.requestsOfThread(TENANT, "pay-001"))[0]).toMatchObject(changed);
  expect((await store.listRequests(TENANT, {})).items[0]).toMatchObject(changed);
});

test("a purged request leaves its requester in no column either", async () => {
  const { store, file } = opened();
  const asked = request("r1", { requestedBy: { id: "bob@example.com" }, state: "done" });
  const columns = (): string => JSON.stringify(file.prepare("SELECT * FROM requests").all());
  await commit(store, [put(asked)]);
  expect(columns()).toContain("bob@example.com");
  await commit(store, [put({ ...asked, state: "purged", requestedBy: undefined }, 1)]);
  expect(columns()).not.toContain("bob@example.com");
});

test("positions are those of the file, and what one tenant's drop took is given to nobody again", async () => {
  const { store, file } = opened();
  await commit(store, [], [event("r1", 1)]);
  await commit(store, [], [event("r1", 1), event("r1", 2)], "other");
  await commit(store, [{ op: "drop", subject: "r1", through: 2 }], [], "other");
  await commit(store, [], [event("r1", 2)]);
  expect(file.prepare("SELECT position, tenant FROM events ORDER BY position").all()).toEqual([
    { position: 1, tenant: TENANT },
    { position: 4, tenant: TENANT },
  ]);
});

test("a worker doesn't look through what waits for workers of others", () => {
  const { file } = opened();
  const plan = file.prepare(`EXPLAIN QUERY PLAN ${DUE_OF_AGENT}`).all({ tenant: TENANT, agent: "payments", now: 1, limit: 4 });
  expect(plan.map(({ detail }) => detail)).toEqual(["SEARCH threads USING INDEX threads_due (tenant=? AND agent=? AND <expr><?)"]);
});
