import { approve, createGate, createWorker, definePolicy } from "@countersign/core";
import type { Change, GrantRecord, StorePort } from "@countersign/core/store";
import { testDatabase } from "@countersign/test-run";
import { commit, event, put, putThread, request, TENANT, thread } from "@countersign/store-tests";
import { describe, expect, test } from "vitest";
import { call, createRunner, scripted } from "../../../../internal/core-tests/test/mini.ts";
import { toText } from "../src/text.ts";
import { newSchema, openStore } from "./setting.ts";

const database = await testDatabase();

const grant = (id: string): GrantRecord =>
  ({ id, version: 0, tenant: TENANT, uses: 0, grant: { id, tool: "pay", agent: "" }, seq: 0, head: "" }) as unknown as GrantRecord;
const putGrant = (record: GrantRecord): Change => ({ op: "put", kind: "grant", record, expects: 0 });

const NAMES = [
  ["U+0000", "a\u0000b"],
  ["a lone high surrogate", "a\ud800b"],
  ["a lone low surrogate", "\udfff"],
  ["a backslash", "a\\b"],
  ["what stands for U+0000", "a\\u0000b"],
  ["quotes, commas, braces", `"a",{'b'}(\\")NULL`],
  ["nothing but spaces", "  "],
  ["an emoji", "👍🏽"],
  ["a line break", "a\r\nb"],
] as const;

describe.each(NAMES)("names with %s", (_, name) => {
  test("come back as they were, and are found again", async () => {
    const store = openStore(database, { schema: newSchema() });
    const tenant = `tenant ${name}`;
    const who = { id: name, roles: [`role ${name}`], name };
    const record = request(name, { tenant, threadId: name, turnId: name, callId: name, agent: name, tool: name, namespace: name, requestedBy: who, args: { [name]: name }, proposal: { args: { [name]: name }, digest: name, by: undefined }, terms: { roles: [`role ${name}`], reviewers: [name] } }); // prettier-ignore
    await commit(
      store,
      [putThread(thread(name, { tenant, agent: name, holder: name, context: { [name]: name } })), put(record)],
      [event(name, 1, name)],
      tenant,
    );
    expect(await store.getRequest(tenant, name)).toEqual({ ...record, version: 1 });
    expect(await store.getRequest(TENANT, name)).toBeUndefined();
    expect(await store.getThread(tenant, name)).toMatchObject({ id: name, agent: name, holder: name, context: { [name]: name } });
    expect(await store.requestsOfTurn(tenant, name, name)).toHaveLength(1);
    for (const query of [
      { threadId: name },
      { agent: name },
      { tool: name },
      { requestedBy: name },
      { digest: name },
      { digest: name, tool: name, reviewableBy: { id: "x", roles: [`role ${name}`] } },
      { reviewableBy: { id: "x", roles: [`role ${name}`] } },
    ]) {
      expect((await store.listRequests(tenant, query)).items.map(({ id }) => id)).toEqual([name]);
    }
    expect((await store.listEvents(tenant, undefined, 10, name)).events).toEqual([event(name, 1, name)]);
    expect((await store.listRequests(tenant, { digest: name, tool: "other" })).items).toEqual([]);
    expect(await subjectsOf(store, tenant)).toEqual([name, `thread/${name}`].sort(byBytes));
    expect(await store.claimDue("thread", { tenant, agents: [name], holder: name, leaseMs: 1_000, limit: 1 })).toMatchObject([
      { id: name, fence: 2 },
    ]);
  });

  test("page on from there", async () => {
    const store = openStore(database, { schema: newSchema() });
    for (const id of [`${name}1`, name, `${name}2`]) await commit(store, [put(request(id))]);
    expect(await paged(store)).toEqual([name, `${name}1`, `${name}2`].sort());
  });
});

async function paged(store: StorePort): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ;) {
    const page = await store.listRequests(TENANT, { limit: 1, ...(after === undefined ? {} : { after }) });
    ids.push(...page.items.map(({ id }) => id));
    if (page.next === undefined) return ids;
    after = page.next;
  }
}

