// Live events over HTTP miss nothing and show nothing foreign: writers at random, transactions that are held open, two servers
// on one store, and listeners that come and go.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { approve, createGate, definePolicy, edit, isCountersignError, reject, type Gate, type Principal } from "@countersign/core";
import type { AuditEvent, StorePort } from "@countersign/core/store";
import { postgresStore } from "@countersign/postgres";
import { startPostgres } from "@countersign/postgres-server";
import { sqliteStore } from "@countersign/sqlite";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../src/client.ts";
import { createServer } from "../src/index.ts";
import { listen } from "./support/listen.ts";

const WRITE_FOR = 1_500;
const WRITERS = 8;
/** Of each person at once. */
const EARS = 2;

const policy = definePolicy({
  tools: { pay: { ask: true, review: { roles: ["finance"] } }, fire: { ask: true, review: { roles: ["hr"] } } },
});
const PEOPLE = {
  fiona: { id: "fiona", roles: ["finance"] },
  helga: { id: "helga", roles: ["hr"] },
  bob: { id: "bob", roles: ["finance", "hr"] },
  dora: { id: "dora" },
  audrey: { id: "audrey", roles: ["audit"] },
  mallory: { id: "mallory", roles: ["finance", "hr", "audit"] },
} as const satisfies Record<string, Principal>;
type Name = keyof typeof PEOPLE;
const OSCAR: Principal = { id: "oscar", roles: ["ops"] };
const FREEZES = "thread/countersign/freezes";

/** A store that several processes share. */
interface Place {
  open(): StorePort;
  /** Holds up whoever writes, while it is true. Answers when all of it has ended. */
  holdUp(isOn: () => boolean): Promise<unknown>;
}

function file(): Place {
  const folder = mkdtempSync(join(tmpdir(), "countersign-live-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "store.db");
  return {
    open: () => sqliteStore(path),
    async holdUp(isOn) {
      const other = new DatabaseSync(path, { timeout: 5_000 });
      while (isOn()) {
        other.exec("BEGIN IMMEDIATE");
        await sleep(Math.random() * 30);
        other.exec(Math.random() < 0.5 ? "COMMIT" : "ROLLBACK");
        await sleep(Math.random() * 30);
      }
      other.close();
    },
  };
}

/** Some commits come long after those that began later, and one session has a transaction open for as long as anybody writes. */
async function database(): Promise<Place> {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  return {
    open: () => postgresStore({ connectionString: server.url, max: 6 }),
    async holdUp(isOn) {
      const session = new pg.Client({ connectionString: server.url });
      await session.connect();
      const { rows } = await session.query<{ name: string }>(
        "SELECT relnamespace::regnamespace AS name FROM pg_class WHERE relname = 'events'",
      );
      const schema = rows[0]?.name;
      await session.query(`CREATE FUNCTION hold_open() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF random() < 0.3 THEN PERFORM pg_sleep(random() * 0.25); END IF; RETURN NULL; END';
        CREATE TRIGGER hold_open AFTER INSERT ON ${schema}.events FOR EACH STATEMENT EXECUTE FUNCTION hold_open()`);
      await session.query("BEGIN; SELECT pg_current_xact_id()");
      while (isOn()) await sleep(10);
      await session.query("ROLLBACK");
      await session.end();
    },
  };
}

/** A server of its own process, as far as the store knows. */
async function replica(
  store: StorePort,
): Promise<{ readonly gate: Gate; readonly client: (name: Name, fetch?: typeof globalThis.fetch) => ReturnType<typeof createClient> }> {
  const gate = createGate({ store, policy, warn: () => {} });
  const foreign = createGate({ store, policy, tenant: "foreign", warn: () => {} });
  const http = await listen();
  const server = createServer({
    gate: ({ id }) => (id === "mallory" ? foreign : gate),
    hosts: [`127.0.0.1:${http.port}`],
    auditors: ["audit"],
    authenticate: ({ headers }) => PEOPLE[headers.get("authorization")?.slice("Bearer ".length) as Name],
    limits: { requests: false, failures: false },
  });
  http.use(server);
  onTestFinished(async () => {
    await server.close();
    await http.close();
    await store.close();
  });
  return { gate, client: (key) => createClient({ baseUrl: `http://127.0.0.1:${http.port}`, key }) };
}

const anyOf = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)] as T;
const nameOf = ({ subject, seq }: Pick<AuditEvent, "subject" | "seq">): string => `${subject} ${seq}`;

