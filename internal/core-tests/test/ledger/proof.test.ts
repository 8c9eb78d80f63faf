// Each single field of each record is changed, one at a time: verify finds it, or the documentation lists it.
import { readFileSync } from "node:fs";
import { approve, createGate, definePolicy, edit, isCountersignError, reject, type Gate, type Principal } from "@countersign/core";
import { openThread } from "@countersign/core/adapter";
import type { AuditEvent, StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { call, createRunner, scripted } from "../mini.ts";

const alice: Principal = { id: "alice", name: "Alice", roles: ["finance"] };
const bob: Principal = { id: "bob", roles: ["finance"], kind: "person" };
const DAY = 86_400_000;

/** What no chain proves, as docs/operations.md lists it. */
const UNPROVED = new Set(["version", "holder", "leaseUntil", "fence", "releasedFence"]);

const policy = definePolicy({
  context: z.object({ desk: z.number() }),
  tools: {
    pay: {
      args: z.object({
        amount: z.number(),
        to: z.object({ iban: z.string(), names: z.array(z.string()) }),
        currency: z.string().default("EUR"),
      }),
      ask: true,
      redact: ["args.to.iban"],
      review: {
        roles: ["finance"],
        quorum: 2,
        executeWithin: "2h",
        remind: ["1h"],
        escalate: { after: "3h", roles: ["cfo"] },
        expiresIn: "9h",
      },
    },
    mail: { ask: true, review: { remember: ["tool", "exact-args"], roles: ["finance"] }, idempotent: true },
    note: "ask",
  },
});
const toAcme = (amount: number) => ({ amount, to: { iban: "DE02120300000000202051", names: ["Acme", "Corp"] } });

/** Records of every kind, in every state that a request can be in, with all that a field can hold. */
async function world(): Promise<{ readonly store: StorePort; readonly subjects: readonly string[] }> {
  let skipped = 0;
  const now = (): number => Date.now() + skipped;
  const store = memoryStore({ now });
  const gate = createGate({ policy, store, now, warn: () => {} });
  const asked = async (key: string, tool: "pay" | "mail" | "note", args: object) => {
    const asked = await gate.ask({
      threadId: "t",
      key,
      tool,
      args: args as never,
      requestedBy: { id: "carol", name: "Carol" },
      context: { desk: 7 },
    });
    if (asked.status !== "pending") throw new Error(asked.status);
    return asked.request;
  };
  const gone = await asked("purged", "note", { text: "old" });
  await gate.decide(gone, reject("no"), { by: alice });
  skipped += 40 * DAY;
  await gate.purge({ olderThan: "30d", by: { id: "retention", kind: "service" } });

  const edited = await asked("edited", "pay", toAcme(4_200));
  const half = await gate.decide(edited, edit({ ...edited.args, amount: 4_000 }, { comment: "less" }), { by: alice, via: "web" });
  await gate.decide(half, approve({ comment: "fine" }), { by: bob });
  await gate.execute({ id: edited.id, args: {} as never }, () => ({ paid: 4_000, at: new Date(0) }));
  const voted = await asked("voted", "pay", toAcme(10));
  await gate.decide(voted, approve(), { by: alice });
  await asked("pending", "pay", toAcme(11));
  const failed = await asked("failed", "note", { text: "a" });
  await gate.decide(failed, approve(), { by: alice });
  await gate.execute({ id: failed.id, args: {} }, () => Promise.reject(new Error("bank closed"))).catch(() => {});
  const stuck = await asked("unknown", "note", { text: "b" });
  await gate.decide(stuck, approve(), { by: alice });
  void gate.execute({ id: stuck.id, args: {} }, () => new Promise(() => {}));
  await new Promise((resolve) => setTimeout(resolve, 10));
  skipped += 61_000;
  await gate.settle(stuck.id, { executed: "so it was" }, { by: alice }).catch(() => {});
  const running = await asked("executing", "note", { text: "c" });
  await gate.decide(running, approve(), { by: alice });
  void gate.execute({ id: running.id, args: {} }, () => new Promise(() => {}));
  const first = await asked("granting", "mail", { to: "Acme" });
  await gate.decide(first, approve({ remember: { scope: "tool", times: 3 } }), { by: alice });
  await gate.ask({ threadId: "t", key: "granted", tool: "mail", args: { to: "Beta" }, requestedBy: { id: "carol" }, context: { desk: 7 } });
  const revoked = await asked("revoking", "note", { text: "d" });
  await gate.cancel(revoked.id, { by: bob, reason: "second thoughts" });
  await gate.freeze({ tool: "note", agent: "clerk" }, { by: bob, reason: "fraud" });
  const runner = createRunner(gate, { model: scripted([call("c1", "note", { text: "e" })], "done"), tools: { note: () => "noted" } });
  await runner.start("suspended", "go", { requestedBy: { id: "dora" }, context: { desk: 8 } });
  const done = createRunner(gate, { model: scripted("hello"), tools: {} }, "greeter");
  await done.start("completed", "hi", { requestedBy: { id: "dora" }, context: { desk: 8 } });
  await openThread(gate, { threadId: "native", framework: "f" }).save({ format: 1, data: { step: 1 } });
  await gate.verify();
  return { store, subjects: (await store.listSubjects?.("default", undefined, 1_000)) ?? [] };
}

type Json = { readonly [key: string]: unknown };

/** Every value in it changed, left out, and one added beside it; each with its path. */
function* mutations(value: unknown, path: readonly string[] = []): Generator<readonly [path: readonly string[], changed: unknown]> {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) {
    yield [path, other(value)];
    return;
  }
  const keys = Object.keys(value);
  for (const key of keys) {
    const member = (value as Json)[key];
    const put = (changed: unknown): unknown => (Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed });
    for (const [inner, changed] of mutations(member, [...path, key])) yield [inner, put(changed)];
    if (member) yield [[...path, key], Array.isArray(value) ? value.filter((_, at) => at !== Number(key)) : without(value, key)];
  }
  if (path.length > 0) yield [[...path, "…"], Array.isArray(value) ? [...value, "more"] : { ...value, more: 1 }];
}

