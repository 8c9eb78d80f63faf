import { approve, createGate, createWorker, definePolicy, edit, reject, type Gate, type Principal } from "@countersign/core";
import type { Batch, RequestRecord, StorePort } from "@countersign/core/store";
import { startPostgres, type PostgresServer, type PostgresVersion } from "@countersign/postgres-server";
import { commit, event, put, putThread, request, TENANT, thread } from "@countersign/store-tests";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { call, createRunner, scripted } from "../../../../internal/core-tests/test/mini.ts";
import { parametersOf } from "../src/batch.ts";
import { isForbidden } from "../src/errors.ts";
import { agentUrl, connectTo, eventually, failure, GRANTS, openStore, query, reviewerUrl, urlOf } from "./setting.ts";

const alice: Principal = { id: "alice" };
// Terms from two places: the order in which they come is not the one in which they are read again.
const policy = definePolicy({
  review: { executeWithin: "1h" },
  tools: { pay: { args: z.object({ amount: z.number() }), ask: true, review: { reviewers: ["alice"] } } },
});
const refused = { code: "STORE_UNAVAILABLE", details: { retryable: false }, cause: { code: "42501" } };

/** The owner has made the schema, and the README's SQL was run. */
async function urls(server: PostgresServer): Promise<{ readonly owner: string; readonly agent: string; readonly reviewer: string }> {
  const owner = urlOf(server.url, { username: "countersign_owner", password: "o" });
  const isThere = await query(server.url, "SELECT FROM pg_roles WHERE rolname = 'countersign_owner'");
  if (isThere.length === 0) {
    await query(
      server.url,
      "CREATE ROLE countersign_owner LOGIN CREATEROLE PASSWORD 'o'; GRANT CREATE ON DATABASE postgres TO countersign_owner",
    );
    await openStore(owner).now();
    await query(owner, GRANTS);
  }
  return {
    owner,
    agent: agentUrl(server.url),
    reviewer: reviewerUrl(server.url),
  };
}

/** Everything in the schema, as text. */
async function contents(url: string): Promise<unknown> {
  const tables = ["requests", "threads", "grants", "events", "audiences", "parties", "words", "documents", "countersign_schema"];
  return Promise.all(tables.map((table) => query(url, `SELECT * FROM countersign.${table} AS t ORDER BY t::text`)));
}

async function pendingRequest(gate: Gate, key: string) {
  const asked = await gate.ask({ threadId: `t-${key}`, tool: "pay", args: { amount: 1 }, key });
  if (asked.status !== "pending") throw new Error(asked.status);
  return asked.request;
}

/** The roles of the README, whose SQL is run as it stands there, on a server of this version. */
export async function testRoles(version: PostgresVersion): Promise<void> {
  const server = await startPostgres({ version });
  afterAll(() => server.stop());
  describe(`on PostgreSQL ${version}`, () => rolesOn(server));
}

