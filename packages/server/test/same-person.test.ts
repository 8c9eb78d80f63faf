// A page says whose it is, and its calls are refused once the browser is somebody else's.
import { approve, createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";
import { createServer } from "../src/index.ts";
import { desk } from "./support/desk.ts";

test("nobody reads, signs or listens on as somebody else", async () => {
  const { call, gate, payment } = desk();
  const { id, proposal } = await payment("one");
  const bobs = { "Countersign-As": "bob" };
  const decision = { digest: proposal.digest, decision: approve() };
  for (const [method, path, body] of [
    ["GET", "/v1/me"],
    ["GET", `/v1/requests/${id}`],
    ["GET", "/v1/events"],
    ["POST", `/v1/requests/${id}/decisions`, decision],
  ] as const)
    expect(await call("reviewer", method, path, body, bobs)).toMatchObject({ status: 412, body: { code: "SOMEBODY_ELSE" } });
  expect((await gate.get(id))?.status).toBe("pending");
  const hers = await call("reviewer", "POST", `/v1/requests/${id}/decisions`, decision, { "Countersign-As": "fiona" });
  expect(hers.status).toBe(200);
});

test("an id of any characters can be named", async () => {
  const id = "https://id.acme.example#fiöna\u202e";
  const gate = createGate({ store: memoryStore() });
  const { fetch } = createServer({ gate, hosts: ["approvals.example"], authenticate: () => ({ id }) });
  const status = async (as: string) =>
    (await fetch(new Request("https://approvals.example/v1/me", { headers: { "Countersign-As": as } }))).status;
  expect(await Promise.all([encodeURIComponent(id), encodeURIComponent(id.slice(0, -1))].map(status))).toEqual([200, 412]);
});