async function asked(gate: Gate, tool: "pay" | "fire", requestedBy?: Principal) {
  const key = crypto.randomUUID();
  const approval = await gate.ask({ threadId: key, key, tool, args: { n: Math.random() }, requestedBy });
  if (approval.status !== "pending") throw new Error(`It is ${approval.status}.`);
  return approval.request;
}

/** Asks, and has it decided; or freezes, and lifts. */
async function write(gates: readonly Gate[]): Promise<void> {
  const gate = anyOf(gates);
  if (Math.random() < 0.1) {
    const { id } = await gate.freeze({ tool: anyOf(["pay", "fire"]) }, { by: OSCAR, reason: "wait" });
    await anyOf(gates).liftFreeze(id, { by: OSCAR });
    return;
  }
  const tool = anyOf(["pay", "fire"] as const);
  const request = await asked(gate, tool, tool === "pay" && Math.random() < 0.5 ? PEOPLE.dora : undefined);
  const decision = anyOf([approve(), reject("no"), edit({ n: 0 }), "cancel", "leave"] as const);
  if (decision === "leave") return;
  const by = anyOf<Principal>(tool === "pay" ? [PEOPLE.fiona, PEOPLE.bob] : [PEOPLE.helga, PEOPLE.bob]);
  if (decision === "cancel") await anyOf(gates).cancel(request.id, { by: OSCAR, reason: "no" });
  else await anyOf(gates).decide(request, decision, { by });
}

