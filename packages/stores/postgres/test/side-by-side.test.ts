// The agent's role with several sessions at once: one keeps a change open, another waits for it and then goes too far. What
// a role may do is judged by what is there when it has waited.
import { approve, type Principal } from "@countersign/core";
import type { Batch, Change, RequestRecord } from "@countersign/core/store";
import { startPostgres } from "@countersign/postgres-server";
import { put, putThread, request, T0, TENANT, thread } from "@countersign/store-tests";
import type pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { parametersOf } from "../src/batch.ts";
import { postgresStore } from "../src/index.ts";
import { agentUrl, blocked, connectTo, failure, GRANTS, query, reviewerUrl } from "./setting.ts";

const server = await startPostgres();
const owner = postgresStore({ connectionString: server.url, max: 2 });
await owner.now();
await query(server.url, GRANTS);
afterAll(async () => {
  await owner.close();
  await server.stop();
});
const agent = agentUrl(server.url);

const LEVELS = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"] as const;
const FORBIDDEN = "42501";
const SERIALIZATION = "40001";

const alice: Principal = { id: "alice", roles: ["finance"] };
const bob: Principal = { id: "bob", roles: ["finance"] };
const terms = { roles: ["finance"], quorum: 2, escalate: { after: "1h", roles: ["cfo"] } } as const;

let count = 0;

/** A request that waits for two signatures, and escalates in an hour. */
async function asked(over: Partial<RequestRecord> = {}): Promise<RequestRecord> {
  const threadId = `thread-${++count}`;
  const record = request(`asked-${count}`, { threadId, terms, askedAt: Date.now(), ...over });
  await owner.commit({ tenant: TENANT, changes: [putThread(thread(threadId)), put(record), addOpen(threadId, 1)], events: [] });
  return stored(record.id);
}

const addOpen = (id: string, by: number): Change => ({ op: "add", kind: "thread", id, field: "open", by });

async function stored(id: string): Promise<RequestRecord> {
  const record = await owner.getRequest(TENANT, id);
  if (!record) throw new Error("gone");
  return record;
}

function signature(by: Principal, { proposal }: RequestRecord): RequestRecord["decisions"][number] {
  return { decision: approve(), by, at: 1, via: "web", digest: proposal.digest, signature: undefined };
}

/** What may be kept open, and what may not follow it: changes of the record that was asked. */
interface Attempt {
  /** Of the request as it was asked. */
  readonly asked?: Partial<RequestRecord>;
  readonly first?: Partial<RequestRecord>;
  readonly then: (record: RequestRecord) => Partial<RequestRecord>;
}

const FORGERIES: Readonly<Record<string, Attempt>> = {
  "two signatures": {
    then: (record) => ({ state: "approved", decisions: [signature(alice, record), signature(bob, record)] }),
  },
  "an approval": { then: () => ({ state: "approved" }) },
  "an execution": { then: () => ({ state: "executing", attempt: 1 }) },
  "other terms": { then: () => ({ terms: {} }) },
  "other arguments": { then: ({ proposal }) => ({ proposal: { ...proposal, args: { amount: 1_000_000 } } }) },
  "an escalation before its time": { then: () => ({ terms: { roles: ["finance", "cfo"], quorum: 2 } }) },
  "what was withdrawn": { first: { state: "cancelled", decidedAt: Date.now() }, then: () => ({ state: "pending", decidedAt: undefined }) },
  "what has expired": {
    asked: { expiresAt: T0 },
    first: { state: "expired", decidedAt: Date.now() },
    then: () => ({ state: "approved" }),
  },
};

function changed(record: RequestRecord, over: Partial<RequestRecord>, expects: number): Batch {
  const waits = (state: RequestRecord["state"]): number => Number(state === "pending" || state === "unknown");
  const by = waits(over.state ?? record.state) - waits(record.state);
  const counted = by === 0 ? [] : [addOpen(record.threadId, by)];
  return { tenant: TENANT, changes: [put({ ...record, ...over, version: expects + 1 }, expects), ...counted], events: [] };
}

