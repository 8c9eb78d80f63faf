// Reminders and escalations: given once, by whoever comes first, and never in the way of a decision.
import {
  approve,
  CountersignError,
  createGate,
  createWorker,
  definePolicy,
  edit,
  reject,
  type AuditEvent,
  type Principal,
  type ReviewTerms,
} from "@countersign/core";
import type { Batch, StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";
import { z } from "zod";

const HOUR = 3_600_000;
const fiona: Principal = { id: "fiona", roles: ["finance"] };
const frank: Principal = { id: "frank", roles: ["finance"] };
const cleo: Principal = { id: "cleo", roles: ["cfo"] };
const REVIEW: ReviewTerms = { roles: ["finance"], remind: ["1h", "3h"], escalate: { after: "2h", roles: ["cfo"] } };

/** A pending payment, in a store whose clock stands still until it is moved. */
async function waiting(review: ReviewTerms = REVIEW, wrap: (store: StorePort) => StorePort = (store) => store) {
  let time = 1_700_000_000_000;
  const now = (): number => time;
  const store = wrap(memoryStore({ now }));
  const Args = z.object({ amount: z.number() });
  const policy = definePolicy({ tools: { pay: { args: Args, ask: true, review } } });
  const gate = createGate({ policy, store, now, warn: () => {} });
  const asked = await gate.ask({ threadId: "t", tool: "pay", args: { amount: 5 }, key: "k", requestedBy: "bob" });
  if (asked.status !== "pending") throw new Error(asked.status);
  const { request } = asked;
  return {
    gate,
    store,
    policy,
    now,
    request,
    desk: createGate({ store, now }),
    sweep: () => createWorker(gate, []).drain(),
    wait: (hours: number) => void (time += hours * HOUR),
    record: async () => {
      const record = await store.getRequest("default", request.id);
      if (!record) throw new Error("gone");
      return record;
    },
    history: async (): Promise<readonly AuditEvent[]> => Array.fromAsync(gate.history(request.id)),
    types: async () => (await Array.fromAsync(gate.history(request.id))).map(({ type }) => type),
    inboxOf: async (reviewableBy: Principal) => (await gate.list({ reviewableBy })).items.length,
  };
}

it("reminds, escalates and reminds again, each at its time and once", async () => {
  const { sweep, wait, types, history, record, gate, request } = await waiting();
  expect((await record()).noticeAt).toBe(request.askedAt + HOUR);
  await sweep();
  expect(await types()).toEqual(["asked"]);
  for (let half = 0; half < 10; half++) {
    wait(0.5);
    await Promise.all([sweep(), sweep(), sweep()]);
  }
  expect(await types()).toEqual(["asked", "reminded", "escalated", "reminded"]);
  expect((await history()).map(({ data, at, actor }) => [data["note"], at - request.askedAt, actor?.id]).slice(1)).toEqual([
    [{ after: "1h", roles: ["finance"] }, HOUR, "countersign"],
    [{ after: "2h", roles: ["cfo"] }, 2 * HOUR, "countersign"],
    [{ after: "3h", roles: ["finance", "cfo"] }, 3 * HOUR, "countersign"],
  ]);
  expect((await record()).noticeAt).toBeUndefined();
  expect((await gate.get(request.id))?.terms).toEqual({ roles: ["finance", "cfo"], remind: ["1h", "3h"], expiresIn: "72h" });
  await gate.verify();
});

it("makes up for missed reminders with one, the last, however long nobody swept", async () => {
  const { sweep, wait, history, types, gate } = await waiting({ ...REVIEW, remind: ["10m", "1h", "3h", "4h", "9h"] });
  wait(5);
  await sweep();
  await sweep();
  expect(await types()).toEqual(["asked", "escalated", "reminded"]);
  expect((await history()).at(-1)?.data["note"]).toMatchObject({ after: "4h", roles: ["finance", "cfo"] });
  wait(5);
  await sweep();
  expect(await types()).toEqual(["asked", "escalated", "reminded", "reminded"]);
  await gate.verify();
});

it("lets those sign who are asked by now, sweeper or not, and nobody sooner", async () => {
  const { gate, desk, wait, types, request, inboxOf } = await waiting();
  await expect(desk.decide(request, approve(), { by: cleo })).rejects.toMatchObject({ code: "NOT_AUTHORIZED" });
  expect(await inboxOf(cleo)).toBe(0);
  wait(2);
  // What was shown before the escalation is the same proposal.
  expect(await desk.decide(request, approve(), { by: cleo })).toMatchObject({ status: "approved" });
  expect(await types()).toEqual(["asked", "escalated", "reminded", "approved"]);
  await gate.verify();
});

it("shows the request to those who are asked as well, and still to those who were before", async () => {
  const { sweep, wait, request, gate, inboxOf } = await waiting();
  wait(2);
  await sweep();
  expect(await Promise.all([fiona, cleo, { id: "mallory", roles: ["sales"] }].map(inboxOf))).toEqual([1, 1, 0]);
  expect(await gate.decide(request, approve(), { by: fiona })).toMatchObject({ status: "approved" });
});

it.each<[string, ReviewTerms, Principal, readonly Principal[]]>([
  ["roles", { roles: ["finance"] }, fiona, [cleo]],
  ["reviewers", { reviewers: ["rita"] }, { id: "rita" }, [cleo]],
  ["both", { roles: ["finance"], reviewers: ["rita"] }, { id: "rita" }, [fiona, cleo]],
  ["nobody in particular", {}, { id: "anyone" }, [fiona, cleo]],
])("never narrows who may sign: terms with %s", async (_, terms, before, others) => {
  const { sweep, wait, inboxOf, types } = await waiting({ ...terms, escalate: REVIEW.escalate });
  expect(await inboxOf(before)).toBe(1);
  wait(2);
  await sweep();
  expect(await types()).toEqual(["asked", "escalated"]);
  expect(await Promise.all([before, ...others].map(inboxOf))).toEqual([before, ...others].map(() => 1));
});

it("counts a quorum across those who were asked first and those who came later", async () => {
  const { gate, wait, request, types } = await waiting({ ...REVIEW, quorum: 2 });
  await gate.decide(request, approve(), { by: fiona });
  wait(2);
  expect(await gate.decide(request, approve(), { by: cleo })).toMatchObject({ status: "approved" });
  expect(await types()).toEqual(["asked", "voted", "escalated", "reminded", "approved"]);
});

it("doesn't begin to count anew when the arguments are edited", async () => {
  const { gate, wait, sweep, record, request, types } = await waiting({ ...REVIEW, quorum: 2 });
  wait(0.75);
  const edited = await gate.decide(request, edit({ amount: 4 }), { by: fiona });
  expect((await record()).noticeAt).toBe(request.askedAt + HOUR);
  wait(2);
  // An edit by the policy's own terms, which say that cleo is asked after 2 h: she is, and stays so.
  const again = await gate.decide(edited, edit({ amount: 3 }), { by: cleo });
  expect(again.terms.roles).toEqual(["finance", "cfo"]);
  expect((await record()).noticeAt).toBe(request.askedAt + 3 * HOUR);
  wait(1);
  await sweep();
  expect(await types()).toEqual(["asked", "voted", "escalated", "reminded", "voted", "reminded"]);
  expect(await gate.decide(again, approve(), { by: frank })).toMatchObject({ status: "approved", approvedArgs: { amount: 3 } });
  await gate.verify();
});

it("has nothing more to say once it is decided, withdrawn or expired", async () => {
  for (const end of ["approved", "rejected", "cancelled", "expired"] as const) {
    const { gate, wait, sweep, request, record, types } = await waiting();
    if (end === "cancelled") await gate.cancel(request.id, { by: fiona, reason: "no" });
    else if (end !== "expired") await gate.decide(request, end === "approved" ? approve() : reject("no"), { by: fiona });
    wait(100);
    await sweep();
    expect([await types(), (await record()).noticeAt]).toEqual([["asked", end], undefined]);
  }
});

it.each([
  ["while others are to come", 1.5, ["asked", "reminded", "voted"]],
  ["when it was the last one", 3.5, ["asked", "reminded", "voted"]],
])("gives no reminder again after a vote by a clock that is behind, %s", async (_, hours, given) => {
  const { sweep, wait, types, store, now, request } = await waiting({ roles: ["finance"], quorum: 2, remind: ["1h", "3h"] });
  const lagging = createGate({ store, now: () => now() - 3 * HOUR });
  wait(hours);
  await sweep();
  await lagging.decide(request, approve(), { by: fiona });
  await sweep();
  expect(await types()).toEqual(given);
});

it("expires a request rather than tell of it, also where the store's clock has gone on meanwhile", async () => {
  let skip = (): void => {};
  const { wait, sweep, types } = await waiting({ ...REVIEW, expiresIn: "4h" }, (store) => ({
    ...store,
    commit: (batch) => {
      if (batch.events.some(({ type }) => type === "reminded")) skip();
      return store.commit(batch);
    },
  }));
  skip = () => wait(3);
  wait(1.5);
  await sweep();
  expect(await types()).toEqual(["asked", "expired"]);
});

/** Once, right before a batch with such an event, something else happens. */
function before(type: string, happens: () => Promise<unknown>): (store: StorePort) => StorePort {
  let done = false;
  return (store) => ({
    ...store,
    async commit(batch) {
      if (!done && has(batch, type)) {
        done = true;
        await happens();
      }
      return store.commit(batch);
    },
  });
}

const has = ({ events }: Batch, type: string): boolean => events.some((event) => event.type === type);

it("leaves a decision alone that comes at the same moment", async () => {
  let decideNow = (): Promise<unknown> => Promise.resolve();
  const { desk, sweep, wait, request, types, gate } = await waiting(
    REVIEW,
    before("reminded", () => decideNow()),
  );
  decideNow = () => desk.cancel(request.id, { by: fiona, reason: "no" });
  wait(1);
  await sweep();
  expect(await types()).toEqual(["asked", "cancelled"]);
  await gate.verify();
});

it("lets a decision that was overtaken by a notice go through, without a word", async () => {
  let remindNow = (): Promise<unknown> => Promise.resolve();
  const { desk, sweep, wait, request, types, gate } = await waiting(
    REVIEW,
    before("approved", () => remindNow()),
  );
  remindNow = async () => {
    wait(2);
    await sweep();
  };
  expect(await desk.decide(request, approve(), { by: fiona })).toMatchObject({ status: "approved" });
  expect(await types()).toEqual(["asked", "escalated", "reminded", "approved"]);
  await gate.verify();
});

it("stays escalated when somebody edits it who has read the time before", async () => {
  let late: (() => Promise<void>) | undefined;
  const { gate, sweep, wait, request, record, types } = await waiting({ ...REVIEW, quorum: 2 }, (store) => ({
    ...store,
    async getRequest(tenant, id) {
      const first = late;
      late = undefined;
      await first?.();
      return store.getRequest(tenant, id);
    },
  }));
  late = async () => {
    await Promise.resolve();
    wait(2);
    await sweep();
  };
  await gate.decide(request, edit({ amount: 6 }), { by: fiona });
  expect(await record()).toMatchObject({ state: "pending", terms: { roles: ["finance", "cfo"] } });
  await sweep();
  expect((await types()).filter((type) => type === "escalated")).toHaveLength(1);
});

it("tells once when the answer of the store is lost", async () => {
  let losing = true;
  const { gate, sweep, wait, types } = await waiting(REVIEW, (store) => ({
    ...store,
    async commit(batch) {
      const committed = await store.commit(batch);
      if (!losing || !has(batch, "reminded")) return committed;
      losing = false;
      throw new CountersignError("STORE_UNAVAILABLE", { retryable: true });
    },
  }));
  wait(1);
  await sweep();
  expect([losing, await types()]).toEqual([false, ["asked", "reminded"]]);
  await gate.verify();
});

it("goes round a request that it can't read", async () => {
  const { gate, store, sweep, wait, request, types, policy, now } = await waiting(REVIEW, (inner) => ({
    ...inner,
    getRequest: async (tenant, id) => {
      const record = await inner.getRequest(tenant, id);
      return record?.threadId === "bad" ? ({ ...record, terms: 7 } as never) : record;
    },
  }));
  await createGate({ policy, store, now, warn: () => {} }).ask({ threadId: "bad", tool: "pay", args: { amount: 1 }, key: "k" });
  wait(1);
  const errors: unknown[] = [];
  await createWorker(gate, [], { onError: (error) => errors.push(error) }).drain();
  expect([errors.length, await types()]).toEqual([1, ["asked", "reminded"]]);
  await sweep();
  expect((await gate.get(request.id))?.status).toBe("pending");
});

it("reads requests of earlier versions, which know of no notices, and begins to count with their next vote", async () => {
  const { store, sweep, wait, record, types, gate, request } = await waiting({ ...REVIEW, quorum: 2 });
  const { noticeAt, ...old } = await record();
  expect(noticeAt).toBeDefined();
  const change = { op: "put", kind: "request", record: old, expects: old.version } as const;
  expect(await store.commit({ tenant: "default", changes: [change], events: [] })).toEqual({ ok: true });
  wait(5);
  await sweep();
  expect(await types()).toEqual(["asked"]);
  await gate.decide(request, approve(), { by: fiona });
  await sweep();
  expect(await types()).toEqual(["asked", "voted", "escalated"]);
  await gate.verify();
});

it.each([
  [{ expiresIn: "2h", remind: ["1h", "2h"] }, "review.remind.1"],
  [{ expiresIn: "2h", escalate: { after: "3h", roles: ["cfo"] } }, "review.escalate.after"],
  [{ remind: ["72h"] }, "review.remind.0"],
] as const)("a policy that promises what never comes is refused with its place: %j", (review, path) => {
  const refused = (at: string): object => expect.objectContaining({ code: "POLICY_INVALID", details: { path: at } });
  expect(() => definePolicy({ review })).toThrow(refused(path));
  expect(() => definePolicy({ tools: { pay: { ask: true, review } } })).toThrow(refused(`tools.pay.${path}`));
});

it("a rule whose requests expire sooner goes without the reminders of the others", () => {
  const rule = { ask: true, review: { expiresIn: "1h" } } as const;
  expect(definePolicy({ review: { remind: ["2h"] }, tools: { pay: rule } }).check({ tool: "pay", args: {} })).toMatchObject({
    type: "ask",
  });
});