test.for([["SQLite", async () => file()] as const, ["PostgreSQL", database] as const])(
  "on %s, each person hears all that they may see, and nothing else",
  { timeout: 30_000 },
  async ([, place]) => {
    const { open, holdUp } = await place();
    const [observer, ...replicas] = [open(), await replica(open()), await replica(open())] as const;
    onTestFinished(() => observer.close());
    const gates = replicas.map(({ gate }) => gate);
    const foreign = createGate({ store: observer, policy, tenant: "foreign", warn: () => {} });
    const gate = createGate({ store: observer, policy, warn: () => {} });
    // What a freeze stops is seen by those who see such a request.
    for (const tool of ["pay", "fire"] as const) await asked(gate, tool, tool === "pay" ? PEOPLE.dora : undefined);
    const { position: start } = await observer.listEvents("default", undefined, 1_000);
    const { position: foreignStart } = await observer.listEvents("foreign", undefined, 1_000);

    let writing = true;
    const holding = holdUp(() => writing);
    const last = new Set<string>();
    const ears: { readonly name: Name; readonly mine: Set<string> }[] = [];

    /** Goes on from the last position that it has, until it has heard the last of all. The first of a person's stays; the others come and go. */
    async function ear(name: Name, isFirst: boolean): Promise<void> {
      const mine = new Set<string>();
      ears.push({ name, mine });
      for (let position = name === "mallory" ? foreignStart : start, isOver = false; !isOver;) {
        const gone = new AbortController();
        const isLong = isFirst || !writing;
        const timer = setTimeout(() => gone.abort(), isLong ? 20_000 : Math.random() * 300);
        try {
          for await (const each of anyOf(replicas).client(name).listen({ after: position }, { signal: gone.signal })) {
            if (each.event) mine.add(nameOf(each.event));
            if (each.event?.type === "cancelled" && last.has(each.event.subject)) isOver = true;
            position = each.position ?? position;
            if (isOver || (!isLong && Math.random() < 0.02)) break;
            if (Math.random() < 0.05) await sleep(Math.random() * 50);
          }
        } catch (error) {
          if (!gone.signal.aborted) throw error;
          if (isLong) throw new Error(`${name} never hears the end.`, { cause: error });
        } finally {
          clearTimeout(timer);
        }
        if (writing) await sleep(Math.random() * 100);
      }
    }

    const listening = Object.keys(PEOPLE).flatMap((name) => Array.from({ length: EARS }, (_, n) => ear(name as Name, n === 0)));
    const until = performance.now() + WRITE_FOR;
    const writers = Array.from({ length: WRITERS }, async (_, n) => {
      while (performance.now() < until) await write(n === 0 ? [foreign] : gates).catch(unlessFrozen);
    });
    await Promise.all(writers);
    writing = false;
    await holding;
    // One that everybody sees of the requests, and the foreign one.
    const ends = [[gate, await asked(gate, "fire")], [gate, await asked(gate, "pay", PEOPLE.dora)], [foreign, await asked(foreign, "pay")]] as const; // prettier-ignore
    for (const [, { id }] of ends) last.add(id);
    for (const [of, { id }] of ends) await of.cancel(id, { by: OSCAR, reason: "the end" });
    await Promise.all(listening);

    const all = await everything(observer, "default", start);
    const requests = new Map<string, Awaited<ReturnType<Gate["get"]>>>();
    for (const { subject } of all) if (!subject.includes("/")) requests.set(subject, await gate.get(subject));
    const frozen = new Map(all.filter(({ type }) => type === "frozen").map(({ data }) => [noteOf(data)["id"], noteOf(data)["tool"]]));
    const toolOf = (event: AuditEvent): unknown =>
      event.subject === FREEZES ? frozen.get(noteOf(event.data)["id"]) : requests.get(event.subject)?.tool;
    const sees: Readonly<Record<Name, (event: AuditEvent) => boolean>> = {
      fiona: (event) => toolOf(event) === "pay",
      helga: (event) => toolOf(event) === "fire",
      bob: (event) => toolOf(event) !== undefined,
      dora: (event) => (event.subject === FREEZES ? toolOf(event) === "pay" : requests.get(event.subject)?.requestedBy?.id === "dora"),
      audrey: () => true,
      mallory: () => false,
    };
    expect(all.length).toBeGreaterThan(20);
    for (const { name, mine } of ears) {
      const those = name === "mallory" ? await everything(observer, "foreign", foreignStart) : all.filter((event) => sees[name](event));
      // The very last ones may come after the one that an ear waits for.
      const ended = (event: AuditEvent | undefined): boolean => event !== undefined && last.has(event.subject.replace(/^thread\//, ""));
      expect(those.filter((event) => !mine.has(nameOf(event)) && !ended(event)).map(labelOf), `${name} missed`).toEqual([]);
      const theirs = new Set(those.map(nameOf));
      expect(
        [...mine].filter((each) => !theirs.has(each)),
        `foreign to ${name}`,
      ).toEqual([]);
    }
  },
);

const labelOf = (event: AuditEvent): string => `${nameOf(event)} ${event.type}`;

function unlessFrozen(error: unknown): void {
  if (!isCountersignError(error, "FROZEN")) throw error;
}

function noteOf({ note }: AuditEvent["data"]): Readonly<Record<string, unknown>> {
  return (note ?? {}) as Readonly<Record<string, unknown>>;
}

async function everything(store: StorePort, tenant: string, from: string): Promise<readonly AuditEvent[]> {
  const all: AuditEvent[] = [];
  for (let after = from; ;) {
    const { events, position } = await store.listEvents(tenant, after, 1_000);
    all.push(...events);
    if (events.length === 0) return all;
    after = position;
  }
}
