// What the role of an agent's process can't write, one thing at a time: everything else of each batch is as it must be.
import type { AuditEvent, Batch, Change, RequestRecord } from "@countersign/core/store";
import { describe, expect, test } from "vitest";
import { expectDecidable, expectHeld, worldOf } from "./agent-world.ts";
import { parametersOf } from "../src/batch.ts";
import { agentUrl, connectTo, failure } from "./setting.ts";
import { threeRoles } from "./three-roles.ts";

const { server, owner, agent, reviewer } = await threeRoles();

const tenant = "default";
const world = await worldOf(tenant, agent, reviewer);
const of = (state: RequestRecord["state"], nth = 0): RequestRecord => {
  const record = world.requests.filter((one) => one.state === state)[nth];
  if (!record) throw new Error(`no request is ${state}`);
  return record;
};
const [pending, approved, done, unknown] = [of("pending"), of("approved"), of("done"), of("unknown")];
const exact = world.grants.find(({ grant }) => grant.scope === "exact-args");
const granted = world.requests.find(({ id }) => id === exact?.grant.requestId);
if (!exact || !granted) throw new Error("no grant");

const forbidden = { code: "STORE_UNAVAILABLE", details: { retryable: false }, cause: { code: "42501" } };
const waits = ({ state }: RequestRecord): number => Number(state === "pending" || state === "unknown");
const add = (kind: "thread" | "grant", id: string, by: number): Change =>
  kind === "thread" ? { op: "add", kind, id, field: "open", by } : { op: "add", kind, id, field: "uses", by };

type Parts = Pick<Batch, "changes" | "events">;

/** A record's next event, and the record as it then is. */
function next(subject: string, { seq, head }: { readonly seq: number; readonly head: string }, type = "noted") {
  const hash = `${subject}-${seq + 1}-${type}`;
  const event: AuditEvent = { subject, seq: seq + 1, prev: head, hash, type, at: 1, actor: undefined, data: {} };
  return { event, tail: { seq: seq + 1, head: hash } };
}

/** A request moves, with its event and its thread's counter. */
function moved(old: RequestRecord, over: Partial<RequestRecord>, type?: string): Parts {
  const { event, tail } = next(old.id, old, type);
  const record = { ...old, ...over, ...tail, version: old.version + 1 };
  const by = waits(record) - waits(old);
  return {
    changes: [{ op: "put", kind: "request", record, expects: old.version }, ...(by === 0 ? [] : [add("thread", old.threadId, by)])],
    events: [event],
  };
}

let asked = 0;

/** A new request, with its event and its thread's counter. */
function inserted(over: Partial<RequestRecord>, type?: string): Parts {
  const id = (++asked).toString(16).padStart(32, "0");
  const { event, tail } = next(id, { seq: 0, head: "" }, type);
  const record = { ...pending, id, decisions: [], ...over, ...tail, version: 1 };
  const put: Change = { op: "put", kind: "request", record, expects: 0 };
  return { changes: [put, ...(waits(record) ? [add("thread", record.threadId, 1)] : [])], events: [event] };
}

const before = ({ changes, events }: Parts): Parts => ({ changes, events: [...events.map((event) => ({ ...event, seq: 0, hash: "" })), ...events] }); // prettier-ignore
const together = (one: Parts, other: Parts): Parts => ({ changes: [...one.changes, ...other.changes], events: [...one.events, ...other.events] }); // prettier-ignore
const plus = ({ changes, events }: Parts, ...more: readonly Change[]): Parts => ({ changes: [...changes, ...more], events });
const signature = { decision: { type: "approve" }, by: { id: "mallory" }, at: 1, via: undefined, digest: pending.proposal.digest, signature: undefined } as const; // prettier-ignore
const { id: _id, ...theCall } = granted;
const byGrant = (over: Partial<RequestRecord> = {}): Parts =>
  inserted({ ...theCall, decisions: [], grantId: exact.id, decidedAt: Date.now(), state: "approved", noticeAt: undefined, ...over });
const used = (parts: Parts, by = -1): Parts => plus(parts, add("grant", exact.id, by));