const call = (name: string): string => `SELECT countersign.${name}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS refused`;
const UNSIGNED = call("commit_unsigned_2");

async function send(client: pg.Client, batch: Batch, sql: string = UNSIGNED): Promise<unknown> {
  const { rows } = await client.query<{ readonly refused: unknown }>(sql, [...parametersOf(batch, crypto.randomUUID())]);
  return rows[0]?.refused;
}

interface Meeting {
  readonly over?: Partial<RequestRecord> | undefined;
  readonly first?: Partial<RequestRecord> | undefined;
  readonly levels?: readonly [first: string, second: string];
  /** Ends the first session's transaction. Default: `COMMIT`. */
  readonly end?: string;
  /** The role of the first session. Default: the agent's. */
  readonly as?: string;
  /** The second session's call, begun while the first one's change is open. */
  readonly second: (client: pg.Client, record: RequestRecord) => Promise<unknown>;
}

/** Answers what came of the second session's call, and the request before, as the first one left it, and now. */
async function meet({ over, first = {}, levels = [LEVELS[0], LEVELS[0]], end = "COMMIT", as = agent, second }: Meeting) {
  const before = await asked(over);
  const [one, other] = await Promise.all([connectTo(as), connectTo(agent)]);
  await one.query(`BEGIN ISOLATION LEVEL ${levels[0]}; SAVEPOINT before`);
  expect(await send(one, changed(before, first, before.version), as === agent ? UNSIGNED : call("commit_2"))).toBe(null);
  await other.query(`SET default_transaction_isolation = '${levels[1].toLowerCase()}'`);
  const outcome = failure(second(other, before));
  await blocked(server.url, other);
  await one.query(end);
  const left = await stored(before.id);
  const { error } = await outcome;
  return { before, left, error, now: await stored(before.id) };
}

const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

describe.each(LEVELS)("behind an open change, %s", (one) => {
  describe.each(LEVELS)("and %s", (other) => {
    test.each(Object.entries(FORGERIES))("%s can't follow", async (_, { asked: over, first, then }) => {
      const second = (client: pg.Client, record: RequestRecord): Promise<unknown> =>
        send(client, changed({ ...record, ...first }, then(record), record.version + 1));
      const { before, left, error, now } = await meet({ over, first, levels: [one, other], second });
      expect(codeOf(error)).toBe(other === "READ COMMITTED" ? FORBIDDEN : SERIALIZATION);
      expect(left.version).toBe(before.version + 1);
      expect(now).toEqual(left);
    });
  });
});

test("when it escalates, and to whom, can't be made to say something else behind an open change", async () => {
  const sooner = async (client: pg.Client, record: RequestRecord): Promise<unknown> => {
    // The terms stay, and what would be compared with them says otherwise.
    const { rows } = await client.query<{ readonly at: string }>(
      `SELECT escalates_at AS at FROM countersign.requests WHERE id = '${record.id}'`,
    );
    const parameters = parametersOf(changed(record, {}, record.version + 1), crypto.randomUUID());
    return client.query(UNSIGNED, [
      ...parameters.map((value) => (typeof value === "string" ? value.replace(`,${rows[0]?.at},`, ",1,") : value)),
    ]);
  };
  const { error, left, now } = await meet({ second: sooner });
  expect(codeOf(error)).toBe(FORBIDDEN);
  expect(now).toEqual(left);
});

test("a reviewer's signature can't be taken away while it is being given", async () => {
  const given = await meet({
    first: { state: "approved", decisions: [signature(alice, request("any"))] },
    as: reviewerUrl(server.url),
    second: (client, record) => send(client, changed(record, { state: "pending", decisions: [] }, record.version + 1)),
  });
  expect(codeOf(given.error)).toBe(FORBIDDEN);
  expect(given.now).toMatchObject({ state: "approved", decisions: [{ by: alice }] });
});

