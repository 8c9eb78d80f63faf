// The role of an agent's process asks, uses grants and executes. It can neither give a signature nor stretch one.
import { approve, createGate, definePolicy, isCountersignError, reject } from "@countersign/core";
import { postgresStore } from "@countersign/postgres";
import { startPostgres } from "@countersign/postgres-server";
import { afterAll, expect, it } from "vitest";
import { agentUrl, GRANTS, query } from "./setting.ts";

const server = await startPostgres();
const owner = postgresStore({ connectionString: server.url });
await owner.now();
await query(server.url, GRANTS);
const agent = postgresStore({ connectionString: agentUrl(server.url) });
afterAll(async () => {
  await Promise.all([owner.close(), agent.close()]);
  await server.stop();
});

const policy = definePolicy({ tools: { pay: { ask: true, review: { remember: ["tool"] } } } });
const alice = { id: "alice" };
const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore

it("uses a grant, and neither gives, adds to nor revokes one", async () => {
  const [gate, desk] = [createGate({ policy, store: agent, warn: () => {} }), createGate({ store: owner })];
  const ask = (key: string) => gate.ask({ threadId: "t", tool: "pay", args: {}, key });
  const first = await ask("k1");
  if (first.status !== "pending") throw new Error(first.status);
  const wish = approve({ remember: { scope: "tool", times: 2 } });
  expect(await codeOf(gate.decide(first.request, wish, { by: alice }))).not.toBe("none");
  expect(await desk.grants()).toEqual([]);
  await desk.decide(first.request, wish, { by: alice });
  const [given] = await gate.grants();
  if (!given) throw new Error("no grant");
  expect((await ask("k2")).status).toBe("approved");
  const more = { op: "add", kind: "grant", id: given.id, field: "uses", by: 9 } as const;
  expect(await codeOf(agent.commit({ tenant: "default", changes: [more], events: [] }))).not.toBe("none");
  expect(await codeOf(gate.revokeGrant(given.id, { by: alice }))).not.toBe("none");
  expect(await desk.grants()).toMatchObject([{ uses: 1, revokedAt: undefined }]);
  const atOnce = await Promise.all(["k3", "k4", "k5"].map(ask));
  expect(atOnce.map(({ status }) => status).sort()).toEqual(["approved", "pending", "pending"]);
  await desk.revokeGrant(given.id, { by: alice });
  await desk.verify();
});

it("uses a remembered rejection", async () => {
  const [gate, desk] = [createGate({ policy, store: agent, warn: () => {} }), createGate({ store: owner })];
  const ask = (key: string) => gate.ask({ threadId: "no", tool: "pay", args: {}, key });
  const first = await ask("k1");
  if (first.status !== "pending") throw new Error(first.status);
  await desk.decide(first.request, reject("not today", { remember: { scope: "tool", times: 1 } }), { by: alice });
  expect(await ask("k2")).toMatchObject({ status: "rejected", message: "not today" });
  expect((await ask("k3")).status).toBe("pending");
  await desk.verify();
});

it("is stopped by a freeze, and neither freezes nor lifts", async () => {
  const [gate, desk] = [createGate({ policy, store: agent, warn: () => {} }), createGate({ store: owner })];
  const asked = await gate.ask({ threadId: "frozen", tool: "pay", args: {}, key: "k1" });
  if (asked.status !== "pending") throw new Error(asked.status);
  await desk.decide(asked.request, approve(), { by: alice });
  expect(await codeOf(gate.freeze({}, { by: alice, reason: "x" }))).not.toBe("none");
  const frozen = await desk.freeze({}, { by: alice, reason: "fraud alert" });
  expect(await codeOf(gate.liftFreeze(frozen.id, { by: alice }))).not.toBe("none");
  const record = await agent.getThread("default", "countersign/freezes");
  if (!record) throw new Error("no record");
  const put = { op: "put", kind: "thread", record: { ...record, context: { freezes: [] } }, expects: record.version } as const;
  expect(await codeOf(agent.commit({ tenant: "default", changes: [put], events: [] }))).not.toBe("none");
  expect(await codeOf(gate.execute({ id: asked.id, args: {} }, () => 1))).toBe("FROZEN");
  await desk.liftFreeze(frozen.id, { by: alice });
  expect(await gate.execute({ id: asked.id, args: {} }, () => 1)).toBe(1);
  await desk.verify();
});
