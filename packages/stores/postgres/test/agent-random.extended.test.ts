// The role of an agent's process fires whatever its grants allow, in three sessions with transactions that stay open and
// overlap. Whatever came through: nothing is signed, what has ended stays as it was, and what waits can be decided.
import type { AuditEvent, Batch, Change, RequestRecord } from "@countersign/core/store";
import fc from "fast-check";
import type pg from "pg";
import { expect, test } from "vitest";
import { parametersOf } from "../src/batch.ts";
import { sqlStateOf } from "../src/sql-state.ts";
import { expectDecidable, expectHeld, recordsOf, worldOf, type World } from "./agent-world.ts";
import { agentUrl, connectTo } from "./setting.ts";
import { threeRoles } from "./three-roles.ts";

const RUNS = 12;
const SESSIONS = 3;

const { server, agent, reviewer } = await threeRoles();

const STATES = ["pending", "approved", "executing", "done", "failed", "unknown", "rejected", "expired", "cancelled", "purged"] as const;
const number = fc.nat(1_000);
const often = <T>(usual: T, ...odd: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 6 }, { arbitrary: fc.constantFrom(usual, ...odd), weight: 3 });

/** What an executor writes, and what it may not. */
const over = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom<Partial<RequestRecord>>(
      {},
      { state: "cancelled", noticeAt: undefined, error: "no longer" },
      { state: "executing", begun: true, attempt: 1, holder: "me", leaseUntil: 5, noticeAt: undefined },
      { state: "done", result: "paid", leaseUntil: 0 },
      { state: "failed", error: "no", leaseUntil: 0 },
      { state: "unknown", leaseUntil: 0 },
      { state: "approved", begun: false, leaseUntil: 0 },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Partial<RequestRecord>>(
      ...STATES.map((state) => ({ state })),
      { tool: "read" },
      { reason: "harmless" },
      { args: { amount: 9 } },
      { threadId: "t0" },
      { threadId: "countersign/freezes" },
      { agent: "other" },
      { grantId: "none" },
      { terms: { roles: ["interns"] } },
      { askedAt: 0 },
      { askedAt: 1e15 },
      { decidedAt: 1 },
      { decidedAt: 1e15 },
      { expiresAt: 1 },
      { expiresAt: 1e15 },
      { noticeAt: Number.NaN },
      { begun: true },
      { attempt: 3 },
      { result: "x" },
      { redact: ["args.amount"] },
      { decisions: [{ decision: { type: "approve" }, by: { id: "bob" }, at: 1, via: undefined, digest: "", signature: undefined }] },
    ),
  },
);

const part = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("move"), of: number, as: number, over, expects: often(0, -1, 1), event: often("noted", "none", "settled", "gap", "prev", "tail"), counts: often(true, false) }) }, // prettier-ignore
  { weight: 6, arbitrary: fc.record({ do: fc.constant("ask"), of: number, over, grant: fc.constantFrom(-1, 0, 1), uses: often(1, 0, 2), event: often("noted", "none", "approved", "tail"), counts: often(true, false) }) }, // prettier-ignore
  { weight: 2, arbitrary: fc.record({ do: fc.constant("thread"), of: number, event: often("noted", "none", "gap", "tail"), plus: often(0, 1, -1), isNew: fc.boolean() }) }, // prettier-ignore
  { weight: 1, arbitrary: fc.record({ do: fc.constant("event"), of: number, ahead: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("add"), of: number, by: fc.integer({ min: -2, max: 2 }), uses: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("require"), of: number }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("drop"), of: number }) },
);
type Part = typeof part extends fc.Arbitrary<infer T> ? T : never;

const shot = fc.record({
  session: fc.nat(SESSIONS - 1),
  parts: fc.array(part, { minLength: 1, maxLength: 3 }),
  twice: often(false, true),
  ends: fc.constantFrom("COMMIT", "COMMIT", "ROLLBACK", undefined),
});

test("whatever it fires, nothing is signed, and everything can still be decided and frozen", async () => {
  let runs = 0;
  const written = { yes: 0, no: 0 };
  const holds = fc.asyncProperty(fc.array(shot, { minLength: 15, maxLength: 40 }), async (shots) => {
    const world = await worldOf(`tenant-${++runs}`, agent, reviewer);
    const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => sessionOf()));
    for (const { session, parts, twice, ends } of shots) {
      const client = sessions[session] as pg.Client;
      const parameters = await aimed(world, parts, twice);
      if (await fired(client, parameters)) written.yes++;
      else written.no++;
      if (ends) await client.query(`${ends}; BEGIN`);
    }
    for (const client of sessions) await client.query("COMMIT");
    await Promise.all(sessions.map((client) => client.end()));
    await expectHeld(world, reviewer);
    await expectDecidable(world, reviewer);
  });
  await fc.assert(holds, { numRuns: RUNS, endOnFailure: true });
  // Or it has tried nothing.
  expect(written.yes).toBeGreaterThan(RUNS);
  expect(written.no).toBeGreaterThan(RUNS);
});

async function sessionOf(): Promise<pg.Client> {
  const client = await connectTo(agentUrl(server.url));
  await client.query("SET lock_timeout = '20ms'; SET idle_in_transaction_session_timeout = 0");
  await client.query("BEGIN");
  return client;
}

