import type { ApprovalRequest } from "@countersign/core";
import { expect, expectTypeOf, test } from "vitest";
import { createClient, each, isApiError, type Client, type Decision } from "../src/client.ts";
import { ENDPOINTS } from "../src/routes/endpoints.ts";
import { desk } from "./support/desk.ts";

test("has a function for each route", () => {
  const client = createClient({ baseUrl: "" });
  const names = new Set(Object.keys(client));
  names.delete("exportAudit");
  names.delete("listen");
  expect([...names].toSorted()).toEqual(ENDPOINTS.map(({ id }) => id).toSorted());
});

test("reads, decides and tells what was refused", async () => {
  const { client, payment } = desk();
  const { id } = await payment("one");
  const fiona = client("reviewer");
  expect((await fiona.getMe()).id).toBe("fiona");
  expect(await fiona.listRequests({ mine: true, count: true, search: "send" })).toMatchObject({ items: [{ id }], count: { atLeast: 1 } });
  const { request, review } = await fiona.getRequest(id);
  const stale = await fiona.decide(id, { digest: "0".repeat(64), decision: { type: "approve" } }).catch((error: unknown) => error);
  if (!isApiError(stale, "ARGS_CHANGED")) throw stale;
  expect(stale).toMatchObject({ status: 409, details: { request: { id } }, requestId: expect.any(String) });
  expectTypeOf(stale.details.request.proposal.digest).toEqualTypeOf<string>();
  const late = await fiona
    .decide(id, { digest: review.digest, decision: { type: "approve" } }, { version: 9 })
    .catch((error: unknown) => error);
  expect(isApiError(late, "PRECONDITION_FAILED")).toBe(true);
  const decided = await fiona.decide(id, { digest: review.digest, decision: { type: "approve" } }, { version: request.version });
  expect(decided.request.status).toBe("approved");
});

test("pages are read on by each", async () => {
  const { client, payment } = desk();
  const ids = [];
  for (let n = 0; n < 5; n++) ids.push((await payment(`n${n}`)).id);
  const rows = await Array.fromAsync(each((after) => client("reviewer").listRequests({ limit: 2, after })));
  // Asked within one millisecond, they come in the order of their ids.
  expect(rows.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
});

test("what isn't from a Countersign server is said so", async () => {
  const proxy = createClient({
    baseUrl: "https://x",
    fetch: async () => new Response("<html>", { status: 502, headers: { "retry-after": "7" } }),
  });
  await expect(proxy.getMe()).rejects.toMatchObject({ code: "NOT_COUNTERSIGN", status: 502, retryAfter: 7 });
});

test("its types say what is given and answered", () => {
  expectTypeOf<Parameters<Client["listRequests"]>[0]>().toExtend<
    { status?: "pending" | "approved" | "rejected" | "expired" | "cancelled" | undefined } | undefined
  >();
  expectTypeOf<ReturnType<Client["getRequest"]>>().resolves.toHaveProperty("review");
  // What core gives is what the API gives, but for what JSON leaves out.
  expectTypeOf<ApprovalRequest["terms"]>().toExtend<Awaited<ReturnType<Client["getRequest"]>>["request"]["terms"]>();
  expectTypeOf<{ type: "approve" }>().toExtend<Decision>();
  expectTypeOf<{ type: "maybe" }>().not.toExtend<Decision>();
  expectTypeOf<{ type: "edit" }>().not.toExtend<Decision>();
});