function rolesOn(server: PostgresServer): void {
  test("neither role is a superuser or owns anything", async () => {
    const { agent, reviewer, owner } = await urls(server);
    for (const url of [agent, reviewer]) {
      expect(
        await query(
          url,
          "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls AS might FROM pg_roles WHERE rolname = current_user",
        ),
      ).toEqual([{ might: false }]);
      expect(await query(url, "SELECT relname FROM pg_class WHERE relowner = current_user::regrole")).toEqual([]);
    }
    expect(await query(owner, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).toEqual([{ rolsuper: false }]);
  });

  test("a run suspends under the agent's role, is decided under the reviewer's, and a worker completes it", async () => {
    const { agent, reviewer } = await urls(server);
    const terms = { quorum: 2, fourEyes: true, roles: ["finance"], expiresIn: "1h", executeWithin: "10m" } as const;
    const strict = definePolicy({
      review: { expiresIn: "2h", remind: ["10m"] },
      tools: { pay: { args: z.object({ amount: z.number(), 2: z.string(), 1: z.string() }), ask: true, review: terms } },
    });
    const paid: object[] = [];
    const args = { 2: "b", amount: 4_200, 1: "a" };
    const doing = { model: scripted([call("c", "pay", args)], "done"), tools: { pay: (given: object) => paid.push(given) } };
    const gate = createGate({ policy: strict, store: openStore(agent) });
    const desk = createGate({ store: openStore(reviewer) });
    const runner = createRunner(gate, doing);
    const worker = createWorker(gate, [runner], { sweepEvery: 100 }).start();
    onTestFinished(() => worker.stop());
    const outcome = await runner.start("run", "go", { requestedBy: { roles: ["clerk"], name: "Bob", id: "bob" } });
    const [request] = outcome.status === "suspended" ? outcome.pending : [];
    if (!request) throw new Error("nothing pending");
    const [seen] = (await desk.list({ reviewableBy: { id: "fiona", roles: ["finance"] } })).items;
    expect(seen).toMatchObject({ id: request.id });
    const role = await openStore(reviewer).role?.();
    const edited = await desk.decide(request, edit({ ...args, amount: 4_000 }, { comment: "half" }), {
      by: { roles: ["finance"], id: "fiona", kind: "person" },
      via: "web",
      origin: { host: "desk-7", role },
    });
    expect(edited.decisions[0]?.origin).toEqual({ host: "desk-7", role: "countersign_reviewer" });
    for (const [id, name] of [
      ["frank", "Frank"],
      ["frida", "Frida"],
    ] as const) {
      await desk.decide(edited, approve({ comment: "fine" }), { by: { id, name, roles: ["finance"] } });
    }
    await eventually(() => paid.length > 0);
    await eventually(async () => (await runner.resume("run")).status === "completed");
    expect(paid).toEqual([{ ...args, amount: 4_000 }]);
    const history = await Array.fromAsync(gate.history(request.id));
    expect(history.map(({ type }) => type)).toEqual(["asked", "voted", "voted", "approved", "claimed", "done"]);
    await Promise.all([gate.verify(), desk.verify()]);
  });

  test("the agent's role also withdraws, expires, and gives up what it can't know", async () => {
    const { agent, reviewer } = await urls(server);
    const store = openStore(agent);
    const gate = createGate({ policy, store, timings: { lease: 50 } });
    const withdrawn = await pendingRequest(gate, "withdrawn");
    await gate.cancel(withdrawn.id, { by: alice, reason: "no longer" });
    const hasty = createGate({ policy: definePolicy({ tools: { pay: { ask: true, review: { expiresIn: 1 } } } }), store });
    const overdue = await pendingRequest(hasty, "overdue");
    await createWorker(hasty, []).drain();
    expect(await hasty.get(overdue.id)).toMatchObject({ status: "expired" });
    const lost = await pendingRequest(gate, "lost");
    await createGate({ store: openStore(reviewer) }).decide(lost, approve(), { by: alice });
    const record = await store.getRequest(TENANT, lost.id);
    if (!record) throw new Error("gone");
    await commit(store, [put({ ...record, state: "executing", begun: true, attempt: 1, leaseUntil: 1, holder: "dead" }, record.version)]);
    await createWorker(gate, []).drain();
    expect(await gate.get(lost.id)).toMatchObject({ execution: "unknown" });
    expect((await failure(gate.settle(lost.id, { retry: true }, { by: alice }))).error).toMatchObject(refused);
    await createGate({ store: openStore(reviewer) }).settle(lost.id, { retry: true }, { by: alice });
    const ticket = await gate.ask({ threadId: "t-lost", tool: "pay", args: { amount: 1 }, key: "lost" });
    if (ticket.status !== "approved") throw new Error(ticket.status);
    expect(await gate.execute(ticket, () => "paid")).toBe("paid");
    expect((await failure(gate.purge({ olderThan: 1, by: { id: "retention", kind: "service" } }))).error).toMatchObject(refused);
    expect(
      await createGate({ store: openStore(reviewer) }).purge({ olderThan: 1, by: { id: "retention", kind: "service" } }),
    ).toMatchObject({ requests: expect.any(Number) });
    expect(await store.getRequest(TENANT, withdrawn.id)).toMatchObject({ state: "purged" });
  });

  test("the agent's role can't decide, and nothing is written", async () => {
    const { agent, owner } = await urls(server);
    const gate = createGate({ policy, store: openStore(agent) });
    const request = await pendingRequest(gate, "undecided");
    const before = await contents(owner);
    for (const decision of [approve(), edit({ amount: 2 }), reject("no")]) {
      const { error } = await failure(gate.decide(request, decision, { by: alice }));
      expect(error).toMatchObject(refused);
      expect(String(error)).toMatch(/not sign/);
    }
    expect(await contents(owner)).toEqual(before);
  });

  test("the agent's role can't forge a signature through the function that it may call", async () => {
    const { agent, owner } = await urls(server);
    const store = openStore(agent);
    const gate = createGate({ policy, store });
    const request = await pendingRequest(gate, "forged");
    const cancelled = await pendingRequest(gate, "cancelled");
    await gate.cancel(cancelled.id, { by: alice, reason: "no" });
    const [record, ended] = await Promise.all([store.getRequest(TENANT, request.id), store.getRequest(TENANT, cancelled.id)]);
    if (!record || !ended) throw new Error("gone");
    const next = { subject: record.id, seq: record.seq + 1 };
    const forge = (batch: Partial<Batch>): Promise<unknown> =>
      send(agent, parametersOf({ tenant: TENANT, changes: [], events: [], ...batch }, crypto.randomUUID()));
    const decisions = [{ decision: approve(), by: alice, at: 1, via: undefined, digest: record.proposal.digest, signature: undefined }];
    const grant = {
      id: "g",
      version: 0,
      tenant: TENANT,
      uses: 0,
      grant: { tool: "pay", agent: "" },
      revokedAt: undefined,
      expiresAt: undefined,
      seq: 0,
      head: "",
    };
    const put = (over: object, of: RequestRecord = record, expects = of.version): Partial<Batch> => ({
      changes: [{ op: "put", kind: "request", record: { ...of, ...over }, expects }],
    });
    const before = await contents(owner);
    const attempts: readonly Promise<unknown>[] = [
      forge(put({ state: "approved" })),
      forge(put({ state: "rejected" })),
      forge(put({ state: "executing", attempt: 1 })),
      forge(put({ state: "done", attempt: 1 })),
      forge(put({ decisions })),
      forge(put({ terms: {} })),
      forge(put({ proposal: { ...record.proposal, args: { amount: 9 } } })),
      forge(put({ requestedBy: { id: "mallory" } })),
      forge(put({ id: "new", decisions }, record, 0)),
      ...["rejected", "executing", "done", "purged"].map((state) => forge(put({ id: "new", state }, record, 0))),
      // By way of states from which an agent may go on.
      ...["pending", "approved", "executing", "done", "purged"].map((state) => forge(put({ state }, ended))),
      forge({ changes: [{ op: "put", kind: "grant", record: grant as never, expects: 0 }] }),
      forge({ changes: [{ op: "add", kind: "grant", id: "g", field: "uses", by: 1 }] }),
      forge({ changes: [{ op: "drop", subject: record.id, through: 1 }] }),
      ...["voted", "approved", "rejected", "settled", "purged"].map((type) =>
        forge({ events: [{ ...event(next.subject, next.seq), type }] }),
      ),
    ];
    for (const { error } of await Promise.all(attempts.map(failure))) expect(error).toMatchObject({ code: "42501" });
    expect(await contents(owner)).toEqual(before);
  });

  test.each(["agent", "reviewer"] as const)("the %s's role can write no table, make nothing and call nothing else", async (role) => {
    const all = await urls(server);
    const url = all[role];
    await commit(
      openStore(all.reviewer),
      [put(request(`seen-by-${role}`)), putThread(thread(`seen-by-${role}`))],
      [event(`seen-by-${role}`, 1)],
    );
    const before = await contents(all.owner);
    const tables = ["requests", "threads", "grants", "events", "audiences", "parties", "words", "countersign_schema"];
    const attempts = [
      ...tables.flatMap((table) => [
        `INSERT INTO countersign.${table} DEFAULT VALUES`,
        `UPDATE countersign.${table} SET ${table === "countersign_schema" ? "version = 9" : "tenant = 'x'"}`,
        `DELETE FROM countersign.${table}`,
        `TRUNCATE countersign.${table}`,
        `SELECT FROM countersign.${table} FOR UPDATE`,
        `ALTER TABLE countersign.${table} DISABLE TRIGGER ALL`,
        `DROP TABLE countersign.${table}`,
      ]),
      "ALTER TABLE countersign.documents DISABLE ROW LEVEL SECURITY",
      "CREATE POLICY all_of_it ON countersign.documents USING (true)",
      "SELECT nextval('countersign.events_n_seq')",
      "CREATE TABLE countersign.mine (x int)",
      "CREATE OR REPLACE FUNCTION countersign.now_ms() RETURNS double precision LANGUAGE sql AS 'SELECT 0::double precision'",
      "DROP SCHEMA countersign CASCADE",
    ];
    const errors = await Promise.all(attempts.map(async (sql) => ({ sql, error: (await failure(query(url, sql))).error })));
    expect(errors.filter(({ error }) => !isForbidden(error))).toEqual([]);
    const mine =
      role === "agent" ? ["claim_threads_1", "commit_unsigned_2"] : ["claim_documents_1", "commit_2", "documents_1", "write_document_1"];
    const callable = `SELECT proname AS name FROM pg_proc WHERE pronamespace = 'countersign'::regnamespace AND has_function_privilege(oid, 'EXECUTE') ORDER BY 1`;
    expect((await query(url, callable)).map(({ name }) => name)).toEqual([...mine, "now_ms", "tick_base"].sort());
    expect(await contents(all.owner)).toEqual(before);
  });

  test("the agent's role can neither read nor write documents, whatever is granted on all tables; the reviewer's can do both", async () => {
    const { agent, reviewer } = await urls(server);
    const [theirs, ours] = [openStore(agent).documents, openStore(reviewer).documents];
    if (!theirs || !ours) throw new Error("no documents");
    const session = { collection: "sessions", id: "s1", body: { of: "alice" }, dueAt: 1 };
    const given = [event("key/ci", 1, "key.given")];
    expect(await ours.put(TENANT, session, 0, given)).toEqual({ ok: true });
    const attempts = [
      theirs.get(TENANT, "sessions", "s1"),
      theirs.list(TENANT, { collection: "sessions" }),
      theirs.put(TENANT, session, 1),
      theirs.put(TENANT, { ...session, id: "s2" }, 0),
      theirs.delete(TENANT, "sessions", "s1"),
      theirs.claimDue(TENANT, { collection: "sessions", leaseMs: 1, limit: 1 }),
      openStore(agent).commit({ tenant: TENANT, changes: [], events: [event("key/mine", 1, "key.given")] }),
    ];
    for (const { error } of await Promise.all(attempts.map(failure))) expect(error).toMatchObject(refused);
    for (const sql of ["SELECT * FROM countersign.documents", "SELECT * FROM countersign.documents WHERE body LIKE '%alice%'"])
      expect(await query(agent, sql)).toEqual([]);
    expect(await query(agent, "SELECT * FROM pg_stats WHERE tablename = 'documents'")).toEqual([]);
    expect(await ours.claimDue(TENANT, { collection: "sessions", leaseMs: 1, limit: 1 })).toMatchObject([{ id: "s1", version: 2 }]);
    expect(await ours.get(TENANT, "sessions", "s1")).toMatchObject({ body: { of: "alice" }, version: 2 });
    expect(await ours.delete(TENANT, "sessions", "s1", 2)).toEqual({ ok: true });
  });

  test("each role can make its calls", async () => {
    const { agent, reviewer } = await urls(server);
    const can: readonly [string, (store: StorePort) => Promise<unknown>][] = [
      [agent, (store) => store.now()],
      [agent, (store) => store.listEvents(TENANT, undefined, 1)],
      [agent, (store) => store.claimDue("thread", { tenant: "none", holder: "h", leaseMs: 1, limit: 1 })],
      [agent, (store) => store.commit({ tenant: "none", changes: [], events: [] })],
      [reviewer, (store) => store.now()],
      [reviewer, (store) => store.listEvents(TENANT, undefined, 1)],
      [reviewer, (store) => store.commit({ tenant: "none", changes: [], events: [] })],
      [reviewer, (store) => store.listRequests(TENANT, { reviewableBy: alice })],
    ];
    for (const [url, work] of can) await work(openStore(url));
    expect(
      (await failure(openStore(reviewer).claimDue("thread", { tenant: "none", holder: "h", leaseMs: 1, limit: 1 }))).error,
    ).toMatchObject(refused);
  });
}

async function send(url: string, parameters: readonly unknown[]): Promise<unknown> {
  const client = await connectTo(url);
  const { rows } = await client.query("SELECT countersign.commit_unsigned_2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS refused", [
    ...parameters,
  ]);
  return rows;
}