/** Was it written? What is refused leaves the transaction as it was. */
async function fired(client: pg.Client, parameters: readonly unknown[]): Promise<boolean> {
  await client.query("SAVEPOINT before");
  try {
    const call = "SELECT countersign.commit_unsigned_2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS refused";
    const { rows } = await client.query<{ readonly refused: string | null }>(call, [...parameters]);
    return rows[0]?.refused === null;
  } catch (error) {
    // What the rules don't refuse, a lock, a constraint or the type of a column may.
    expect(sqlStateOf(error)).toMatch(/^(42501|55P03|40P01|CS00\d|23\d\d\d|22\d\d\d)$/);
    await client.query("ROLLBACK TO before");
    return false;
  }
}

/** The parameters of a batch that is about records as they are now. */
async function aimed(world: World, parts: readonly Part[], twice: boolean): Promise<readonly unknown[]> {
  const now = await recordsOf(world.tenant, reviewer);
  const all = parts.map((one) => partOf(one, world.tenant, now));
  const batch: Batch = {
    tenant: world.tenant,
    changes: all.flatMap(({ changes }) => changes),
    events: all.flatMap(({ events }) => events),
  };
  const parameters = parametersOf(batch, crypto.randomUUID());
  // As no batch of ours says it.
  return twice ? parameters.map((value) => (typeof value === "string" && value.startsWith("{") ? `{${value.slice(1, -1)},${value.slice(1, -1)}}` : value)) : parameters; // prettier-ignore
}

type Now = Pick<World, "requests" | "grants" | "threads">;
type Parts = { readonly changes: readonly Change[]; readonly events: readonly AuditEvent[] };

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;
const waits = (state: RequestRecord["state"]): number => Number(state === "pending" || state === "unknown");
const open = (id: string, by: number): readonly Change[] => (by === 0 ? [] : [{ op: "add", kind: "thread", id, field: "open", by }]);

function next(subject: string, { seq, head }: { readonly seq: number; readonly head: string }, kind: string) {
  const hash = `${subject}-${seq + 1}-${crypto.randomUUID()}`;
  const [place, prev] = [kind === "gap" ? seq + 2 : seq + 1, kind === "prev" ? "0" : head];
  const type = ["gap", "prev", "tail"].includes(kind) ? "noted" : kind;
  const event: AuditEvent = { subject, seq: place, prev, hash, type, at: 1, actor: undefined, data: {} };
  return kind === "none"
    ? { events: [], tail: { seq, head } }
    : { events: [event], tail: { seq: place, head: kind === "tail" ? "0" : hash } };
}

function partOf(one: Part, tenant: string, { requests, grants, threads }: Now): Parts {
  const request = pick(requests, one.of);
  const thread = pick(threads, one.of);
  switch (one.do) {
    case "move": {
      const { events, tail } = next(request.id, request, one.event);
      const decidedAt = request.decidedAt ?? (one.over.state ? Date.now() : undefined);
      const attempt = one.over.state === "executing" ? request.attempt + 1 : request.attempt;
      const record = { ...request, decidedAt, ...one.over, attempt: one.over.begun ? attempt : request.attempt, ...tail };
      const by = one.counts ? waits(record.state) - waits(request.state) : 0;
      return {
        changes: [{ op: "put", kind: "request", record, expects: request.version + one.expects }, ...open(record.threadId, by)],
        events,
      };
    }
    case "ask": {
      const id = crypto.randomUUID().replaceAll("-", "");
      const grant = one.grant < 0 ? undefined : pick(grants, one.grant);
      const { events, tail } = next(id, { seq: 0, head: "" }, one.event);
      const about = grant ? requests.find((other) => other.id === grant.grant.requestId) : request;
      const state = grant ? "approved" : "pending";
      const blank = { decisions: [], begun: false, attempt: 0, leaseUntil: 0, holder: undefined, error: undefined, endedAt: undefined, result: undefined } as const; // prettier-ignore
      const asked = { ...(about ?? request), ...blank, id, state, grantId: grant?.id, decidedAt: grant ? Date.now() : undefined, noticeAt: undefined } as const; // prettier-ignore
      const record: RequestRecord = { ...asked, ...(one.of % 3 === 0 ? one.over : {}), tenant, ...tail };
      const use: readonly Change[] =
        grant && one.uses > 0 ? [{ op: "add", kind: "grant", id: grant.id, field: "uses", by: 0 - one.uses }] : [];
      const by = one.counts ? waits(record.state) : 0;
      return { changes: [{ op: "put", kind: "request", record, expects: 0 }, ...open(record.threadId, by), ...use], events };
    }
    case "thread": {
      const id = one.isNew ? `new-${one.of}` : thread.id;
      const old = threads.find((other) => other.id === id) ?? { ...thread, id, version: 0, seq: 0, head: "" };
      const { events, tail } = next(`thread/${id}`, old, one.event);
      return { changes: [{ op: "put", kind: "thread", record: { ...old, ...tail }, expects: old.version }, ...open(id, one.plus)], events };
    }
    case "event":
      return { changes: [], events: next(request.id, request, one.ahead > 1 ? "gap" : "noted").events };
    case "add":
      if (one.uses) return { changes: [{ op: "add", kind: "grant", id: pick(grants, one.of).id, field: "uses", by: one.by }], events: [] };
      return { changes: open(thread.id, one.by), events: [] };
    case "require":
      return { changes: [{ op: "require", threadId: thread.id, fence: thread.fence }], events: [] };
    case "drop":
      return { changes: [{ op: "drop", subject: request.id, through: request.seq }], events: [] };
  }
}
