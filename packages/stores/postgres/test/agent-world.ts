// A tenant with a record of every kind, as an agent and reviewers leave them behind, and what must hold of it whatever the
// agent's role has written since.
import { approve, createGate, definePolicy, reject, type Gate } from "@countersign/core";
import {
  CountersignError,
  type AuditEvent,
  type GrantRecord,
  type RequestRecord,
  type StorePort,
  type ThreadRecord,
} from "@countersign/core/store";
import { expect } from "vitest";
import { z } from "zod";

const alice = { id: "alice", roles: ["finance"] };
const bob = { id: "bob", roles: ["finance"] };
const FREEZES = "countersign/freezes";
const ENDED = ["done", "failed", "rejected", "expired", "cancelled", "purged"];
const review = {
  roles: ["finance"],
  quorum: 2,
  remember: ["tool", "exact-args"],
  remind: ["1h"],
  escalate: { after: "2h", roles: ["cfo"] },
} as const;

const policy = definePolicy({
  tools: {
    pay: { args: z.object({ amount: z.number() }), ask: true, review },
    read: { ask: true, review: { roles: ["finance"], remember: ["tool", "exact-args"] } },
  },
});

export interface World {
  readonly tenant: string;
  readonly gate: Gate;
  readonly desk: Gate;
  readonly requests: readonly RequestRecord[];
  readonly grants: readonly GrantRecord[];
  readonly threads: readonly ThreadRecord[];
}

/** Two requests of every state, grants of every kind, in two threads. */
export async function worldOf(tenant: string, agent: StorePort, reviewer: StorePort): Promise<World> {
  const gate = createGate({ policy, store: agent, tenant, warn: () => {} });
  const desk = createGate({ policy, store: reviewer, tenant, warn: () => {} });
  const ask = async (key: string, tool = "pay", args: { readonly amount: number } = { amount: 1 }): Promise<string> => {
    const asked = await gate.ask({ threadId: `t${key.length % 2}`, tool, args, key, requestedBy: "carol" });
    return asked.id;
  };
  const sign = async (id: string, by = [alice, bob]): Promise<void> => {
    for (const one of by) await desk.decide(await demand(desk, id), approve(), { by: one });
  };
  for (const times of [1, 2]) {
    const key = (name: string): string => name.padEnd(name.length + times, "+");
    await ask(key("pending"));
    await sign(await ask(key("voted")), [alice]);
    await sign(await ask(key("approved")));
    await desk.decide(await demand(desk, await ask(key("rejected"))), reject("no"), { by: alice });
    await gate.cancel(await ask(key("cancelled")), { by: alice, reason: "no longer" });
    for (const [name, effect] of Object.entries(EFFECTS)) {
      const id = await ask(key(name));
      await sign(id);
      await gate.execute({ id, args: { amount: 1 } }, effect).catch(() => {});
    }
  }
  const remembered = [{ scope: "exact-args", times: 2 }, { scope: "tool", times: 3 }] as const; // prettier-ignore
  for (const [index, remember] of remembered.entries())
    await desk.decide(await demand(desk, await ask(`granting${index}`, "read", { amount: index })), approve({ remember }), { by: alice });
  return { tenant, gate, desk, ...(await recordsOf(tenant, reviewer)) };
}

const EFFECTS: Readonly<Record<string, () => unknown>> = {
  done: () => "paid",
  failed: () => {
    throw new Error("refused");
  },
  // What means "not now" says nothing of whether it happened.
  unknown: () => {
    throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
  },
};

export async function recordsOf(tenant: string, store: StorePort): Promise<Pick<World, "requests" | "grants" | "threads">> {
  const subjects = (await store.listSubjects?.(tenant, undefined, 1_000)) ?? [];
  const threadIds = subjects.flatMap((subject) => (subject.startsWith("thread/") ? [subject.slice("thread/".length)] : []));
  const all = await Promise.all(subjects.map((subject) => store.getRequest(tenant, subject)));
  const threads = await Promise.all(threadIds.map((id) => store.getThread(tenant, id)));
  return {
    requests: all.flatMap((record) => record ?? []),
    threads: threads.flatMap((record) => record ?? []),
    grants: (await store.listGrants?.(tenant, undefined)) ?? [],
  };
}