const thread = world.threads.find(({ id }) => id === pending.threadId);
const freezes = world.threads.find(({ id }) => id === "countersign/freezes");
if (!thread || !freezes) throw new Error("no thread");
const put = (record: typeof thread, expects: number): Change => ({ op: "put", kind: "thread", record, expects });
const schema = { ...freezes, id: `countersign/schema/${"0".repeat(64)}`, context: {}, version: 1, fence: 0 };
const founded = (over: Partial<typeof thread> = {}, type = "created"): Parts => {
  const record = { ...schema, ...over };
  const { event, tail } = next(`thread/${record.id}`, { seq: 0, head: "" }, type);
  return { changes: [put({ ...record, ...tail }, 0)], events: [event] };
};

const ATTEMPTS: Readonly<Record<string, Readonly<Record<string, Parts>>>> = {
  "of a pending request": {
    "its arguments": moved(pending, { args: { amount: 9 } }),
    "its tool": moved(pending, { tool: "read" }),
    "its reason": moved(pending, { reason: "harmless" }),
    "its mask": moved(pending, { redact: ["args.amount"] }),
    "who asked": moved(pending, { requestedBy: { id: "mallory" } }),
    "how they are called": moved(pending, { requestedBy: { id: "carol", name: "The CEO" } }),
    "when it was asked": moved(pending, { askedAt: 1 }),
    "its thread": moved(pending, { threadId: "other" }),
    "its digest": moved(pending, { proposal: { ...pending.proposal, digest: "0" } }),
    "an edit": moved(pending, { proposal: { ...pending.proposal, args: { amount: 9 } } }),
    "an edit's author": moved(pending, { proposal: { ...pending.proposal, by: { id: "alice" } } }),
    "its terms": moved(pending, { terms: { roles: ["interns"] } }),
    "its deadline": moved(pending, { expiresAt: undefined }),
    "its time to execute": moved(pending, { executeWithin: 1e9 }),
    "a signature": moved(pending, { decisions: [signature] }),
    "its expiry before its time": moved(pending, { state: "expired", decidedAt: Date.now() }),
    "a decision in the future": moved(pending, { state: "cancelled", decidedAt: Date.now() + 60_000 }),
    "its approval": moved(pending, { state: "approved", decidedAt: Date.now() }),
    "its rejection": moved(pending, { state: "rejected", decidedAt: Date.now() }),
    "its execution": moved(pending, { state: "executing", begun: true, attempt: 1 }),
    "the end of its reminders": moved(pending, { noticeAt: undefined }),
    "a time that is none": moved(pending, { leaseUntil: Number.NaN }),
  },
  "of an approved request": {
    "when it was decided": moved(approved, { decidedAt: Date.now() }),
    "when it was decided, with a claim": moved(approved, { state: "executing", begun: true, attempt: 1, decidedAt: 1 }),
    "two attempts at once": moved(approved, { state: "executing", begun: true, attempt: 2 }),
    "a claim that has not begun": moved(approved, { state: "executing", attempt: 1 }),
    "a receipt without a claim": moved(approved, { state: "done", result: "paid" }),
    "what nobody knows": moved(approved, { state: "unknown" }),
    "its return to pending": moved(approved, { state: "pending" }),
    "its signatures": moved(approved, { decisions: [] }),
  },
  "of what has ended": {
    "its result": moved(done, { result: "nothing" }),
    "its error": moved(done, { error: "failed" }),
    "when it ended": moved(done, { endedAt: 1 }),
    "its state": moved(done, { state: "failed" }),
    "its purge": moved(done, { state: "purged" }),
    "its return": moved(of("cancelled"), { state: "pending", decidedAt: undefined, error: undefined }),
    "a second rejection": moved(of("rejected"), { error: "other words" }),
    "another try of what is unknown": moved(unknown, { state: "approved" }),
  },
  "of a new request": {
    "a signature": inserted({ decisions: [signature] }),
    "an edit": inserted({ proposal: { ...pending.proposal, args: { amount: 9 } } }),
    "an attempt": inserted({ attempt: 1 }),
    "an execution": inserted({ state: "executing", begun: true }),
    "a result": inserted({ state: "done", result: "paid" }),
    "a rejection that nobody gave": inserted({ state: "rejected", decidedAt: Date.now(), noticeAt: undefined }),
    "a decision in the future": inserted({ state: "approved", decidedAt: 1e15, noticeAt: undefined }),
    "a time that is none": inserted({ expiresAt: Number.POSITIVE_INFINITY }),
    "an id that could be another's chain": inserted({ id: `thread/${pending.threadId}` }),
  },
  "of a grant": {
    "a use for nothing": { changes: [add("grant", exact.id, -1)], events: [] },
    "another use": { changes: [add("grant", exact.id, 1)], events: [] },
    "a call without a use": byGrant(),
    "two uses for one call": used(byGrant(), -2),
    "one use for two calls": used(together(byGrant(), byGrant())),
    "other arguments": used(byGrant({ proposal: { ...granted.proposal, digest: "0" } })),
    "another tool": used(byGrant({ tool: "pay" })),
    "another agent": used(byGrant({ agent: "other" })),
    "another namespace": used(byGrant({ namespace: "other" })),
    "another thread": used(byGrant({ threadId: "other" })),
    "another requester": used(byGrant({ requestedBy: { id: "mallory" } })),
    "the other decision": used(byGrant({ state: "rejected" })),
    "a grant that isn't there": plus(byGrant({ grantId: "none" })),
    "its terms": {
      changes: [{ op: "put", kind: "grant", record: { ...exact, version: exact.version + 1 }, expects: exact.version }],
      events: [],
    },
  },
  "of a chain": {
    "an event of nobody": { changes: [], events: [next(pending.id, pending).event] },
    "an event of the freezes": { changes: [], events: [next("thread/countersign/freezes", freezes).event] },
    "the first event of what isn't there yet": { changes: [], events: [next("f".repeat(32), { seq: 0, head: "" }).event] },
    "a change that no event tells": { changes: moved(approved, { state: "cancelled" }).changes, events: [] },
    "a gap": { ...moved(approved, { state: "cancelled" }), events: [{ ...next(approved.id, approved).event, seq: approved.seq + 2 }] },
    "another event before it": {
      ...moved(approved, { state: "cancelled" }),
      events: [{ ...next(approved.id, approved).event, prev: "0" }],
    },
    "another end": { ...moved(approved, { state: "cancelled" }), events: [{ ...next(approved.id, approved).event, hash: "0" }] },
    "one before the first": before(inserted({})),
    "a signer's event": moved(approved, { state: "cancelled" }, "settled"),
    "its removal": { changes: [{ op: "drop", subject: done.id, through: 1 }], events: [] },
  },
  "of a counter": {
    "one more that waits": { changes: [add("thread", pending.threadId, 1)], events: [] },
    "one less": { changes: [add("thread", pending.threadId, -1)], events: [] },
    "one less than ended": plus(moved(pending, { state: "cancelled", decidedAt: Date.now() }), add("thread", pending.threadId, 1)),
    "another thread's": plus(moved(pending, { state: "cancelled", decidedAt: Date.now() }), add("thread", pending.threadId, 1), add("thread", "countersign/freezes", -1)), // prettier-ignore
  },
  "of what is everybody's": {
    "the freezes": { changes: [put({ ...freezes, version: freezes.version + 1 }, freezes.version)], events: [] },
    "the freezes' fence": { changes: [put({ ...freezes, version: freezes.version + 1, fence: 9 }, freezes.version)], events: [] },
    "a thread beside them": founded({ id: "countersign/other" }),
    "a schema that is held": founded({ holder: "me" }),
    "a schema that is live": founded({ state: "live" }),
    "a schema with a fence": founded({ fence: 1 }),
    "a schema that waits": plus(founded(), add("thread", schema.id, 1)),
    "a schema with another beginning": founded({}, "noted"),
  },
};

