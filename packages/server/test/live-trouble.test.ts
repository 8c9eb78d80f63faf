// What is streamed where something goes wrong: nobody hears what isn't theirs any more, and nobody else is cut off by it.
import { CountersignError, createGate, definePolicy, type ApprovalRequest, type Principal } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { afterEach, expect, test, vi } from "vitest";
import { createClient, type Heard } from "../src/client.ts";
import { createServer, type ServerOptions } from "../src/index.ts";
import { desk } from "./support/desk.ts";

const policy = definePolicy({ tools: { pay: { ask: true, review: { roles: ["finance"] } } } });
const FIONA: Principal = { id: "fiona", roles: ["finance"] };
const EVENTS = new Request("https://approvals.example/v1/events", { headers: { accept: "text/event-stream" } });

afterEach(() => {
  vi.useRealTimers();
});

/** A server whose store answers as a test says. */
function serverOn(options: Partial<ServerOptions> = {}, trouble: Partial<StorePort> = {}) {
  const store = memoryStore();
  const gate = createGate({ store, policy, warn: () => {} });
  const troubled = new Proxy(store, { get: (target, name) => Reflect.get(name in trouble ? trouble : target, name) });
  const seeing = createGate({ store: troubled, warn: () => {} });
  const server = createServer({ gate: seeing, hosts: ["approvals.example"], authenticate: () => FIONA, onError: () => {}, ...options });
  const fetch = (input: Parameters<typeof globalThis.fetch>[0], init?: RequestInit) => server.fetch(new Request(input, init));
  return { store, gate, server, client: createClient({ baseUrl: "https://approvals.example", key: "fiona", fetch }), ask };

  async function ask(key: string): Promise<ApprovalRequest> {
    const approval = await gate.ask({ threadId: key, key, tool: "pay", args: {} });
    if (approval.status !== "pending") throw new Error(`It is ${approval.status}.`);
    return approval.request;
  }
}

/** The next events that are heard, by the requests that they are about. */
async function subjects(listening: AsyncGenerator<Heard, void, void>, count: number): Promise<readonly string[]> {
  const heard: string[] = [];
  while (heard.length < count) {
    const { value, done } = await listening.next();
    if (done) return [...heard, "the end"];
    if (value.event) heard.push(value.event.subject);
  }
  return heard;
}

test("whoever is nobody any more hears nothing more, however much happens", async () => {
  let person: Principal | undefined = FIONA;
  const { client, ask } = serverOn({ authenticate: () => person });
  vi.useFakeTimers({ toFake: ["Date"] });
  const listening = client.listen();
  await listening.next();
  const first = await ask("one");
  expect(await subjects(listening, 1)).toEqual([first.id]);
  person = undefined;
  // A little later than a beat, with something in between.
  vi.setSystemTime(Date.now() + 10_000);
  const second = await ask("two");
  expect(await subjects(listening, 1)).toEqual([second.id]);
  vi.setSystemTime(Date.now() + 10_000);
  await ask("three");
  expect(await subjects(listening, 1)).toEqual(["the end"]);
});

test("a request that was forged stops nobody's events", async () => {
  const there = desk();
  const { position } = await there.client("reviewer").listEvents();
  const { id, version } = await there.payment("forged");
  const record = await there.store.getRequest("default", id);
  if (!record) throw new Error("It is not there.");
  const forged = { ...record, version: version + 1, args: { ...(record.args as object), amount: 1 } };
  await there.store.commit({ tenant: "default", changes: [{ op: "put", kind: "request", record: forged, expects: version }], events: [] });
  const good = await there.payment("good");
  expect(await subjects(there.client("reviewer").listen({ after: position }), 1)).toEqual([good.id]);
  const all = await there.client("auditor").listEvents({ after: position });
  expect(all.items.filter(({ type }) => type === "asked").map(({ subject, request }) => [subject, request?.id])).toEqual([
    [id, undefined],
    [good.id, good.id],
  ]);
});

