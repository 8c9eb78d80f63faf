// What somebody has signed, as their own page shows it.
import { approve, createGate, edit, reject, type ApprovalRequest } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";
import { each } from "../src/client.ts";
import { desk } from "./support/desk.ts";

const FIONA = { by: { id: "fiona", roles: ["finance"] } };
const MINUTE = 60_000;

/** A desk whose clock is moved by hand. */
function timed() {
  let now = Date.now();
  const store = memoryStore({ now: () => now });
  return { ...desk(store), wait: (ms: number) => void (now += ms) };
}

test("each signature of one's own, the newest first, with how long it took", async () => {
  const { call, payment, gate, wait } = timed();
  const [one, two, three] = [await payment("one", 1), await payment("two", 2), await payment("three", 3)];
  wait(MINUTE);
  await gate.decide(three, approve(), FIONA);
  wait(MINUTE);
  await gate.decide(one, reject("no"), FIONA);
  await gate.decide(two, approve(), { by: { id: "frank", roles: ["finance"] } });
  wait(2 * MINUTE);
  const four = await payment("four", 4);
  await gate.decide(four, edit({ ...four.args, amount: 5 }), FIONA);
  const { body } = await call("reviewer", "GET", "/v1/decisions");
  expect(body.items).toMatchObject([
    {
      id: four.id,
      decision: "edit",
      took: 0,
      status: "approved",
      title: 'send_payment: to "Acme", amount 5, iban •••',
      tool: "send_payment",
    },
    { id: one.id, decision: "reject", took: 2 * MINUTE, status: "rejected", statusText: "rejected" },
    { id: three.id, decision: "approve", took: MINUTE, statusText: "approved, not run yet" },
  ]);
  expect(body.summary).toEqual({ count: 3, medianTook: MINUTE, approved: 1, edited: 1, rejected: 1 });
  expect(body.next).toBeUndefined();
});

test("nobody's are none", async () => {
  const { call } = desk();
  expect((await call("reviewer", "GET", "/v1/decisions")).body).toEqual({
    items: [],
    summary: { count: 0, approved: 0, edited: 0, rejected: 0 },
  });
});

test("pages leave nothing out, and show nothing twice, also where some are signed meanwhile", async () => {
  const { client, payment, gate, wait } = timed();
  const signed: ApprovalRequest[] = [];
  for (let n = 0; n < 7; n++) signed.push(await payment(`n${n}`, n));
  for (const request of signed) {
    // Some within one millisecond.
    wait(signed.indexOf(request) % 2);
    await gate.decide(request, approve(), FIONA);
  }
  const rows: string[] = [];
  for await (const { id } of each((after) => client("reviewer").listDecisions({ limit: 2, after }))) {
    rows.push(id);
    if (rows.length === 3) await gate.decide(await payment("late", 100), approve(), FIONA);
  }
  expect(rows).toHaveLength(7);
  expect(new Set(rows)).toEqual(new Set(signed.map(({ id }) => id)));
});

test("more than are sorted at once are read on", async () => {
  const { client, payment, gate, store } = desk();
  const list = store.listRequests.bind(store);
  // As if a thousand were three.
  store.listRequests = (tenant, query) => list(tenant, { ...query, ...(query.limit === 1_000 && { limit: 3 }) });
  const ids: string[] = [];
  for (let n = 0; n < 8; n++) {
    const request = await payment(`n${n}`, n);
    ids.push(request.id);
    await gate.decide(request, approve(), FIONA);
  }
  const rows = await Array.fromAsync(each((after) => client("reviewer").listDecisions({ limit: 2, after })));
  expect(rows.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
});

test("what was signed under an alias is one's own", async () => {
  const { call, payment, gate } = desk();
  await gate.decide(await payment("one"), approve(), { by: { id: "F1", aliases: ["fiona"], roles: ["finance"] } });
  expect((await call("reviewer", "GET", "/v1/decisions")).body.items).toHaveLength(1);
});

test("a cursor that nobody wrote is refused", async () => {
  const { call } = desk();
  for (const after of ["1", "1.0.x/", "/nowhere", `1.0.${"0".repeat(32)}`])
    expect(await call("reviewer", "GET", `/v1/decisions?after=${encodeURIComponent(after)}`)).toMatchObject({
      status: 422,
      body: { code: "INVALID_ARGS", details: { issues: [{ path: ["after"] }] } },
    });
});

test("another tenant's are nobody's here", async () => {
  const { call, payment, gate, store } = desk();
  await gate.decide(await payment("one"), approve(), { by: { id: "mallory", roles: ["finance"] } });
  expect(createGate({ store, tenant: "other" }).store).toBe(store);
  expect((await call("foreign tenant", "GET", "/v1/decisions")).body.items).toEqual([]);
});
