import { approve, edit, type Principal } from "@countersign/core";
import type { ThreadRecord } from "@countersign/core/store";
import { expect, test } from "vitest";
import { desk } from "./support/desk.ts";

const HR: Principal = { id: "helga", name: "Helga of HR", roles: ["hr", "finance"] };

/** An answer without what names the request that was asked for. */
function without(id: string, { status, body, headers }: { status: number; body: unknown; headers: Headers }) {
  const { requestId: _requestId, ...rest } = JSON.parse(JSON.stringify(body).replaceAll(id, "<id>")) as { requestId?: string };
  const names = [...headers.keys()].toSorted();
  return { status, rest, names };
}

test("nobody can tell a request that they may not see from one that isn't there", async () => {
  const { call, firing } = desk();
  const { id: foreign, proposal } = await firing("one");
  const none = "0".repeat(32);
  const decision = { type: "approve" };
  const asks: readonly (readonly [string, (id: string) => string, unknown?])[] = [
    ["GET", (id) => `/v1/requests/${id}`],
    ["GET", (id) => `/v1/requests/${id}/history`],
    ["POST", (id) => `/v1/requests/${id}/decisions`, { digest: proposal.digest, decision }],
    ["POST", (id) => `/v1/requests/${id}/preview`, { digest: proposal.digest, args: { name: "Eve" } }],
    ["POST", (id) => `/v1/requests/${id}/cancellation`, { reason: "no" }],
    ["POST", (id) => `/v1/requests/${id}/settlement`, { retry: true }],
  ];
  for (const who of ["reviewer", "reviewer without the role", "reviewer-bot", "agentless key", "foreign tenant"] as const)
    for (const [method, path, body] of asks) {
      const [real, none_] = [await call(who, method, path(foreign), body), await call(who, method, path(none), body)];
      expect(without(foreign, real), `${who} ${method} ${path("")}`).toEqual(without(none, none_));
      expect(real.status).toBe(404);
    }
  for (const who of ["reviewer", "foreign tenant"] as const) {
    const batch = (id: string) => call(who, "POST", "/v1/decisions", { items: [{ id, digest: proposal.digest }], decision });
    const item = async (id: string) =>
      JSON.stringify((await batch(id)).body.items)
        .replaceAll(id, "<id>")
        .replace(/"requestId":"[^"]+"/, "");
    expect(await item(foreign)).toBe(await item(none));
  }
});

test("the same, where the record can't be trusted", async () => {
  const { call, firing, store } = desk();
  const { id } = await firing("one");
  const record = await store.getRequest("default", id);
  if (!record) throw new Error("It is not there.");
  const { proposal: _, ...rest } = record;
  const forged = { ...rest, version: record.version + 1, proposal: { digest: "f".repeat(64), by: undefined } };
  await store.commit({ tenant: "default", changes: [{ op: "put", kind: "request", record: forged, expects: record.version }], events: [] });
  expect(await call("auditor", "GET", `/v1/requests/${id}`)).toMatchObject({ status: 500, body: { code: "INTERNAL" } });
  expect(await call("reviewer", "GET", `/v1/requests/${id}`)).toMatchObject({ status: 404, body: { code: "REQUEST_NOT_FOUND" } });
});

test("that the same call has run before is said, and by whom it was asked or signed isn't, where that is none of theirs", async () => {
  const { call, gate, payment, secretPayment } = desk();
  const secret = await secretPayment("one", 777);
  await gate.decide(secret, approve(), { by: HR });
  await gate.execute({ id: secret.id, args: secret.args }, () => "paid");
  const { id } = await payment("two", 777);
  const { body } = await call("reviewer", "GET", `/v1/requests/${id}`);
  const warning = body.review.warnings.find(({ kind }: { kind: string }) => kind === "duplicate");
  expect(warning).toMatchObject({ severity: "danger", requests: [] });
  expect(warning.text).toContain("has run");
  expect(JSON.stringify(body)).not.toMatch(new RegExp(`helga|Helga|sybil|${secret.id}`));
  const known = (await call("auditor", "GET", `/v1/requests/${id}`)).body.review.warnings;
  expect(known).toContainEqual(expect.objectContaining({ requests: [secret.id], text: expect.stringContaining("Helga") }));
});

test("what other calls look like is compared only among those that a person sees", async () => {
  const { call, gate, payment, secretPayment } = desk();
  for (let n = 1; n <= 6; n++) {
    const secret = await secretPayment(`secret-${n}`, n);
    await gate.decide(secret, approve(), { by: HR });
    await gate.execute({ id: secret.id, args: secret.args }, () => "paid");
  }
  const { id } = await payment("one", 5_000);
  const unusual = async (who: "reviewer" | "auditor") =>
    (await call(who, "GET", `/v1/requests/${id}`)).body.review.warnings.filter(({ kind }: { kind: string }) => kind === "unusual").length;
  expect(await unusual("auditor")).toBe(1);
  expect(await unusual("reviewer")).toBe(0);
});

