import { createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";
import { apiKeys, createKeys, createServer } from "../src/index.ts";

const gate = createGate({ store: memoryStore() });
const server = createServer({
  gate,
  hosts: ["approvals.example"],
  operators: ["ops"],
  authenticate: (request) => (request.headers.get("x-user") === "fiona" ? { id: "fiona", roles: ["finance"] } : undefined),
});

test("says who calls, and what they may do", async () => {
  const response = await server.fetch(new Request("https://approvals.example/v1/me", { headers: { "x-user": "fiona" } }));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ id: "fiona", roles: ["finance"], kind: "person", isOperator: false, seesAll: false });
});

test("says whose requests an agent's key sees, so that an empty list explains itself", async () => {
  const keys = createKeys(gate);
  const by = { id: "ops" };
  const { key } = await keys.give({ name: "ui", scope: "agent", agent: "payments", application: "billing", expiresIn: "1h" }, { by });
  const { fetch } = createServer({ gate, hosts: ["approvals.example"], authenticate: apiKeys({ gate }) });
  const answer = await fetch(new Request("https://approvals.example/v1/me", { headers: { authorization: `Bearer ${key}` } }));
  expect(await answer.json()).toMatchObject({ id: "key:ui", kind: "agent", agent: "payments" });
});

test("lets nobody in that no way of signing in knows", async () => {
  const response = await server.fetch(new Request("https://approvals.example/v1/me"));
  expect(response.status).toBe(401);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ code: "UNAUTHENTICATED", status: 401 });
});