describe.each(Object.entries(ATTEMPTS))("the agent's role can't write, %s,", (_, attempts) => {
  test.each(Object.entries(attempts))("%s", async (__, parts) => {
    expect((await failure(agent.commit({ tenant, ...parts }))).error).toMatchObject(forbidden);
  });
});

/** Who has to do with a request stands beside its record: what core makes of the record, changed on its way. */
const PARTIES = '\\"{\\\\\\"role/finance\\\\\\",\\\\\\"person/carol\\\\\\"}\\"';
const unsigned = world.requests.find(({ state, decisions }) => state === "pending" && decisions.length === 0) ?? pending;
const FORGED: Readonly<Record<string, readonly [parts: Parts, parties: readonly string[]]>> = {
  "a signer of a new request": [inserted({}), ["role/finance", "person/carol", "signed/fiona"]],
  "a new request that its reviewers don't see": [inserted({}), ["person/carol"]],
  "a new request that its requester doesn't see": [inserted({}), ["role/finance"]],
  "a new request that nobody sees": [inserted({}), []],
  "a withdrawal that its reviewers don't see": [
    moved(unsigned, { state: "cancelled", decidedAt: Date.now(), error: "no longer", noticeAt: undefined }),
    ["person/carol"],
  ],
  "a withdrawal that somebody has signed": [
    moved(unsigned, { state: "cancelled", decidedAt: Date.now(), error: "no longer", noticeAt: undefined }),
    ["role/finance", "person/carol", "signed/fiona"],
  ],
};