function without(value: object, key: string): object {
  const { [key]: _, ...rest } = value as Json;
  return rest;
}

function other(value: unknown): unknown {
  if (typeof value === "string") return `${value}x`;
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  return value instanceof Uint8Array ? Uint8Array.of(...value, 1) : "something";
}

/** The store in which this one record is another. */
function tampered(store: StorePort, record: { readonly id: string }, kind: "request" | "thread" | "grant", change: unknown): StorePort {
  const swap = <R>(found: R): R => ((found as { id?: string } | undefined)?.id === record.id ? (structuredClone(change) as R) : found);
  const each = <R extends readonly unknown[]>(found: R): R => found.map(swap) as unknown as R;
  const lies: Partial<StorePort> =
    kind === "thread"
      ? { getThread: async (tenant, id) => swap(await store.getThread(tenant, id)) }
      : kind === "grant"
        ? { grantsFor: async (tenant, asked) => each(await store.grantsFor(tenant, asked)) }
        : {
            getRequest: async (tenant, id) => (id === record.id ? (structuredClone(change) as never) : store.getRequest(tenant, id)),
            requestsOfThread: async (tenant, id) => each(await store.requestsOfThread(tenant, id)),
          };
  return { ...store, ...lies };
}

/** Is it found, by AUDIT_BROKEN or as what can't be read any more? */
async function isFound(store: StorePort): Promise<boolean> {
  const gate: Gate = createGate({ store, warn: () => {} });
  return gate.verify().then(
    ({ unreadable = [] }) => unreadable.length > 0,
    (error: unknown) => {
      if (isCountersignError(error, "AUDIT_BROKEN")) return true;
      throw error;
    },
  );
}

