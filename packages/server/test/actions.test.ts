import { approve, reject } from "@countersign/core";
import { expect, test } from "vitest";
import { rightsOf } from "../src/access/rights.ts";
import { CALLERS, desk, DORA } from "./support/desk.ts";

const FIONA = { by: { id: "fiona", roles: ["finance"] } };

test("several are decided together, each by itself, under one id of the trail", async () => {
  const { call, payment, gate, firing } = desk();
  const [one, two, three] = [await payment("one"), await payment("two", 200), await payment("three", 300)];
  const foreign = await firing("four");
  await gate.decide(three, reject("no"), { by: { id: "frank", roles: ["finance"] } });
  const items = [
    { id: one.id, digest: one.proposal.digest },
    { id: two.id, digest: one.proposal.digest },
    { id: three.id, digest: three.proposal.digest },
    { id: foreign.id, digest: foreign.proposal.digest },
    { id: "0".repeat(32), digest: one.proposal.digest },
  ];
  const { status, body } = await call("reviewer", "POST", "/v1/decisions", { items, decision: { type: "approve" } });
  expect(status).toBe(200);
  expect(body.items).toMatchObject([
    { id: one.id, status: 200, request: { status: "approved", decisions: [{ batch: body.batch }] } },
    { id: two.id, status: 409, problem: { code: "ARGS_CHANGED" } },
    { id: three.id, status: 409, problem: { code: "ALREADY_DECIDED", details: { winner: { by: { id: "frank" } } } } },
    { id: foreign.id, status: 404, problem: { code: "REQUEST_NOT_FOUND" } },
    { id: "0".repeat(32), status: 404, problem: { code: "REQUEST_NOT_FOUND" } },
  ]);
  expect((await gate.get(foreign.id))?.status).toBe("pending");
});

test("a batch names each digest, and no request twice", async () => {
  const { call, payment } = desk();
  const { id, proposal } = await payment("one");
  const decision = { type: "approve" };
  expect(await call("reviewer", "POST", "/v1/decisions", { items: [{ id }], decision })).toMatchObject({ status: 428 });
  const item = { id, digest: proposal.digest };
  expect((await call("reviewer", "POST", "/v1/decisions", { items: [item, item], decision })).status).not.toBe(200);
  expect(await call("reviewer", "GET", `/v1/requests/${id}`)).toMatchObject({ body: { request: { status: "pending" } } });
});

test("whoever asked, and an operator, withdraw a request; a reviewer doesn't", async () => {
  const { call, payment } = desk();
  const [one, two] = [await payment("one"), await payment("two")];
  const reason = { reason: "not needed" };
  expect(await call("reviewer", "POST", `/v1/requests/${one.id}/cancellation`, reason)).toMatchObject({ status: 403 });
  for (let times = 0; times < 2; times++)
    expect(await call("requester", "POST", `/v1/requests/${one.id}/cancellation`, reason)).toMatchObject({
      status: 200,
      body: { request: { status: "cancelled" } },
    });
  expect(await call("operator key", "POST", `/v1/requests/${two.id}/cancellation`, reason)).toMatchObject({ status: 200 });
});

test("what nobody knows is settled by whoever may sign it, and only once", async () => {
  const { call, unknown } = desk();
  const { id } = await unknown("one");
  const path = `/v1/requests/${id}/settlement`;
  expect(await call("operator key", "POST", path, { retry: true })).toMatchObject({ status: 403 });
  expect((await call("reviewer", "POST", path, {})).status).not.toBe(200);
  expect(await call("reviewer", "POST", path, { executed: { paid: 1 } })).toMatchObject({
    body: { request: { execution: "done", receipt: { result: { paid: 1 } } } },
  });
  expect(await call("reviewer", "POST", path, { executed: { paid: 2 } })).toMatchObject({
    status: 409,
    body: { details: { request: { receipt: { result: { paid: 1 } } } } },
  });
});

