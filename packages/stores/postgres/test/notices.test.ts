// Reminders and escalations where agents and reviewers have roles of their own: a worker widens who signs, when it is time.
import { approve, createGate, createWorker, definePolicy, type Principal, type ReviewTerms } from "@countersign/core";
import type { RequestRecord } from "@countersign/core/store";
import { postgresStore } from "@countersign/postgres";
import { startPostgres } from "@countersign/postgres-server";
import { T0 } from "@countersign/store-tests";
import { afterAll, expect, it } from "vitest";
import { agentUrl, failure, GRANTS, query } from "./setting.ts";

const server = await startPostgres();
const owner = postgresStore({ connectionString: server.url });
await owner.now();
await query(server.url, GRANTS);
const agent = postgresStore({ connectionString: agentUrl(server.url) });
afterAll(async () => {
  await Promise.all([owner.close(), agent.close()]);
  await server.stop();
});

const cleo: Principal = { id: "cleo", roles: ["cfo"] };
const desk = createGate({ store: owner });

async function asked(key: string, review: ReviewTerms) {
  const policy = definePolicy({ tools: { pay: { ask: true, review: { roles: ["finance"], ...review } } } });
  const gate = createGate({ policy, store: agent, warn: () => {} });
  // What JSON can say, jsonb can't.
  const args = { note: "a\u0000b, ä", n: 1e300 };
  const approval = await gate.ask({ threadId: key, tool: "pay", args, key, requestedBy: { name: "Bob", id: "bob" } });
  if (approval.status !== "pending") throw new Error(approval.status);
  return { gate, request: approval.request };
}

async function recordOf(id: string): Promise<RequestRecord> {
  const record = await owner.getRequest("default", id);
  if (!record) throw new Error("gone");
  return record;
}

const widened = (record: RequestRecord, roles: readonly string[]): RequestRecord => {
  const { escalate: _, ...terms } = record.terms;
  return { ...record, terms: { ...terms, roles }, noticeAt: undefined };
};

async function commit(record: RequestRecord, expects = record.version): Promise<unknown> {
  return agent.commit({ tenant: "default", changes: [{ op: "put", kind: "request", record, expects }], events: [] });
}

const forbidden = { code: "STORE_UNAVAILABLE", details: { retryable: false }, cause: { code: "42501" } };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it("a worker under the agent's role reminds and escalates, and then those sign who are asked as well", async () => {
  const { gate, request: waiting } = await asked("swept", { remind: [1], escalate: { after: "50ms", roles: ["cfo"] } });
  await pause(100);
  const errors: unknown[] = [];
  await createWorker(gate, [], { onError: (error) => errors.push(error) }).drain();
  expect(errors).toEqual([]);
  expect((await desk.list({ reviewableBy: cleo, threadId: "swept" })).items).toMatchObject([{ terms: { roles: ["finance", "cfo"] } }]);
  expect(await desk.decide(waiting, approve(), { by: cleo })).toMatchObject({ status: "approved" });
  const types = (await Array.fromAsync(desk.history(waiting.id))).map(({ type }) => type);
  expect(types).toEqual(["asked", "escalated", "reminded", "approved"]);
  await desk.verify();
});

it("the agent's role widens nothing sooner, to nobody else, and can't make the terms say so", async () => {
  const { request: waiting } = await asked("guarded", { quorum: 2, remind: ["1h"], escalate: { after: "1h", roles: ["cfo"] } });
  const record = await recordOf(waiting.id);
  expect(record.noticeAt).toBe(record.askedAt + 3_600_000);
  const signature = { decision: approve(), by: cleo, at: 1, via: undefined, digest: record.proposal.digest, signature: undefined };
  const sooner = { ...record.terms, escalate: { after: 1, roles: ["cfo"] } };
  const forged: readonly RequestRecord[] = [
    widened(record, ["finance", "cfo"]),
    widened(record, ["finance", "sales"]),
    { ...record, terms: sooner },
    // Asked long ago, it says: what is to come would have come by now.
    { ...record, askedAt: T0 },
    // Nobody would be asked any more, or told.
    { ...record, noticeAt: undefined },
    { ...record, noticeAt: record.askedAt },
  ];
  for (const one of forged) expect((await failure(commit(one))).error).toMatchObject(forbidden);
  expect((await failure(desk.decide(waiting, approve(), { by: cleo }))).error).toMatchObject({ code: "NOT_AUTHORIZED" });
  const now = await recordOf(record.id);
  expect(now).toMatchObject({ askedAt: record.askedAt, terms: record.terms });
  await query(server.url, `UPDATE countersign.requests SET escalates_at = 1 WHERE id = '${record.id}'`);
  expect((await failure(commit(widened(now, ["finance", "sales"])))).error).toMatchObject(forbidden);
  expect((await failure(commit({ ...widened(now, ["finance", "cfo"]), decisions: [signature] }))).error).toMatchObject(forbidden);
  expect(await recordOf(record.id)).toEqual(now);
  expect(await commit(widened(now, ["finance", "cfo"]))).toEqual({ ok: true });
  expect((await recordOf(record.id)).terms).toMatchObject({ roles: ["finance", "cfo"], quorum: 2 });
});

it("an agent whose notice or expiry comes after a decision is told that it came too late, not that it may not sign", async () => {
  const { request: waiting } = await asked("raced", { remind: ["1h"] });
  const stale = await recordOf(waiting.id);
  await desk.decide(waiting, approve(), { by: { id: "fiona", roles: ["finance"] } });
  expect(await commit({ ...stale, noticeAt: undefined })).toMatchObject({ ok: false, reason: "CONFLICT" });
  expect(await commit({ ...stale, state: "expired" })).toMatchObject({ ok: false, reason: "CONFLICT" });
});
