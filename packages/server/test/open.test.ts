import { createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";
import { createServer } from "../src/index.ts";

const HOST = "https://approvals.example";

function server() {
  const store = memoryStore();
  const gate = createGate({ store, warn: () => {} });
  const { fetch } = createServer({ gate, hosts: ["approvals.example"], authenticate: () => undefined, onError: () => {} });
  return { store, get: (path: string, init?: RequestInit) => fetch(new Request(`${HOST}${path}`, init)) };
}

test("everybody may ask whether the server runs, and what its API is", async () => {
  const { get } = server();
  expect(await (await get("/healthz")).json()).toEqual({ status: "running" });
  expect(await (await get("/readyz")).json()).toEqual({ status: "ready" });
  expect(await (await get("/v1/openapi.json")).json()).toMatchObject({ openapi: "3.1.0", paths: { "/v1/requests/{id}": {} } });
});

test("a load balancer asks under the address that it knows, and learns nothing else there", async () => {
  const { get } = server();
  const at = (path: string, init?: RequestInit) => get(path, { ...init, headers: { host: "10.0.0.9:4600" } });
  expect((await at("/healthz")).status).toBe(200);
  expect((await at("/readyz")).status).toBe(200);
  expect((await at("/healthz", { method: "HEAD" })).status).toBe(200);
  for (const path of ["/v1/openapi.json", "/v1/me", "/auth", "/healthz/x"]) expect([path, (await at(path)).status]).toEqual([path, 421]);
  expect((await at("/healthz", { method: "POST" })).status).toBe(421);
});

test("it isn't ready while its store is away", async () => {
  const { get, store } = server();
  await store.close();
  const answer = await get("/readyz");
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("5");
  expect((await get("/healthz")).status).toBe(200);
});