describe("a store in which one field of one record was changed", () => {
  let store: StorePort;
  let subjects: readonly string[];
  beforeAll(async () => void ({ store, subjects } = await world()));

  it("is found whole before", async () => {
    expect(await isFound(store)).toBe(false);
    expect(subjects.length).toBeGreaterThan(15);
  });

  it("is found, whichever it was, but for those that the documentation lists", async () => {
    const [missed, listed] = [new Set<string>(), new Set<string>()];
    let tried = 0;
    for (const subject of subjects) {
      const [kind, record] = await recordOf(store, subject);
      for (const [path, change] of mutations(record)) {
        tried++;
        if (await isFound(tampered(alone(record) ? only(store, subject) : store, record, kind, change))) continue;
        const field = path[0] ?? "";
        if (UNPROVED.has(field)) listed.add(field);
        else missed.add(`${kind} ${path.join(".")}`);
      }
    }
    expect([...missed]).toEqual([]);
    expect([...listed].sort()).toEqual([...UNPROVED].sort());
    expect(tried).toBeGreaterThan(500);
  });

  it("is found where a field was added that says little", async () => {
    const missed = new Set<string>();
    const added = {
      request: [
        "proposedBy",
        "tier",
        "decidedAt",
        "expiresAt",
        "endedAt",
        "error",
        "supersedes",
        "revises",
        "parent",
        "executeWithin",
        "noticeAt",
      ],
      thread: ["lastError", "failingSince", "pause", "closedAt", "purgedSeq", "context", "input"],
      grant: ["revokedAt", "expiresAt"],
    } as const;
    for (const subject of subjects) {
      const [kind, record] = await recordOf(store, subject);
      for (const field of added[kind].filter((name) => (record as unknown as Json)[name] === undefined))
        for (const value of [0, "", false]) {
          const change = { ...record, [field]: value };
          if (!(await isFound(tampered(alone(record) ? only(store, subject) : store, record, kind, change))))
            missed.add(`${kind}.${field}`);
        }
    }
    expect([...missed]).toEqual([]);
  });

  it("is found in each event", async () => {
    const { events } = await store.listEvents("default", undefined, 10_000);
    for (const [index, event] of events.entries()) {
      for (const [path, change] of mutations(event)) {
        const told = events.with(index, change as AuditEvent);
        expect([path, await isFound(withEvents(event.data["grantId"] ? store : only(store, event.subject), told))]).toEqual([path, true]);
      }
    }
  });

  it("is listed in the documentation, if no chain proves it", () => {
    const page = readFileSync(new URL("../../../../docs/operations.md", import.meta.url), "utf8");
    for (const field of UNPROVED) expect(page).toContain(`\`${field}\``);
  });
});

describe("a result that says little", () => {
  const LITTLE = [undefined, null, false, 0, "", [], {}];
  const pairs = LITTLE.flatMap((result) => LITTLE.filter((other) => other !== result).map((other) => ({ result, other })));

  it.each(pairs)("is found where $result has become $other", async ({ result, other }) => {
    const store = memoryStore();
    const gate = createGate({ policy, store, warn: () => {} });
    const asked = await gate.ask({ threadId: "t", key: "k", tool: "note", args: {}, context: { desk: 7 } });
    if (asked.status !== "pending") throw new Error(asked.status);
    await gate.decide(asked.request, approve(), { by: alice });
    await gate.execute({ id: asked.id, args: {} }, () => result);
    await gate.verify();
    const [, record] = await recordOf(store, asked.id);
    expect(await isFound(tampered(store, record, "request", { ...record, result: other }))).toBe(true);
  });
});

/** Does nothing else hang on it? The uses of a grant are counted over all requests. */
function alone(record: object): boolean {
  return !("grant" in record) && !("grantId" in record && record.grantId !== undefined);
}

/** The same store, as if it had only this: what is verified one by one need not be verified a thousand times. */
function only(store: StorePort, subject: string): StorePort {
  const subjects = [subject, "thread/countersign/freezes"].sort();
  return { ...store, listSubjects: async (_, after) => subjects.filter((name) => after === undefined || name > after) };
}

async function recordOf(store: StorePort, subject: string): Promise<readonly ["request" | "thread" | "grant", { readonly id: string }]> {
  const id = subject.replace(/^(thread|grant)\//, "");
  const grants = (await store.listGrants?.("default", undefined)) ?? [];
  const [kind, record] = subject.startsWith("thread/")
    ? (["thread", await store.getThread("default", id)] as const)
    : subject.startsWith("grant/")
      ? (["grant", grants.find((grant) => grant.id === id)] as const)
      : (["request", await store.getRequest("default", id)] as const);
  if (!record) throw new Error(`nothing is kept of ${subject}`);
  return [kind, record];
}

function withEvents(store: StorePort, events: readonly AuditEvent[]): StorePort {
  const listEvents: StorePort["listEvents"] = async (_, after, limit, subject) => {
    const start = Number(after ?? 0);
    const found = events
      .map((event, at) => [event, at + 1] as const)
      .filter(([event, at]) => at > start && (subject === undefined || event.subject === subject));
    const page = found.slice(0, limit);
    return { events: page.map(([event]) => event), position: String(page.at(-1)?.[1] ?? start) };
  };
  return { ...store, listEvents };
}
