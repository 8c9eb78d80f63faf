import { expect, test } from "vitest";
import { isApiError } from "../src/client.ts";
import { desk } from "./support/desk.ts";

const FRANK = { by: { id: "frank", roles: ["finance"] } };
const IBAN = "DE89370400440532013000";

test("an edit is shown as it would be, and nothing of it is kept", async () => {
  const { call, payment, gate } = desk();
  const { id, proposal } = await payment("one");
  const args = { to: "Acme", amount: 50, iban: "•••" };
  const { status, body } = await call("reviewer", "POST", `/v1/requests/${id}/preview`, { digest: proposal.digest, args });
  expect(status).toBe(200);
  expect(body.review).toMatchObject({
    digest: proposal.digest,
    status: "pending",
    version: 1,
    title: 'send_payment: to "Acme", amount 50, iban •••',
    editedBy: "fiona (finance)",
    differences: [{ name: "amount", model: { text: "100" }, proposed: { text: "100" }, mine: { text: "50" } }],
    may: { edit: { allowed: true } },
  });
  expect(await gate.get(id)).toMatchObject({ version: 1, status: "pending", decisions: [] });
  expect((await Array.fromAsync(gate.history(id))).map(({ type }) => type)).toEqual(["asked"]);
  // And the decision names what the preview names.
  const decision = { digest: body.review.digest, decision: { type: "edit", args } };
  expect(await call("reviewer", "POST", `/v1/requests/${id}/decisions`, decision)).toMatchObject({
    status: 200,
    body: { request: { status: "approved", approvedArgs: args } },
  });
});

test("what the same call did elsewhere is told of the edited one", async () => {
  const { call, payment, gate } = desk();
  const first = await payment("one", 50);
  await gate.decide(first, { type: "approve" }, FRANK);
  await gate.execute({ id: first.id, args: first.args }, () => "paid");
  const { id, proposal } = await payment("two", 60);
  const kinds = async (amount: number) => {
    const { body } = await call("reviewer", "POST", `/v1/requests/${id}/preview`, { digest: proposal.digest, args: { to: "Acme", amount, iban: "•••" } }); // prettier-ignore
    return body.review.warnings.map(({ kind }: { kind: string }) => kind);
  };
  expect(await kinds(55)).not.toContain("duplicate");
  expect(await kinds(50)).toContain("duplicate");
});

test("it is refused as the decision would be", async () => {
  const { call, payment, gate } = desk();
  const { id, proposal } = await payment("one");
  const preview = (body: object) => call("reviewer", "POST", `/v1/requests/${id}/preview`, body);
  const { digest } = proposal;
  const right = { to: "Acme", amount: 50, iban: "•••" };
  expect(await preview({ args: right })).toMatchObject({ status: 428, body: { code: "DIGEST_REQUIRED" } });
  expect(await preview({ digest, args: [] })).toMatchObject({ status: 422, body: { code: "INVALID_ARGS" } });
  expect(await preview({ digest, args: { ...right, amount: "many" } })).toMatchObject({
    status: 422,
    body: { code: "INVALID_ARGS", details: { issues: [{ path: ["amount"], message: expect.any(String) as string }] } },
  });
  expect(await preview({ digest: "0".repeat(64), args: right })).toMatchObject({
    status: 409,
    body: { code: "ARGS_CHANGED", details: { request: { id } } },
  });
  await gate.decide({ id, digest }, { type: "reject" }, FRANK);
  expect(await preview({ digest, args: right })).toMatchObject({ status: 409, body: { code: "ALREADY_DECIDED" } });
});

test("hidden values stay hidden; what somebody types over one is shown to them alone", async () => {
  const { call, payment } = desk();
  const { id, proposal } = await payment("one");
  const kept = await call("reviewer", "POST", `/v1/requests/${id}/preview`, { digest: proposal.digest, args: { to: "Acme", amount: 50, iban: "•••" } }); // prettier-ignore
  expect(kept.text).not.toContain(IBAN);
  const typed = { digest: proposal.digest, args: { to: "Acme", amount: 100, iban: "GB29" } };
  const { body } = await call("reviewer", "POST", `/v1/requests/${id}/preview`, typed);
  expect(body.review.differences).toMatchObject([{ name: "iban", model: { text: "•••" }, mine: { text: '"GB29"' } }]);
  expect(JSON.stringify({ ...body.review, differences: [] })).not.toContain("GB29");
});

test("ids of requests that one replaced are left out for those who may not see them", async () => {
  const { call, replaced, gate } = desk();
  const { old, id } = await replaced();
  const request = await gate.get(id);
  const body = { digest: request?.proposal.digest, args: { to: "Acme", amount: 7, iban: "•••" } };
  const preview = await call("reviewer", "POST", `/v1/requests/${id}/preview`, body);
  expect(preview.status).toBe(200);
  expect(preview.text).not.toContain(old);
});

test("the client has it", async () => {
  const { client, payment } = desk();
  const { id, proposal } = await payment("one");
  const edited = { digest: proposal.digest, args: { to: "Acme", amount: 1, iban: "•••" } };
  expect((await client("reviewer").previewEdit(id, edited)).review.title).toContain("amount 1");
  const refused = await client("auditor").previewEdit(id, edited).catch((error: unknown) => error); // prettier-ignore
  expect(isApiError(refused, "NOT_AUTHORIZED")).toBe(true);
});
