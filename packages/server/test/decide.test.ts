import { expect, test } from "vitest";
import { desk } from "./support/desk.ts";

test("a reviewer finds a request, reads it and signs it", async () => {
  const { call, payment, gate } = desk();
  const { id, proposal } = await payment("one");
  const list = await call("reviewer", "GET", "/v1/requests?mine=true&count=true");
  expect(list.body).toMatchObject({ items: [{ id, tool: "send_payment", status: "pending" }], count: { atLeast: 1, isCapped: false } });
  const read = await call("reviewer", "GET", `/v1/requests/${id}`);
  expect(read.headers.get("etag")).toBe('"1"');
  expect(read.body.request.args).toEqual({ to: "Acme", amount: 100, iban: "•••" });
  expect(read.body.review).toMatchObject({ id, digest: proposal.digest, may: { approve: { allowed: true } } });
  const decision = { digest: read.body.review.digest, decision: { type: "approve", comment: "ok" } };
  const decided = await call("reviewer", "POST", `/v1/requests/${id}/decisions`, decision, { "if-match": '"1"' });
  expect(decided).toMatchObject({ status: 200, body: { request: { status: "approved" } } });
  expect((await gate.get(id))?.decisions).toMatchObject([{ by: { id: "fiona" }, via: "api", origin: { host: "192.0.2.7" } }]);
});

test("the same decision again answers the same, and changes nothing", async () => {
  const { call, payment, gate } = desk();
  const { id, proposal } = await payment("one");
  const decision = { digest: proposal.digest, decision: { type: "approve" } };
  const first = await call("reviewer", "POST", `/v1/requests/${id}/decisions`, decision, { "if-match": '"1"' });
  const again = await call("reviewer", "POST", `/v1/requests/${id}/decisions`, decision, { "if-match": '"1"' });
  expect(again).toMatchObject({ status: 200, body: first.body });
  expect((await Array.fromAsync(gate.history(id))).map(({ type }) => type)).toEqual(["asked", "approved"]);
});

test("nothing is decided without the digest, or for a version that is past", async () => {
  const { call, payment } = desk();
  const { id, proposal } = await payment("one");
  const path = `/v1/requests/${id}/decisions`;
  const decision = { type: "approve" };
  expect(await call("reviewer", "POST", path, { decision })).toMatchObject({ status: 428, body: { code: "DIGEST_REQUIRED" } });
  expect(await call("reviewer", "POST", path, { digest: proposal.digest, decision }, { "if-match": '"7"' })).toMatchObject({ status: 412 });
  expect(await call("reviewer", "POST", path, { digest: "0".repeat(64), decision })).toMatchObject({
    status: 409,
    body: { code: "ARGS_CHANGED", details: { request: { id, args: { iban: "•••" } } } },
  });
  expect(await call("reviewer", "GET", `/v1/requests/${id}`)).toMatchObject({ body: { request: { status: "pending" } } });
});

test("an edit since the last look is said", async () => {
  const { call, payment, gate } = desk();
  const { id, proposal, args } = await payment("one");
  await gate.decide(
    { id, digest: proposal.digest },
    { type: "edit", args: { ...args, amount: 50 } },
    { by: { id: "frank", roles: ["finance"] } },
  );
  const { body } = await call("reviewer", "GET", `/v1/requests/${id}?seen=${proposal.digest}`);
  expect(body.review.warnings).toContainEqual(expect.objectContaining({ kind: "edited-since" }));
});