describe("the agent's role can't write,", () => {
  test.each(Object.entries(FORGED))("%s", async (_, [parts, parties]) => {
    const client = await connectTo(agentUrl(server.url));
    const honest = parametersOf({ tenant, ...parts }, "");
    const forged = honest.map((rows) =>
      typeof rows === "string" ? rows.replace(PARTIES, `\\"{${parties.map((who) => `\\\\\\"${who}\\\\\\"`).join(",")}}\\"`) : rows,
    );
    expect(forged).not.toEqual(honest);
    const sql = "SELECT countersign.commit_unsigned_2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    expect((await failure(client.query(sql, forged))).error).toMatchObject({ code: "42501" });
  });
});

const ALLOWED: Readonly<Record<string, Parts>> = {
  "a note in the chain of what has ended": moved(done, {}),
  "a withdrawal": moved(of("pending", 1), { state: "cancelled", decidedAt: Date.now(), error: "no longer", noticeAt: undefined }),
  "a claim": moved(of("approved", 1), { state: "executing", begun: true, attempt: 1, holder: "me", leaseUntil: Date.now() }),
  "a late receipt": moved(of("unknown", 1), { state: "done", result: "paid" }),
  "a question": inserted({}),
  "a call that its policy allows": inserted({ state: "approved", decidedAt: Date.now(), noticeAt: undefined }),
  "a use of a grant": used(byGrant()),
  "its last use": used(byGrant()),
  "a schema": founded(),
  "a heartbeat": { changes: [put({ ...thread, version: thread.version + 1, leaseUntil: 1 }, thread.version)], events: [] },
};

test("nothing that was refused is there, and the like that is its own to write is", async () => {
  expect(await worldAgain()).toEqual([world.requests, world.grants, world.threads]);
  for (const [what, parts] of Object.entries(ALLOWED))
    expect([what, await agent.commit({ tenant, ...parts })]).toEqual([what, { ok: true }]);
  await expectHeld(world, reviewer);
  await expectDecidable(world, reviewer);
});

test("a claim beats, is given back as not started, is taken again, parked, lost and found", async () => {
  const claimed = { state: "executing", begun: true, leaseUntil: 2e12 } as const;
  const steps: readonly Partial<RequestRecord>[] = [
    { ...claimed, attempt: 1, holder: "a" },
    { leaseUntil: 3e12 },
    { state: "approved", begun: false, leaseUntil: 0 },
    { ...claimed, attempt: 2, holder: "b" },
    { state: "approved", leaseUntil: 0 },
    { ...claimed, attempt: 3, holder: "c" },
    { state: "unknown", endedAt: 5, leaseUntil: 0 },
    { state: "failed", error: "refused", endedAt: 6 },
  ];
  for (const step of steps) {
    const now = await owner.getRequest(tenant, approved.id);
    if (!now) throw new Error("gone");
    expect([step, await agent.commit({ tenant, ...moved(now, step) })]).toEqual([step, { ok: true }]);
    expect(await owner.getRequest(tenant, approved.id)).toMatchObject(step);
  }
});

async function worldAgain(): Promise<readonly unknown[]> {
  const requests = await Promise.all(world.requests.map(({ id }) => owner.getRequest(tenant, id)));
  const threads = await Promise.all(world.threads.map(({ id }) => owner.getThread(tenant, id)));
  return [requests, await owner.listGrants?.(tenant, undefined), threads];
}
