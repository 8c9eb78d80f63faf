// An export of the trail, by itself and beside the store: what was changed is found, and the error says how.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { approve, createGate, definePolicy, isCountersignError, verifyTrail, type AuditEvent, type Gate } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { sqliteStore } from "@countersign/sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../model/digest.ts";

const policy = definePolicy({ tools: { pay: "ask", secret: { ask: true, redact: ["args.pin"] } } });
const ALICE = { id: "alice" };

let folder = "";
let closing: StorePort[] = [];
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "countersign-trail-"))));
afterEach(async () => {
  await Promise.all(closing.map((store) => store.close()));
  closing = [];
  rmSync(folder, { recursive: true });
});

interface Office {
  readonly gate: Gate;
  /** A payment that was asked about, signed and made. */
  paid(key: string, tool?: string): Promise<string>;
  /** The trail as it is now, as a program reads it from a file. */
  exported(): Promise<readonly AuditEvent[]>;
}

function officeAt(name: string, tenant = "default"): Office {
  const store = sqliteStore(join(folder, name));
  closing.push(store);
  const gate = createGate({ policy, store, tenant });
  return {
    gate,
    async paid(key, tool = "pay") {
      const asked = await gate.ask({ threadId: `thread-${key}`, key, tool, args: { pin: key } });
      if (asked.status !== "pending") throw new Error(asked.status);
      await gate.decide(asked.request, approve(), { by: ALICE });
      await gate.execute({ id: asked.id, args: {} }, () => "paid");
      return asked.id;
    },
    async exported() {
      const { events } = await store.listEvents(tenant, undefined, 1_000);
      return JSON.parse(JSON.stringify(events)) as AuditEvent[];
    },
  };
}

/** What the file holds, as a backup has it. */
function backup(name: string, as: string): void {
  const file = new DatabaseSync(join(folder, name));
  file.exec(`VACUUM INTO '${join(folder, as)}'`);
  file.close();
}

function change(name: string, sql: string): void {
  const file = new DatabaseSync(join(folder, name));
  file.exec(sql);
  file.close();
}

async function* read<T>(events: readonly T[]): AsyncGenerator<T> {
  yield* events;
}

async function flawOf(verifying: Promise<unknown>): Promise<unknown> {
  const error = await verifying.then(() => undefined, (thrown: unknown) => thrown); // prettier-ignore
  return isCountersignError(error, "AUDIT_BROKEN") ? error.details : error;
}

describe("an export by itself", () => {
  let events: readonly AuditEvent[];
  let id = "";
  beforeEach(async () => {
    const office = officeAt("a.db");
    id = await office.paid("1");
    await office.paid("2", "secret");
    events = await office.exported();
  });
  const flaw = (changed: readonly unknown[]) => flawOf(verifyTrail(read(changed as AuditEvent[])));
  const at = (seq: number): number => events.findIndex((event) => event.subject === id && event.seq === seq);
  const rehashed = ({ hash: _, ...event }: AuditEvent): AuditEvent => ({
    ...event,
    hash: sha256({ ...event, actor: event.actor ?? null }),
  });

  it("is whole", async () => {
    const subjects = new Set(events.map(({ subject }) => subject)).size;
    expect(await verifyTrail(read(events))).toEqual({ events: events.length, subjects });
  });

  it("may lack its last events: only the store can tell", async () => {
    expect(await verifyTrail(read(events.slice(0, -1)))).toMatchObject({ events: events.length - 1 });
  });

  it.each<[string, (event: AuditEvent) => object]>([
    ["another time", (event) => ({ ...event, at: event.at + 1 })],
    ["another signer", (event) => ({ ...event, actor: { id: "mallory" } })],
    ["a signer with another role", (event) => ({ ...event, actor: { ...event.actor, roles: ["finance"] } })],
    ["another type", (event) => ({ ...event, type: "rejected" })],
    ["other data", (event) => ({ ...event, data: { ...event.data, state: "rejected" } })],
    ["data that no hash could be of", (event) => ({ ...event, data: { ...event.data, note: "\ud800" } })],
    ["another hash", (event) => ({ ...event, hash: "0".repeat(64) })],
  ])("with %s in an event", async (_, changed) => {
    const found = await flaw(events.map((event, index) => (index === at(2) ? changed(event) : event)));
    expect(found).toEqual({ subject: id, seq: 2, flaw: expect.stringContaining("it was changed") });
  });

  it("with an event that was written anew: the next one continues another", async () => {
    const found = await flaw(events.map((event, index) => (index === at(2) ? rehashed({ ...event, at: 1 }) : event)));
    expect(found).toEqual({ subject: id, seq: 3, flaw: expect.stringContaining("was replaced") });
  });

  it("without an event, without the first ones, with one twice, and in another order", async () => {
    const without = (...seqs: readonly number[]) => events.filter(({ subject, seq }) => subject !== id || !seqs.includes(seq));
    expect(await flaw(without(2))).toEqual({ subject: id, seq: 3, flaw: expect.stringContaining("event 2 of its chain is missing") });
    expect(await flaw(without(1, 2))).toEqual({
      subject: id,
      seq: 3,
      flaw: expect.stringContaining("events 1 to 2 of its chain are missing"),
    });
    expect(await flaw([...events, ...events.slice(0, 1)])).toMatchObject({ seq: 1, flaw: expect.stringContaining("was repeated") });
    const swapped = events.with(at(2), events[at(3)] as AuditEvent).with(at(3), events[at(2)] as AuditEvent);
    expect(await flaw(swapped)).toEqual({ subject: id, seq: 3, flaw: expect.stringContaining("the order was changed") });
  });

  it.each([
    ["a text", "asked"],
    ["nothing", null],
    ["no chain", { type: "asked" }],
  ])("with %s for an event", async (_, event) => {
    expect(await flaw([...events, event])).toMatchObject({
      code: "INVALID_ARGS",
      details: { issues: expect.arrayContaining([{ message: expect.any(String), path: expect.arrayContaining(["event"]) }]) },
    });
  });

  it("with a member that no hash covers", async () => {
    const [first, ...rest] = events;
    expect(await flaw([{ ...first, approvedBy: "alice" }, ...rest])).toMatchObject({ code: "INVALID_ARGS" });
  });
});