test("ids of requests that one replaced are left out for those who may not see them", async () => {
  const { call, replaced } = desk();
  const { old, id } = await replaced();
  const seen = await call("auditor", "GET", `/v1/requests/${id}`);
  expect(seen.body).toMatchObject({ request: { supersedes: old }, review: { replaces: old } });
  const hidden = await call("reviewer", "GET", `/v1/requests/${id}`);
  expect(hidden.status).toBe(200);
  expect(JSON.stringify(hidden.body)).not.toContain(old);
  const wrong = { digest: "0".repeat(64), decision: { type: "approve" } };
  const refused = await call("reviewer", "POST", `/v1/requests/${id}/decisions`, wrong);
  expect(refused).toMatchObject({ status: 409, body: { details: { request: { id } } } });
  expect(JSON.stringify(refused.body)).not.toContain(old);
  expect((await call("auditor", "GET", `/v1/requests/${id}/history`)).text).toContain(old);
  const history = await call("reviewer", "GET", `/v1/requests/${id}/history`);
  expect(history.body.items.length).toBeGreaterThan(0);
  expect(history.text).not.toContain(old);
});

test("masked arguments leave in no answer", async () => {
  const { call, gate, payment, unknown } = desk();
  const one = await payment("one");
  await gate.decide(one, edit({ ...one.args, iban: "FR1420041010050500013M02606" }), { by: { id: "frank", roles: ["finance"] } });
  const two = await unknown("two");
  const wrong = { digest: "0".repeat(64), decision: { type: "approve" } };
  const paths = [
    "/v1/requests",
    "/v1/audit",
    "/v1/grants",
    ...[one, two].flatMap(({ id }) => [`/v1/requests/${id}`, `/v1/requests/${id}/history`]),
  ];
  const answers = await Promise.all(paths.map((path) => call("operator", "GET", path)));
  answers.push(await call("reviewer", "POST", `/v1/requests/${one.id}/decisions`, wrong));
  answers.push(await call("auditor", "GET", "/v1/audit", undefined, { accept: "application/x-ndjson" }));
  for (const { text } of answers) expect(text).not.toMatch(/DE8937|FR1420/);
  expect(answers.at(-1)?.text).toContain("•••");
});

test("what a purge has left is seen by those who see all", async () => {
  const { call, payment, gate } = desk();
  const { id } = await payment("one");
  await gate.cancel(id, { by: { id: "dora" }, reason: "no" });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await gate.purge({ olderThan: 1, by: { id: "retention", kind: "service" } })).toMatchObject({ requests: 1 });
  expect(await call("auditor", "GET", `/v1/requests/${id}`)).toMatchObject({ status: 200 });
  for (const who of ["reviewer", "requester", "reviewer without the role"] as const)
    expect([who, await call(who, "GET", `/v1/requests/${id}`)]).toMatchObject([who, { status: 404 }]);
});

test("an agent's key reads no other agent's thread in a cursor", async () => {
  const { call, store } = desk();
  const names = { tenant: "default", framework: "test", requestedBy: undefined, head: "", seq: 0, version: 0 };
  const nothing = { holder: undefined, lastError: undefined, context: undefined, continuation: undefined, outcome: undefined };
  const thread = (id: string, agent: string): ThreadRecord => ({
    id,
    agent,
    ...names,
    ...nothing,
    state: "live",
    open: 0,
    fence: 1,
    leaseUntil: 0,
    notBefore: 0,
    attempts: 0,
  });
  const changes = [thread("1-secret", "hiring"), thread("2", "payments"), thread("3-secret", "hiring"), thread("4", "payments")].map(
    (record) => ({ op: "put", kind: "thread", record, expects: 0 }) as const,
  );
  await store.commit({ tenant: "default", changes, events: [] });
  const first = await call("agent key", "GET", "/v1/threads?limit=1");
  expect(first.body.items).toMatchObject([{ id: "2" }]);
  expect(first.text).not.toContain("secret");
  const rest = await call("agent key", "GET", `/v1/threads?limit=1&after=${encodeURIComponent(first.body.next)}`);
  expect(rest.body).toMatchObject({ items: [{ id: "4" }] });
  expect(rest.body.next).toBeUndefined();
  expect((await call("agentless key", "GET", "/v1/threads")).body).toEqual({ items: [] });
  expect((await call("auditor", "GET", "/v1/threads")).body.items).toHaveLength(4);
});
