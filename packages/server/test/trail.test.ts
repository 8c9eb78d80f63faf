import { approve, verifyTrail, type AuditEvent } from "@countersign/core";
import { expect, test } from "vitest";
import { desk } from "./support/desk.ts";

const FIONA = { by: { id: "fiona", roles: ["finance"] } };

test("is read by position, filtered, and to its end", async () => {
  const { client, payment, gate } = desk();
  const [one, two] = [await payment("one"), await payment("two")];
  await gate.decide(one, approve(), FIONA);
  const audrey = client("auditor");
  const all = await audrey.listAudit();
  expect(all.isEnd).toBe(true);
  const types = (items: readonly AuditEvent[]) =>
    items.map(({ type, subject }) => `${type} ${subject === one.id ? 1 : subject === two.id ? 2 : "-"}`);
  expect(types(all.items as AuditEvent[]).filter((text) => !text.endsWith("-"))).toEqual(["asked 1", "asked 2", "approved 1"]);
  const seen = [];
  for (let after: string | undefined; ;) {
    const page = await audrey.listAudit({ limit: 2, after });
    seen.push(...page.items);
    after = page.position;
    if (page.isEnd) break;
  }
  expect(seen).toEqual(all.items);
  expect(types((await audrey.listAudit({ actor: "fiona" })).items as AuditEvent[])).toEqual(["approved 1"]);
  expect(types((await audrey.listAudit({ type: "asked", subject: two.id })).items as AuditEvent[])).toEqual(["asked 2"]);
  const first = await audrey.listAudit({ subject: one.id, limit: 1 });
  expect(first).toMatchObject({ items: [{ type: "asked" }], isEnd: false });
  expect(await audrey.listAudit({ subject: one.id, after: first.position })).toMatchObject({ items: [{ type: "approved" }], isEnd: true });
  expect((await audrey.listAudit({ until: 1 })).items).toEqual([]);
  expect((await audrey.listAudit({ since: 1 })).items).toEqual(all.items);
});

test("an export is whole, and later ones go on from it", async () => {
  const { client, payment, gate } = desk();
  for (let n = 0; n < 20; n++) await gate.decide(await payment(`n${n}`), approve(), FIONA);
  const events = await Array.fromAsync(client("auditor").exportAudit());
  expect(await verifyTrail(iterate(events))).toMatchObject({ events: events.length });
  expect(events.filter(({ type }) => type === "approved")).toHaveLength(20);
  const { position } = await client("auditor").listAudit({ limit: 1_000 });
  const { id } = await payment("late");
  expect((await Array.fromAsync(client("auditor").exportAudit({ after: position }))).some(({ subject }) => subject === id)).toBe(true);
});

async function* iterate(events: readonly unknown[]): AsyncGenerator<AuditEvent> {
  for (const event of events) yield event as AuditEvent;
}

test("is held against the records on demand", async () => {
  const { call, client, payment, store } = desk();
  const { id } = await payment("one");
  expect(await client("auditor").verifyAudit()).toMatchObject({ status: "whole", subjects: expect.any(Number) });
  const record = await store.getRequest("default", id);
  if (!record) throw new Error("It is not there.");
  const forged = { ...record, version: record.version + 1, reason: "It was never asked." };
  await store.commit({ tenant: "default", changes: [{ op: "put", kind: "request", record: forged, expects: record.version }], events: [] });
  expect((await call("auditor", "GET", "/v1/audit/verification")).body).toMatchObject({ status: "broken", subject: id, field: "reason" });
  await expect(client("reviewer").verifyAudit()).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("one check runs at a time, whoever asks", async () => {
  const { call, payment, store } = desk();
  await payment("one");
  const { promise, resolve } = Promise.withResolvers<void>();
  const { listEvents } = store;
  let reads = 0;
  store.listEvents = async (...given) => {
    reads++;
    await promise;
    return listEvents.apply(store, given);
  };
  const two = [call("auditor", "GET", "/v1/audit/verification"), call("operator", "GET", "/v1/audit/verification")] as const;
  await expect.poll(() => reads).toBeGreaterThan(0);
  // Of another tenant, in the same store.
  expect(await call("foreign tenant", "GET", "/v1/audit/verification")).toMatchObject({ status: 429 });
  resolve();
  const [first, second] = await Promise.all(two);
  expect(first.body).toEqual(second.body);
  expect((await call("foreign tenant", "GET", "/v1/audit/verification")).body).toMatchObject({ status: "whole" });
});

test("a plain link saves the export as a file", async () => {
  const { call, payment } = desk();
  await payment("one");
  const saved = await call("auditor", "GET", "/v1/audit?format=ndjson&type=asked");
  expect(saved.headers.get("content-type")).toBe("application/x-ndjson");
  expect(saved.headers.get("content-disposition")).toBe('attachment; filename="audit.ndjson"');
  const lines = saved.text.trim().split("\n").map((line) => JSON.parse(line) as { readonly type: string }); // prettier-ignore
  expect(lines).toMatchObject([{ type: "asked" }]);
  expect(await call("reviewer", "GET", "/v1/audit?format=ndjson")).toMatchObject({ status: 403 });
  expect(await call("auditor", "GET", "/v1/audit?format=csv")).toMatchObject({ status: 422 });
});
