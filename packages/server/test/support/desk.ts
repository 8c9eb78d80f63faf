import { deepStrictEqual } from "node:assert/strict";
import { approve, CountersignError, createGate, definePolicy, type ApprovalRequest, type Gate, type Principal } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { z } from "zod";
import type { Caller } from "../../src/access/caller.ts";
import { createClient, type Client } from "../../src/client.ts";
import { createServer, type Server } from "../../src/index.ts";
import { ENDPOINTS } from "../../src/routes/endpoints.ts";
import { Problem } from "../../src/schemas/problem.ts";

/** People and keys that the tests call as: their names are their tokens. */
export const CALLERS = {
  "agent key": key("agent", { agent: "payments" }),
  "agentless key": key("agent"),
  "reader key": key("reader"),
  "operator key": key("operator"),
  "reviewer-bot": { by: { id: "key:bot", kind: "automation" }, kind: "reviewer-bot" },
  "reviewer without the role": person("bob", ["sales"]),
  reviewer: person("fiona", ["finance"]),
  requester: person("dora"),
  operator: person("oscar", ["ops"]),
  auditor: person("audrey", ["audit"]),
  "foreign tenant": person("mallory", ["finance", "ops", "audit"]),
} as const satisfies Record<string, Caller>;
export type CallerName = keyof typeof CALLERS;

function key(kind: Caller["kind"], rest: Partial<Caller> = {}): Caller {
  return { by: { id: `key:${kind}`, kind: "service" }, kind, ...rest };
}

function person(id: string, roles: readonly string[] = []): Caller {
  return { by: { id, roles }, kind: "person" };
}

export const DORA: Principal = { id: "dora" };
const SYBIL: Principal = { id: "sybil" };

const policy = definePolicy({
  tools: {
    send_payment: {
      args: z.object({ to: z.string(), amount: z.number(), iban: z.string() }),
      // The same call under other terms: what sybil asks is none of the finance department's business.
      ask: [{ when: ({ requestedBy }) => requestedBy?.id === SYBIL.id, review: { roles: ["hr"], reviewers: ["helga"] } }, {}],
      redact: ["args.iban"],
      review: { roles: ["finance"], reviewers: ["key:bot"], batch: true, remember: ["exact-args", "tool"] },
    },
    fire_person: { args: z.object({ name: z.string() }), ask: true, review: { roles: ["hr"] } },
  },
});

export interface Desk {
  readonly store: StorePort;
  readonly gate: Gate;
  readonly server: Server;
  /** Calls the server. */
  call(caller: CallerName | "nobody", method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** What the caller's programs use. */
  client(caller: CallerName): Client;
  /** A payment that waits. */
  payment(key: string, amount?: number, requestedBy?: Principal): Promise<ApprovalRequest>;
  /** A payment that others sign. */
  secretPayment(key: string, amount: number): Promise<ApprovalRequest>;
  /** A payment in the place of a secret one. */
  replaced(): Promise<{ readonly id: string; readonly old: string }>;
  /** Something that waits for others. */
  firing(key: string): Promise<ApprovalRequest>;
  /** A payment of which nobody knows whether it happened. */
  unknown(key: string): Promise<ApprovalRequest>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it
  readonly body: any;
  readonly text: string;
}

const BASE = "https://approvals.example";

/** The document doesn't lie: whatever is answered has what its schema says, and nothing else. */
function expectDescribed(method: string, path: string, { status, body }: Answer): void {
  const [route = ""] = path.split("?");
  const found = ENDPOINTS.find((each) => {
    const pattern = each.path.replaceAll(/\{[^}]+\}/g, "[^/]+");
    return each.method === method.toLowerCase() && new RegExp(`^${pattern}$`).test(route);
  });
  const schema = status === 200 ? found?.answer : Problem;
  if (schema) deepStrictEqual(schema.parse(body), body, `${method} ${path} is not as it is described`);
}

/** A gate with a store of its own, and the server before it. */
export function desk(store: StorePort = memoryStore()): Desk {
  const gate = createGate({ store, policy, agent: "payments", warn: () => {} });
  const other = createGate({ store, policy, tenant: "other", warn: () => {} });
  const server = createServer({
    gate: (by) => (by.id === "mallory" ? other : gate),
    hosts: ["approvals.example"],
    operators: ["ops"],
    auditors: ["audit"],
    authenticate: (request) =>
      CALLERS[decodeURIComponent(request.headers.get("authorization")?.slice("Bearer ".length) ?? "") as CallerName],
    limits: { requests: false, failures: false },
    onError: () => {},
  });
  return {
    store,
    gate,
    server,
    async call(caller, method, path, body, headers = {}) {
      const request = new Request(`${BASE}${path}`, {
        method,
        headers: {
          ...(caller === "nobody" ? { "sec-fetch-site": "same-origin" } : { authorization: `Bearer ${encodeURIComponent(caller)}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const response = await server.fetch(request, { peer: "192.0.2.7" });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") && !response.headers.get("content-type")?.includes("ndjson");
      const answer: Answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text, text };
      if (isJson) expectDescribed(method, path, answer);
      return answer;
    },
    client: (caller) =>
      createClient({
        baseUrl: BASE,
        key: encodeURIComponent(caller),
        fetch: (input, init) => server.fetch(new Request(input, init)),
      }),
    payment,
    secretPayment: (key, amount) => payment(key, amount, SYBIL),
    async replaced() {
      const { id: old } = await payment("same", 5, SYBIL);
      return { old, id: (await payment("same", 6)).id };
    },
    firing: (key) => asked({ threadId: `thread-${key}`, key, tool: "fire_person", args: { name: "Bob" }, requestedBy: { id: "hilde" } }),
    async unknown(key) {
      const request = await payment(key);
      await gate.decide(request, approve(), { by: { id: "fiona", roles: ["finance"] } });
      await gate
        .execute({ id: request.id, args: request.args }, () => {
          throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
        })
        .catch(() => {});
      return request;
    },
  };

  async function asked(call: Parameters<typeof gate.ask>[0]): Promise<ApprovalRequest> {
    const approval = await gate.ask(call);
    if (approval.status !== "pending") throw new Error(`It is ${approval.status}.`);
    return approval.request;
  }

  function payment(key: string, amount = 100, requestedBy = DORA): Promise<ApprovalRequest> {
    const args = { to: "Acme", amount, iban: "DE89370400440532013000" };
    return asked({ threadId: `thread-${key}`, key, tool: "send_payment", args, requestedBy });
  }
}