describe("an export beside the store", () => {
  const against = (gate: Gate, events: readonly AuditEvent[]) => flawOf(gate.verify({ against: read(events) }));

  it("is gone on from: by more of the same chains, by others, and by purges", async () => {
    const office = officeAt("a.db");
    await office.paid("1");
    const asked = await office.gate.ask({ threadId: "t", key: "k", tool: "pay", args: {} });
    const events = await office.exported();
    if (asked.status === "pending") await office.gate.cancel(asked.id, { by: ALICE, reason: "no" });
    await office.paid("2");
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await office.gate.purge({ olderThan: 1, by: { id: "retention", kind: "service" } })).toMatchObject({ requests: 3 });
    expect(await against(office.gate, events)).toBeUndefined();
    expect(await against(office.gate, [])).toBeUndefined();
    expect(await against(office.gate, await office.exported())).toBeUndefined();
  });

  it("is checked by itself first", async () => {
    const office = officeAt("a.db");
    await office.paid("1");
    const events = await office.exported();
    expect(await against(office.gate, events.with(0, { ...(events[0] as AuditEvent), at: 1 }))).toMatchObject({
      flaw: expect.stringContaining("it was changed"),
    });
    expect(await against(office.gate, [{} as AuditEvent])).toMatchObject({ code: "INVALID_ARGS" });
  });

  it("has more than an older backup, and something else than a backup that went on", async () => {
    const office = officeAt("a.db");
    const asked = await office.gate.ask({ threadId: "t", key: "k", tool: "pay", args: {} });
    if (asked.status !== "pending") throw new Error(asked.status);
    backup("a.db", "b.db");
    await office.gate.decide(asked.request, approve(), { by: ALICE });
    const signed = await office.exported();
    const restored = officeAt("b.db");
    expect(await against(restored.gate, signed)).toEqual({
      subject: asked.id,
      seq: 1,
      flaw: expect.stringContaining("the export has 2 events of it"),
    });
    await restored.gate.decide(asked.request, approve(), { by: { id: "mallory" } });
    expect(await against(restored.gate, signed)).toEqual({
      subject: asked.id,
      seq: 2,
      flaw: expect.stringContaining("event 2 is another one than in the export"),
    });
  });

  it("has a record that was removed with its chain", async () => {
    const office = officeAt("a.db");
    await office.paid("1");
    const id = await office.paid("2");
    const events = await office.exported();
    change("a.db", `DELETE FROM events WHERE subject = '${id}'; DELETE FROM requests WHERE id = '${id}'`);
    expect(await flawOf(office.gate.verify())).toBeUndefined();
    expect(await against(office.gate, events)).toEqual({ subject: id, seq: 4, flaw: expect.stringContaining("it was removed") });
  });

  it.each(["pay", "secret"])("is of another store, of another tenant, or nothing was recorded here (%s)", async (tool) => {
    const office = officeAt("a.db");
    await office.paid("1", tool);
    const events = await office.exported();
    const [store, tenant, fresh] = [officeAt("b.db"), officeAt("a.db", "globex"), officeAt("c.db")];
    // Another millisecond: records that begin with the same event can't be told apart.
    await new Promise((resolve) => setTimeout(resolve, 2));
    await Promise.all([store.paid("1", tool), tenant.paid("1", tool)]);
    expect(await against(store.gate, events)).toMatchObject({ foreign: true, flaw: "it is of another store" });
    expect(await against(tenant.gate, events)).toMatchObject({ foreign: true, flaw: "it is of another tenant" });
    expect(await against(fresh.gate, events)).toMatchObject({ foreign: true, flaw: "nothing is recorded here" });
    // Without the record that every tenant begins with.
    const rest = events.filter(({ subject }) => !subject.startsWith("thread/countersign/"));
    expect(await against(fresh.gate, rest)).toMatchObject({ foreign: true, flaw: "the store has nothing of it" });
  });
});
