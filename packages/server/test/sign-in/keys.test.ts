import { createGate } from "@countersign/core";
import { documentsOf } from "@countersign/core/surface";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";
import { callerOf } from "../../src/access/authenticate.ts";
import { apiKeys, createKeys, type NewKey } from "../../src/index.ts";

const alice = { by: { id: "alice" }, origin: { host: "desk" } };

function world() {
  let now = Date.now();
  const store = memoryStore({ now: () => now });
  const gate = createGate({ store });
  const way = apiKeys({ gate });
  const come = (authorization: string) =>
    callerOf([way], new Request("https://approvals.example", { headers: { authorization } }), { peer: undefined });
  return { gate, keys: createKeys(gate), come, later: (ms: number) => void (now += ms) };
}
const KEYS = {
  agent: { name: "payments", scope: "agent", application: "shop", agent: "payments", expiresIn: "90d" },
  reader: { name: "dashboard", scope: "reader", expiresIn: "90d" },
  operator: { name: "on-call", scope: "operator", expiresIn: "1h" },
  bot: { name: "limits", scope: "reviewer-bot", expiresIn: "never" },
} as const satisfies Readonly<Record<string, NewKey>>;
const unknown = { code: "UNAUTHENTICATED" };

test("is not made with an option that there isn't", () => {
  const gate = createGate({ store: memoryStore() });
  expect(() => apiKeys({ gate, scopes: ["reader"] } as { readonly gate: typeof gate })).toThrow("apiKeys has no option scopes.");
});

test("a key is 32 random bytes, and the store has its SHA-256", async () => {
  const { gate, keys } = world();
  const { key } = await keys.give(KEYS.reader, alice);
  expect(key).toMatch(/^cs_[\w-]{43}$/);
  const { items } = await documentsOf(gate).list({ collection: "key" });
  expect(items).toHaveLength(1);
  expect(items[0]?.id).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(items)).not.toContain(key.slice(3));
  expect(JSON.stringify(await Array.fromAsync(gate.history("key/dashboard")))).not.toContain(key.slice(3));
});

test("each scope is its own kind of caller, and none is a person", async () => {
  const { keys, come } = world();
  const found: unknown[] = [];
  for (const each of Object.values(KEYS)) found.push(await come(`Bearer ${(await keys.give(each, alice)).key}`));
  expect(found).toMatchObject([
    { by: { id: "key:payments", kind: "service" }, kind: "agent", application: "shop", agent: "payments" },
    { by: { id: "key:dashboard", kind: "service" }, kind: "reader" },
    { by: { id: "key:on-call", kind: "service" }, kind: "operator" },
    { by: { id: "key:limits", kind: "automation" }, kind: "reviewer-bot", until: undefined },
  ]);
});

test.each([
  "Bearer cs_",
  `Bearer cs_${"A".repeat(43)}`,
  `Bearer cs_${"A".repeat(42)}`,
  `Basic cs_${"A".repeat(43)}`,
  "Bearer eyJhbGciOiJub25lIn0.e30.",
])("nobody comes in with %s", async (authorization) => {
  await expect(world().come(authorization)).rejects.toMatchObject(unknown);
});

test("a key that is revoked or over stops at once, in every process", async () => {
  const { keys, come, gate, later } = world();
  const [first, second] = [await keys.give(KEYS.reader, alice), await keys.give(KEYS.operator, alice)];
  await come(`Bearer ${first.key}`);
  expect(await createKeys(gate).revoke("dashboard", alice)).toBe(true);
  await expect(come(`Bearer ${first.key}`)).rejects.toMatchObject(unknown);
  expect(await keys.revoke("dashboard", alice)).toBe(false);
  await come(`Bearer ${second.key}`);
  later(3_700_000);
  await expect(come(`Bearer ${second.key}`)).rejects.toMatchObject(unknown);
  expect(await keys.list()).toEqual([]);
});

test("the trail says who gave and revoked which key, and holds", async () => {
  const { keys, gate } = world();
  await keys.give(KEYS.agent, alice);
  await keys.revoke("payments", { by: { id: "bob" } });
  const events = await Array.fromAsync(gate.history("key/payments"));
  expect(events).toMatchObject([
    {
      type: "key.given",
      actor: { id: "alice" },
      data: { scope: "agent", application: "shop", agent: "payments", note: { origin: { host: "desk" } } },
    },
    { type: "key.revoked", actor: { id: "bob" } },
  ]);
  await gate.verify();
});

test("a name is one key's, also for two who give it at once", async () => {
  const { keys, come } = world();
  await keys.give(KEYS.reader, alice);
  await expect(keys.give({ ...KEYS.reader, scope: "operator" }, alice)).rejects.toMatchObject({ code: "INVALID_ARGS" });
  const both = await Promise.allSettled([keys.give(KEYS.bot, alice), keys.give(KEYS.bot, alice)]);
  const given = both.flatMap((each) => (each.status === "fulfilled" ? [each.value.key] : []));
  expect(given.length).toBeLessThan(2);
  expect((await keys.list()).filter(({ name }) => name === "limits")).toHaveLength(given.length);
  for (const key of given) await come(`Bearer ${key}`);
  await keys.revoke("dashboard", alice);
  await keys.give(KEYS.reader, alice);
});

test("when a key was last used is known to the hour, and using it never brings a revoked one back", async () => {
  const { keys, come, gate } = world();
  const { key } = await keys.give(KEYS.reader, alice);
  expect((await keys.list())[0]?.usedAt).toBeUndefined();
  await Promise.all([come(`Bearer ${key}`), come(`Bearer ${key}`)]);
  const [used] = await keys.list();
  expect(used).toMatchObject({ name: "dashboard", scope: "reader", givenBy: "alice", usedAt: expect.any(Number) as unknown });
  const [before] = (await documentsOf(gate).list({ collection: "key" })).items;
  await come(`Bearer ${key}`);
  const [after] = (await documentsOf(gate).list({ collection: "key" })).items;
  expect(after?.version, "written once an hour").toBe(before?.version);
  const other = await keys.give(KEYS.operator, alice);
  await Promise.allSettled([come(`Bearer ${other.key}`), keys.revoke("on-call", alice), come(`Bearer ${other.key}`)]);
  await expect(come(`Bearer ${other.key}`)).rejects.toMatchObject(unknown);
});

test.each([
  ["without an end", { name: "ci", scope: "reader" }],
  ["with an end that is none", { name: "ci", scope: "reader", expiresIn: "soon" }],
  ["of no scope", { name: "ci", scope: "person", expiresIn: "1d" }],
  ["of an agent without its agent", { name: "ci", scope: "agent", application: "shop", expiresIn: "1d" }],
  ["of a reader with an agent", { name: "ci", scope: "reader", agent: "payments", expiresIn: "1d" }],
  ["without a name", { scope: "reader", expiresIn: "1d" }],
  ["with a name that is a path", { name: "../ci", scope: "reader", expiresIn: "1d" }],
])("gives no key %s", async (_, key) => {
  await expect(world().keys.give(key as NewKey, alice)).rejects.toMatchObject({ code: "INVALID_ARGS" });
});