test("a result that JSON has no word for is written as stores keep it", async () => {
  const { call, payment, gate } = desk();
  const { id, proposal } = await payment("one");
  await gate.decide({ id, digest: proposal.digest }, approve(), FIONA);
  await gate.execute({ id, args: proposal.args }, () => ({ cents: 10n, at: new Date(0) }));
  expect(await call("reviewer", "GET", `/v1/requests/${id}`)).toMatchObject({
    body: { request: { receipt: { result: { cents: { $BigInt: "10" }, at: { $Date: "1970-01-01T00:00:00.000Z" } } } } },
  });
});

test("a request says what its reader may do beside deciding, as the routes for it would", async () => {
  const { call, payment, unknown, gate } = desk();
  const { id } = await payment("one");
  const { id: unknownId } = await unknown("two");
  const may = async (who: Parameters<typeof call>[0], of: string) => (await call(who, "GET", `/v1/requests/${of}`)).body.may;
  const allowed = async (who: Parameters<typeof call>[0], of: string) => {
    const answer: Record<string, { allowed: boolean }> = await may(who, of);
    return Object.keys(answer).filter((name) => answer[name]?.allowed);
  };
  expect(await allowed("requester", id)).toEqual(["cancel"]);
  expect(await allowed("reviewer", id)).toEqual(["freeze"]);
  expect(await allowed("operator", id)).toEqual(["cancel", "freeze"]);
  expect(await allowed("operator key", id)).toEqual(["cancel", "freeze"]);
  for (const who of ["auditor", "reader key", "agent key"] as const) expect(await allowed(who, id)).toEqual([]);
  expect(await allowed("reviewer", unknownId)).toEqual(["settle", "freeze"]);
  expect(await may("auditor", unknownId)).toMatchObject({ settle: { code: "NOT_AUTHORIZED" }, freeze: { code: "FORBIDDEN" } });
  expect(await may("requester", unknownId)).toMatchObject({ cancel: { code: "ALREADY_DECIDED", reason: "It has begun to run." } });
  expect(await may("reviewer", id)).toMatchObject({
    cancel: { code: "FORBIDDEN", reason: "Only whoever asked for it, and operators, may withdraw it." },
    settle: { code: "CONFLICT", reason: "It has not run." },
  });
  await gate.cancel(id, { by: DORA, reason: "not needed" });
  expect(await may("requester", id)).toMatchObject({ cancel: { code: "ALREADY_DECIDED" } });
});

test("grants are seen and revoked by whom they concern", async () => {
  const { call, payment, gate } = desk();
  await gate.decide(await payment("one"), approve({ remember: { scope: "tool" } }), FIONA);
  const [grant] = await gate.grants();
  const seenBy = async (who: Parameters<typeof call>[0]) => (await call(who, "GET", "/v1/grants")).body.items?.length;
  expect(await seenBy("reviewer")).toBe(1);
  expect(await seenBy("requester")).toBe(1);
  expect(await seenBy("auditor")).toBe(1);
  expect(await seenBy("agent key")).toBe(1);
  expect(await seenBy("reviewer without the role")).toBe(0);
  expect(await seenBy("foreign tenant")).toBe(0);
  const path = `/v1/grants/${grant?.id}`;
  expect(await call("reviewer without the role", "DELETE", path)).toMatchObject({ status: 404, body: { code: "GRANT_NOT_FOUND" } });
  expect(await call("auditor", "DELETE", path)).toMatchObject({ status: 403, body: { code: "NOT_AUTHORIZED" } });
  expect(await call("operator key", "DELETE", path)).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
  for (let times = 0; times < 2; times++) expect(await call("reviewer", "DELETE", path)).toMatchObject({ status: 200, body: {} });
  expect((await gate.grants())[0]?.revokedAt).toBeGreaterThan(0);
});