async function subjectsOf(store: StorePort, tenant: string): Promise<readonly string[]> {
  const subjects: string[] = [];
  for (;;) {
    const page = (await store.listSubjects?.(tenant, subjects.at(-1), 1)) ?? [];
    if (page.length === 0) return subjects;
    subjects.push(...page);
  }
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(toText(a)), Buffer.from(toText(b)));

test("subjects are what has a record or a chain, each once, in pages that go on where the last one ended", async () => {
  const store = openStore(database, { schema: newSchema() });
  const ids = ["a", "grant", "grant/", "grants", "thread", "thread/", "thread0", "u"];
  for (const id of ids) await commit(store, [put(request(id)), putThread(thread(id)), putGrant(grant(id))], [event(id, 1), event(id, 2)]);
  await commit(store, [], [event("of nobody", 1), event("thread/gone", 1), event("grant/gone", 1)]);
  const all = [...ids, ...ids.flatMap((id) => [`thread/${id}`, `grant/${id}`]), "of nobody", "thread/gone", "grant/gone"];
  expect(await subjectsOf(store, TENANT)).toEqual([...new Set(all)].sort());
  expect(await store.listSubjects?.(TENANT, undefined, 100)).toEqual([...new Set(all)].sort());
  expect(await store.listSubjects?.("other", undefined, 100)).toEqual([]);
});

test("a whole run under such names, with a clock that counts in fractions", async () => {
  const store = openStore(database, { schema: newSchema() });
  const [tool, thread] = ["pay\\\u0000", "t\u0000\\"];
  const policy = definePolicy({ tools: { [tool]: { ask: true, review: { expiresIn: 5_000.5, executeWithin: 5_000.25 } } } });
  const gate = createGate({
    policy,
    store,
    tenant: "\u0000",
    now: () => performance.timeOrigin + performance.now(),
    timings: { lease: 1_000.5 },
  });
  const paid: unknown[] = [];
  const agent = {
    model: scripted([call("c\u0000", tool, { "\u0000": "\ufffd" })], "done"),
    tools: { [tool]: (args: object) => paid.push(args) },
  };
  const runner = createRunner(gate, agent, "mini\\");
  const outcome = await runner.start(thread, "go", { requestedBy: "b\u0000b" });
  const [pending] = outcome.status === "suspended" ? outcome.pending : [];
  if (!pending) throw new Error("nothing pending");
  expect((await gate.get(pending.id))?.askedAt).toBe(pending.askedAt);
  await gate.decide(pending, approve(), { by: { id: "alice\\" } });
  await createWorker(gate, [runner]).drain();
  expect(await runner.resume(thread)).toMatchObject({ status: "completed" });
  expect(paid).toEqual([{ "\u0000": "\ufffd" }]);
  await gate.verify();
});

test("times with fractions: deadlines, leases and pages are exact", async () => {
  const store = openStore(database, { schema: newSchema() });
  const times = [1_700_000_000_000.25, 1_700_000_000_000.5, 1_700_000_000_000.125];
  for (const [index, askedAt] of times.entries()) await commit(store, [put(request(`r${index}`, { askedAt, expiresAt: askedAt + 0.001 }))]);
  expect(await paged(store)).toEqual(["r2", "r0", "r1"]);
  for (const [index, askedAt] of times.entries())
    expect(await store.getRequest(TENANT, `r${index}`)).toMatchObject({ askedAt, expiresAt: askedAt + 0.001 });
  expect(await store.claimDue("expiry", { tenant: TENANT, holder: "h", leaseMs: 0.5, limit: 10 })).toMatchObject([
    { id: "r2" },
    { id: "r0" },
    { id: "r1" },
  ]);
  await commit(store, [putThread(thread("t", { leaseUntil: 0.5, notBefore: 1.25 }))]);
  expect(await store.claimDue("thread", { tenant: TENANT, holder: "h", leaseMs: 1_000.75, limit: 1 })).toHaveLength(1);
  const late = { tenant: TENANT, changes: [], events: [], before: (await store.now()) - 0.5 };
  expect(await store.commit(late)).toEqual({ ok: false, reason: "TOO_LATE" });
});