test("a stream that came too late for its answer leaves nothing open", async () => {
  const trouble: Partial<StorePort> = {};
  const { server, store, client } = serverOn({ limits: { answerWithin: 5 } }, trouble);
  const late: (() => void)[] = [];
  trouble.endOfEvents = async (tenant) => {
    await new Promise<void>((resolve) => late.push(resolve));
    return (await store.endOfEvents?.(tenant)) ?? "";
  };
  const answers = await Promise.all(Array.from({ length: 32 }, () => server.fetch(EVENTS.clone())));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 504));
  delete trouble.endOfEvents;
  for (const resolve of late) resolve();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await client.listen().next()).done).toBe(false);
  await server.close();
});

test("a stream ends when its caller goes, also where nobody reads it", async () => {
  const { server, client } = serverOn();
  const caller = new AbortController();
  const answers = await Promise.all(Array.from({ length: 32 }, () => server.fetch(new Request(EVENTS.clone(), { signal: caller.signal }))));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  await expect(client.listen().next()).rejects.toMatchObject({ code: "RATE_LIMITED" });
  caller.abort();
  expect((await client.listen().next()).done).toBe(false);
  await server.close();
});

test("a store that is away is waited for", async () => {
  const trouble: Partial<StorePort> = {};
  const { client, ask, store } = serverOn({}, trouble);
  const listening = client.listen();
  await listening.next();
  let tries = 0;
  trouble.getRequest = async (tenant, id) => {
    if (tries++ === 0) throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
    return store.getRequest(tenant, id);
  };
  const { id } = await ask("one");
  expect(await subjects(listening, 1)).toEqual([id]);
  expect(tries).toBe(2);
  await listening.return();
});

test("the host is told of what ends a stream, and the client of nothing", async () => {
  const trouble: Partial<StorePort> = {};
  const reported: unknown[] = [];
  const { client, ask } = serverOn({ onError: (error) => reported.push(error) }, trouble);
  const listening = client.listen();
  await listening.next();
  trouble.getRequest = async () => {
    throw new TypeError("a bug");
  };
  await ask("one");
  expect(await subjects(listening, 1)).toEqual(["the end"]);
  expect(reported).toEqual([new TypeError("a bug")]);
});

test("a name may have any character of a line's end", async () => {
  const there = desk();
  const listening = there.client("auditor").listen();
  await listening.next();
  const threadId = "one\u2028two\u2029three";
  await there.gate.ask({ threadId, key: "k", tool: "send_payment", args: { to: "Acme", amount: 1, iban: "DE89370400440532013000" } });
  await there.gate.freeze({ tool: "send_payment" }, { by: { id: "oscar", roles: ["ops"] }, reason: "wait" });
  const heard = await subjects(listening, 3);
  expect(heard).toContain(`thread/${threadId}`);
  await listening.return();
});

test("an export that can't go on breaks off, and the host alone is told why", async () => {
  const trouble: Partial<StorePort> = {};
  const reported: unknown[] = [];
  const { server } = serverOn({ auditors: ["finance"], onError: (error) => reported.push(error) }, trouble);
  const why = new CountersignError("STORE_UNAVAILABLE", { retryable: true, answered: "db.internal is away" });
  trouble.listEvents = async () => {
    throw why;
  };
  const headers = { accept: "application/x-ndjson" };
  const answer = await server.fetch(new Request("https://approvals.example/v1/audit", { headers }));
  expect(await answer.text().catch((error: unknown) => String(error))).toBe("Error: The export broke off.");
  expect(reported).toEqual([why]);
});

test("whoever goes while a page is made is no trouble", async () => {
  const trouble: Partial<StorePort> = {};
  const reported: unknown[] = [];
  const { server, ask, store } = serverOn({ onError: (error) => reported.push(error) }, trouble);
  const reader = (await server.fetch(EVENTS.clone())).body?.getReader();
  await reader?.read();
  const { promise: reads, resolve: reading } = Promise.withResolvers<void>();
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  trouble.getRequest = async (tenant, id) => {
    reading();
    await held;
    return store.getRequest(tenant, id);
  };
  void reader?.read();
  await ask("one");
  await reads;
  await reader?.cancel();
  release();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(reported).toEqual([]);
});