test("whoever may sign a tool may freeze it, and nothing else", async () => {
  const { call, payment, gate, firing } = desk();
  const [{ id }] = [await payment("one"), await firing("two")];
  const freeze = (who: Parameters<typeof call>[0], scope: object) => call(who, "POST", "/v1/freezes", { ...scope, reason: "wrong bank" });
  for (const scope of [
    {},
    { agent: "payments" },
    { tool: "send_*" },
    { tool: "fire_person" },
    { tool: "no_such" },
    { tool: "x/send_payment" },
  ])
    expect([scope, await freeze("reviewer", scope)]).toMatchObject([scope, { status: 403, body: { code: "FORBIDDEN" } }]);
  expect(await freeze("requester", { tool: "send_payment" })).toMatchObject({ status: 403 });
  const first = await freeze("reviewer", { tool: "send_payment" });
  expect(await freeze("reviewer", { tool: "send_payment" })).toMatchObject({ status: 200, body: first.body });
  expect(await gate.freezes()).toHaveLength(1);
  expect(await call("reviewer", "GET", "/v1/requests")).toMatchObject({ body: { items: [{ id, marks: ["frozen"] }] } });
  const path = `/v1/freezes/${first.body.id}`;
  expect(await call("reviewer", "DELETE", path)).toMatchObject({ status: 403 });
  expect(await call("reviewer without the role", "DELETE", path)).toMatchObject({ status: 404, body: { code: "FREEZE_NOT_FOUND" } });
  for (let times = 0; times < 2; times++) expect(await call("operator", "DELETE", path)).toMatchObject({ status: 200 });
  expect(await gate.freezes()).toEqual([]);
});

test("a name that stands for several tools is an operator's to freeze", async () => {
  const { payment } = desk();
  const { mayFreeze } = rightsOf(CALLERS.reviewer, { operators: ["ops"], auditors: [] });
  const asked = [await payment("one")];
  expect(mayFreeze({ tool: "send_payment" }, asked)).toBe(true);
  expect(mayFreeze({ tool: "send_payment", agent: "payments" }, asked)).toBe(true);
  expect(mayFreeze({ tool: "send_*" }, asked)).toBe(false);
  // A name without a namespace stops tools in every namespace.
  expect(
    mayFreeze({ tool: "send_payment" }, [...asked, ...asked.map((one) => ({ ...one, namespace: "hr", terms: { roles: ["hr"] } }))]),
  ).toBe(false);
});

test("a freeze is seen by those whom it concerns", async () => {
  const { call, payment, gate } = desk();
  await payment("one");
  const by = { id: "oscar", roles: ["ops"] };
  const tool = await gate.freeze({ tool: "send_payment" }, { by, reason: "wrong bank" });
  const agent = await gate.freeze({ agent: "secret-agent" }, { by, reason: "runs wild" });
  const seenBy = async (who: Parameters<typeof call>[0]) => {
    const { body } = await call(who, "GET", "/v1/freezes");
    return body.items.map(({ id }: { id: string }) => id);
  };
  expect(await seenBy("auditor")).toEqual([tool.id, agent.id]);
  expect(await seenBy("reviewer")).toEqual([tool.id]);
  expect(await seenBy("agent key")).toEqual([tool.id]);
  expect(await seenBy("reviewer without the role")).toEqual([]);
  const all = await gate.freeze({}, { by, reason: "stop" });
  expect(await seenBy("reviewer without the role")).toEqual([all.id]);
  expect(await seenBy("foreign tenant")).toEqual([]);
});

test("an agent's key sees what its agent asked, and nothing where it names none", async () => {
  const { call, payment, gate } = desk();
  const { id } = await payment("one");
  expect(await call("agent key", "GET", "/v1/requests")).toMatchObject({ body: { items: [{ id }] } });
  expect(await call("agent key", "GET", "/v1/requests?agent=other&count=true")).toMatchObject({
    body: { items: [], count: { atLeast: 0 } },
  });
  expect(await call("agentless key", "GET", "/v1/requests")).toMatchObject({ body: { items: [] } });
  expect(await call("agentless key", "GET", `/v1/requests/${id}`)).toMatchObject({ status: 404 });
  expect(await call("agent key", "POST", `/v1/requests/${id}/decisions`, { digest: "x", decision: { type: "approve" } })).toMatchObject({
    status: 403,
  });
  expect((await gate.get(id))?.requestedBy).toEqual(DORA);
});