test("whoever waited for a change that was taken back, or wants what is no longer so, has lost a race and no more", async () => {
  const forge = FORGERIES["two signatures"] as Attempt;
  const ahead = (client: pg.Client, record: RequestRecord): Promise<unknown> =>
    send(client, changed(record, forge.then(record), record.version + 1)).then((refused) => Promise.reject(new Error(String(refused))));
  for (const end of ["ROLLBACK", "ROLLBACK TO before; COMMIT"]) {
    const { before, error, now } = await meet({ second: ahead, end });
    expect(String(error)).toMatch(new RegExp(`"version" : ${before.version}\\b`));
    expect(now).toEqual(before);
  }
  const late = (client: pg.Client, record: RequestRecord): Promise<unknown> =>
    send(client, changed(record, { state: "expired" }, record.version)).then((refused) => Promise.reject(new Error(String(refused))));
  const { before, error } = await meet({ second: late });
  expect(String(error)).toMatch(new RegExp(`"version" : ${before.version + 1}\\b`));
});

/** Ways to call the function. Each gets its parameters as SQL. */
const WAYS: Readonly<Record<string, (forged: string) => readonly string[]>> = {
  "a statement that was prepared and run before": (forged) => [
    `PREPARE forge (boolean) AS SELECT CASE WHEN $1 THEN countersign.commit_unsigned_2(${forged}) END`,
    ...Array.from({ length: 6 }, () => "EXECUTE forge (false)"),
    "EXECUTE forge (true)",
  ],
  ...Object.fromEntries(
    ["VOLATILE", "STABLE", "IMMUTABLE"].map((volatility) => [
      `a ${volatility} function of its own`,
      (forged: string) => [
        `CREATE FUNCTION pg_temp.forge() RETURNS text LANGUAGE plpgsql ${volatility} SECURITY DEFINER
           AS $f$ BEGIN RETURN countersign.commit_unsigned_2(${forged}); END $f$`,
        "SELECT pg_temp.forge()",
      ],
    ]),
  ),
  "a function that catches what is refused, and tries again": (forged) => [
    `DO $f$ BEGIN
       FOR i IN 1..3 LOOP
         BEGIN PERFORM countersign.commit_unsigned_2(${forged}); EXCEPTION WHEN OTHERS THEN IF i = 3 THEN RAISE; END IF; END;
       END LOOP;
     END $f$`,
  ],
  "a savepoint": (forged) => ["BEGIN", "SAVEPOINT s", `SELECT countersign.commit_unsigned_2(${forged})`, "COMMIT"],
  "a cursor": (forged) => ["BEGIN", `DECLARE c CURSOR FOR SELECT countersign.commit_unsigned_2(${forged})`, "FETCH c", "COMMIT"],
  "a trigger of a table of its own": (forged) => [
    "CREATE TEMP TABLE mine (x int)",
    `CREATE FUNCTION pg_temp.forge() RETURNS trigger LANGUAGE plpgsql
       AS $f$ BEGIN PERFORM countersign.commit_unsigned_2(${forged}); RETURN NEW; END $f$`,
    "CREATE TRIGGER forge BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION pg_temp.forge()",
    "INSERT INTO mine VALUES (1)",
  ],
  "names of its own before ours": (forged) => [
    ...["requests", "threads", "grants", "events"].map((table) => `CREATE TEMP TABLE ${table} (tenant text, id text, version bigint)`),
    `CREATE FUNCTION pg_temp.array_position(a anyarray, b anyelement) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    "CREATE FUNCTION pg_temp.now_ms() RETURNS double precision LANGUAGE sql AS 'SELECT 0::double precision'",
    "CREATE FUNCTION pg_temp.unnest(anyarray) RETURNS SETOF anyelement LANGUAGE sql AS 'SELECT $1[1] WHERE false'",
    "CREATE FUNCTION pg_temp.same(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT false'",
    "CREATE OPERATOR pg_temp.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.same)",
    "SET search_path = pg_temp, pg_catalog, countersign",
    `SELECT countersign.commit_unsigned_2(${forged})`,
  ],
  "settings of its own": (forged) => [
    "SET plan_cache_mode = force_custom_plan; SET enable_indexscan = off; SET transform_null_equals = on; SET bytea_output = escape",
    `SELECT countersign.commit_unsigned_2(${forged})`,
  ],
};

/** The parameters as literals, so that functions can carry them. */
function literals(batch: Batch): string {
  const literal = (value: unknown): string => (typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : "NULL");
  return parametersOf(batch, crypto.randomUUID()).map(literal).join(", ");
}

async function all(client: pg.Client, statements: readonly string[]): Promise<void> {
  for (const sql of statements) await client.query(sql);
}

describe("a signature can't be forged", () => {
  const forgery = FORGERIES["two signatures"] as Attempt;

  test.each(Object.entries(WAYS))("by %s behind an open change", async (_, way) => {
    const second = (client: pg.Client, record: RequestRecord): Promise<unknown> => {
      const forged = changed(record, forgery.then(record), record.version + 1);
      return all(client, way(literals(forged)));
    };
    const { left, error, now } = await meet({ second });
    expect(codeOf(error)).toBe(FORBIDDEN);
    expect(now).toEqual(left);
  });

  test.each(LEVELS)("in the transaction of what may be done, %s", async (level) => {
    const record = await asked();
    const client = await connectTo(agent);
    await client.query(`BEGIN ISOLATION LEVEL ${level}`);
    expect(await send(client, changed(record, {}, record.version))).toBe(null);
    expect(codeOf((await failure(send(client, changed(record, forgery.then(record), record.version + 1)))).error)).toBe(FORBIDDEN);
    await client.query("COMMIT");
    expect(await stored(record.id)).toEqual(record);
  });

  test("in the statement of what may be done, nor in its batch", async () => {
    const record = await asked();
    const client = await connectTo(agent);
    const [harmless, forged] = [changed(record, {}, record.version), changed(record, forgery.then(record), record.version + 1)];
    const both = `SELECT countersign.commit_unsigned_2(${literals(harmless)}), countersign.commit_unsigned_2(${literals(forged)})`;
    expect(codeOf((await failure(client.query(both))).error)).toBe(FORBIDDEN);
    const rows = [harmless, changed(record, forgery.then(record), record.version)].map((batch) => String(parametersOf(batch, "")[4]));
    const twice = [...parametersOf(harmless, "")];
    twice[4] = `{${rows.map((row) => row.slice(1, -1)).join(",")}}`;
    expect(codeOf((await failure(client.query(UNSIGNED, twice))).error)).toBe(FORBIDDEN);
    expect(await stored(record.id)).toEqual(record);
  });

  test.each(LEVELS.slice(1))("from a snapshot of before, %s", async (level) => {
    const record = await asked();
    const client = await connectTo(agent);
    await client.query(`BEGIN ISOLATION LEVEL ${level}; SELECT FROM countersign.requests`);
    await owner.commit(changed(record, {}, record.version));
    const forged = changed(record, forgery.then(record), record.version + 1);
    expect(codeOf((await failure(send(client, forged))).error)).toBe(SERIALIZATION);
  });

  test.each([
    "SET ROLE countersign_reviewer",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION countersign_reviewer",
    "SET session_replication_role = replica",
    "CREATE TRIGGER mine BEFORE UPDATE ON countersign.requests FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON UPDATE TO countersign.requests DO INSTEAD NOTHING",
    "CREATE POLICY mine ON countersign.requests",
    "ALTER FUNCTION countersign.commit_unsigned_2 RESET ALL",
    "CREATE OR REPLACE FUNCTION countersign.tick_base() RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'",
    "GRANT EXECUTE ON FUNCTION countersign.commit_2 TO countersign_agent",
  ])("by way of %s", async (sql) => {
    expect(codeOf((await failure(query(agent, sql))).error)).toBe(FORBIDDEN);
  });
});