/** Nothing is signed, no finished request has changed, and no counter, chain or grant says anything else than the records do. */
export async function expectHeld(before: World, store: StorePort): Promise<void> {
  const now = await recordsOf(before.tenant, store);
  const old = new Map(before.requests.map((record) => [record.id, record]));
  for (const record of now.requests) expectRequestHeld(old.get(record.id), record);
  expect(now.requests.length).toBeGreaterThanOrEqual(before.requests.length);
  for (const { id, uses, grant, ...rest } of now.grants) {
    expect({ id, grant, ...rest }).toEqual({ ...before.grants.find((one) => one.id === id), uses: undefined });
    const users = now.requests.filter(({ grantId }) => grantId === id);
    expect(uses).toBe(grant.uses - users.length);
    for (const { tool, agent, threadId, proposal } of users)
      expect({ tool, agent, threadId, digest: grant.digest && proposal.digest }).toEqual({ tool: grant.tool, agent: grant.agent, threadId: grant.threadId, digest: grant.digest }); // prettier-ignore
  }
  for (const thread of now.threads) {
    const open = now.requests.filter(({ threadId, state }) => threadId === thread.id && (state === "pending" || state === "unknown"));
    expect([thread.id, thread.open]).toEqual([thread.id, open.length]);
    if (thread.id.startsWith("countersign/")) expect(before.threads.find(({ id }) => id === thread.id) ?? thread).toEqual(thread);
  }
  await expectChains(before.tenant, store, now);
}

/** All but what an execution changes, and where it stands. */
function fixedOf({ state: _state, version: _version, seq: _seq, head: _head, decidedAt: _decidedAt, ...record }: RequestRecord): object {
  const { begun: _begun, attempt: _attempt, holder: _holder, leaseUntil: _leaseUntil, noticeAt: _noticeAt, ...rest } = record;
  const { result: _result, error: _error, endedAt: _endedAt, ranWith: _ranWith, ...fixed } = rest;
  return fixed;
}

function expectRequestHeld(old: RequestRecord | undefined, now: RequestRecord): void {
  if (!old) {
    expect({ decisions: now.decisions, edit: now.proposal.args, by: now.proposal.by }).toEqual({ decisions: [] });
    return;
  }
  expect(fixedOf(now)).toEqual(fixedOf(old));
  if (old.state === "approved") expect(now.decidedAt).toBe(old.decidedAt);
  if (old.state === "pending") expect(["pending", "cancelled", "expired"]).toContain(now.state);
  if (ENDED.includes(old.state)) expect({ ...now, version: 0, seq: 0, head: "" }).toEqual({ ...old, version: 0, seq: 0, head: "" });
}

/** Every chain is whole, leads to its record, and nothing has a chain that isn't a record's. */
async function expectChains(
  tenant: string,
  store: StorePort,
  { requests, threads, grants }: Pick<World, "requests" | "threads" | "grants">,
): Promise<void> {
  const { events } = await store.listEvents(tenant, undefined, 100_000);
  const chains = Map.groupBy(events, ({ subject }) => subject);
  const records = [
    ...requests.map((record) => [record.id, record] as const),
    ...threads.map((record) => [`thread/${record.id}`, record] as const),
    ...grants.map((record) => [`grant/${record.id}`, record] as const),
  ];
  for (const [subject, { seq, head }] of records) {
    const chain: readonly AuditEvent[] = chains.get(subject) ?? [];
    expect([subject, chain.length, chain.at(-1)?.hash ?? ""]).toEqual([subject, seq, head]);
    expect(chain.map(({ prev }) => prev)).toEqual(["", ...chain.map(({ hash }) => hash)].slice(0, chain.length));
    chains.delete(subject);
  }
  expect([...chains.keys()]).toEqual([]);
}

/** Whatever waited before can still be decided by those whom it asks, unless it was withdrawn; and everything can be frozen. */
export async function expectDecidable({ tenant, desk, requests }: World, store: StorePort): Promise<void> {
  for (const { id, state, decisions } of requests) {
    const now = await store.getRequest(tenant, id);
    if (state !== "pending" || now?.state !== "pending") continue;
    const missing = decisions.length > 0 ? [bob] : [alice, bob];
    for (const by of missing) await desk.decide(await demand(desk, id), approve(), { by });
    expect(await desk.get(id)).toMatchObject({ status: "approved" });
  }
  const frozen = await desk.freeze({}, { by: alice, reason: "fraud alert" });
  expect(await desk.freezes()).toMatchObject([{ id: frozen.id }]);
  await desk.liftFreeze(frozen.id, { by: alice });
  expect((await store.getThread(tenant, FREEZES))?.fence).toBeGreaterThanOrEqual(2);
}

async function demand(gate: Gate, id: string) {
  const request = await gate.get(id);
  if (!request) throw new Error(`no request ${id}`);
  return request;
}
