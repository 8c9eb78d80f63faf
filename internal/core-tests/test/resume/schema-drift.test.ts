// What the tool's schema adds to the arguments is shown, recorded, and held to: a deploy in between changes nothing that runs.
import { inspect } from "node:util";
import {
  approve,
  createGate,
  definePolicy,
  edit,
  isCountersignError,
  MASK,
  reject,
  type Gate,
  type StandardSchemaV1,
} from "@countersign/core";
import { openThread, type ParseArgs, type ProposedCall } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const by = { id: "alice" };
const store = memoryStore();
const Pay = (currency: string) => z.object({ to: z.string().trim(), amount: z.number(), currency: z.string().default(currency) });
const gateWith = (args: StandardSchemaV1, redact?: readonly string[]): Gate =>
  createGate({ policy: definePolicy({ tools: { pay: { args, ask: true, ...(redact && { redact }) } } }), store, warn: () => {} }) as Gate;
const reading = (schema: StandardSchemaV1): ParseArgs => {
  return async (args) => {
    const parsed = await schema["~standard"].validate(args);
    return parsed.issues ? { issues: parsed.issues.map(({ message }) => ({ message, path: [] })) } : { value: parsed.value };
  };
};

let threads = 0;
/** One call of a framework's tool, asked under one schema and executed under another. */
function called(args: object, gate: Gate = createGate({ policy: definePolicy({ tools: { pay: "ask" } }), store, warn: () => {} }) as Gate) {
  const threadId = `t${++threads}`;
  const call: ProposedCall = { turnId: "m", callId: "c", tool: "pay", args: args as ProposedCall["args"] };
  const open = () => openThread(gate, { threadId, agent: "a", framework: "f" });
  return {
    gate,
    async asked(schema: StandardSchemaV1) {
      const thread = open();
      await thread.mustWait(call, { fresh: true, parse: reading(schema) });
      const [request] = await thread.suspend([call], null);
      await thread.release("suspended");
      if (!request) throw new Error("nothing is recorded");
      return request;
    },
    async read(parse: ParseArgs) {
      const thread = open();
      try {
        return await thread.execute(call, () => "ran", { parse });
      } finally {
        await thread.release("failed");
      }
    },
    /** Undefined: the tool is gone. */
    async executed(schema: StandardSchemaV1 | undefined) {
      const thread = open();
      try {
        if (!schema) return await thread.execute(call, undefined);
        return await thread.execute(call, (given) => schema["~standard"].validate(given), { parse: reading(schema) });
      } finally {
        await thread.release("failed");
      }
    },
  };
}

describe("what a schema adds to the arguments", () => {
  it.each<[string, StandardSchemaV1, object, object]>([
    ["a default", Pay("JPY"), { to: "Acme", amount: 4 }, { sets: [{ path: ["currency"], value: "JPY" }], atRunTime: [] }],
    ["nothing", Pay("JPY"), { to: "Acme", amount: 4, currency: "USD" }, { sets: [], atRunTime: [] }],
    ["a transform", Pay("JPY"), { to: " Acme ", amount: 4, currency: "USD" }, { sets: [{ path: ["to"], value: "Acme" }], atRunTime: [] }],
    [
      "nothing where a member is undefined",
      Pay("JPY"),
      { to: "Acme", amount: 4, currency: "USD", memo: undefined },
      { sets: [], atRunTime: [] },
    ],
    ["what it drops", Pay("JPY"), { to: "Acme", amount: 4, currency: "USD", memo: "x" }, { sets: [{ path: ["memo"] }], atRunTime: [] }],
    [
      "inside lists",
      z.object({ payees: z.array(z.object({ iban: z.string(), urgent: z.boolean().default(false) })) }),
      { payees: [{ iban: "A", urgent: true }, { iban: "B" }] },
      { sets: [{ path: ["payees", 1, "urgent"], value: false }], atRunTime: [] },
    ],
    [
      "values that are no JSON",
      z.object({ on: z.iso.date().transform((text) => new Date(text)), cents: z.string().transform(BigInt) }),
      { on: "2026-01-02", cents: "12" },
      { sets: [{ path: ["on"], value: "2026-01-02T00:00:00.000Z" }], atRunTime: [] },
    ],
    [
      "what it sets at run time",
      z.object({
        at: z.number().default(() => Date.now()),
        key: z.uuid().default(() => crypto.randomUUID()),
        unit: z.string().default("s"),
      }),
      {},
      { sets: [{ path: ["unit"], value: "s" }], atRunTime: [["at"], ["key"]] },
    ],
  ])("is shown beside them: %s", async (_, schema, args, parsed) => {
    const { proposal, args: shown } = await called(args).asked(schema);
    expect(shown).toEqual(args);
    expect({ ...proposal.parsed, sets: proposal.parsed?.sets }).toEqual(parsed);
  });

  it("is recorded in the trail, and masked where the arguments are", async () => {
    const gate = createGate({
      policy: definePolicy({ tools: { pay: { ask: true, redact: ["args.to"] } } }),
      store,
      warn: () => {},
    }) as Gate;
    const { id, proposal } = await called({ to: " Acme ", amount: 4 }, gate).asked(Pay("JPY"));
    const parsed = {
      sets: [
        { path: ["to"], value: MASK },
        { path: ["currency"], value: "JPY" },
      ],
      atRunTime: [],
    };
    expect(proposal.parsed).toEqual(parsed);
    const [asked] = await Array.fromAsync(gate.history(id));
    expect(asked?.data["proposal"]).toMatchObject({ masked: { parsed } });
  });

  it("is not known where nobody reads the arguments, or the schema fails", async () => {
    const broken: StandardSchemaV1 = {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: () => {
          throw new Error("broken");
        },
      },
    };
    expect((await called({ to: "Acme", amount: 4 }).asked(broken)).proposal).not.toHaveProperty("parsed");
    const gate = gateWith(Pay("JPY"));
    const thread = openThread(gate, { threadId: "unread", agent: "a", framework: "f" });
    const [request] = await thread.suspend([{ turnId: "m", callId: "c", tool: "pay", args: { to: "Acme", amount: 4 } }], null);
    expect(request?.proposal).not.toHaveProperty("parsed");
  });
});

describe.concurrent("a schema that has changed since the signature", () => {
  const later = z.object({ at: z.number().default(() => Date.now()), to: z.string(), amount: z.number() });

  it.each<[string, StandardSchemaV1, StandardSchemaV1, RegExp]>([
    ["another default", Pay("JPY"), Pay("USD"), /currency: "JPY".*currency: "USD"/],
    ["a new default", z.object({ to: z.string(), amount: z.number() }), Pay("USD"), /currency: nothing.*currency: "USD"/],
    ["a default that is gone", Pay("JPY"), z.object({ to: z.string(), amount: z.number() }), /currency: "JPY".*currency: nothing/],
    [
      "another transform",
      z.object({ to: z.string(), amount: z.number() }),
      z.object({ to: z.string(), amount: z.number().transform((amount) => amount * 100) }),
      /amount: 4.*amount: 400/,
    ],
    ["a stricter one", Pay("JPY"), z.object({ to: z.string(), amount: z.number().max(3) }), /refuses them/],
    [
      "a set value where the time stood",
      later,
      z.object({ to: z.string(), amount: z.number(), urgent: z.boolean().default(true) }),
      /urgent/,
    ],
  ])("runs nothing, and keeps the decision: %s", async (_, before, after, told) => {
    const one = called({ to: "Acme", amount: 4 });
    const request = await one.asked(before);
    await one.gate.decide(request, approve(), { by });
    const error: unknown = await one.executed(after).then(undefined, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "STATE_INCOMPATIBLE", details: { tool: "pay" }, message: expect.stringMatching(told) as string });
    expect(await one.gate.get(request.id)).toMatchObject({ status: "approved", execution: "none", begun: false });
    expect(await one.executed(before)).toMatchObject({ status: "ran" });
  });

  it("and a tool that is gone: what was rejected or has run is told all the same", async () => {
    const [signed, rejected] = [called({ to: "Acme", amount: 4 }), called({ to: "Acme", amount: 4 })];
    const { id } = await signed.gate.decide(await signed.asked(Pay("JPY")), approve(), { by });
    const error: unknown = await signed.executed(undefined).then(undefined, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "STATE_INCOMPATIBLE", message: expect.stringMatching(/no tool of that name/) as string });
    expect(await signed.gate.get(id)).toMatchObject({ status: "approved", execution: "none" });
    expect(await signed.executed(Pay("JPY"))).toMatchObject({ status: "ran", replayed: false });
    expect(await signed.executed(undefined)).toMatchObject({ status: "ran", replayed: true });
    await rejected.gate.decide(await rejected.asked(Pay("JPY")), reject("not this month"), { by });
    expect(await rejected.executed(undefined)).toMatchObject({ status: "refused", message: "not this month" });
    expect(await called({ to: "Acme", amount: 4 }).executed(undefined)).toMatchObject({ status: "refused", by: "system" });
  });

  it("that sets at run time what it set then goes on", async () => {
    const one = called({ to: "Acme", amount: 4 });
    await one.gate.decide(await one.asked(later), approve(), { by });
    expect(await one.executed(later)).toMatchObject({ status: "ran", args: { to: "Acme", amount: 4 } });
  });

  it("goes on where a clock of seconds has moved on", async () => {
    // It stands still until the signature: the readings of the question must not fall on both sides of a full second.
    let runs = false;
    const clock = (): number => (runs ? 1 + Math.floor(performance.now() / 1_000) : 0);
    const seconds = z.object({ at: z.number().default(clock), to: z.string(), amount: z.number() });
    const one = called({ to: "Acme", amount: 4 });
    const { id, proposal } = await one.gate.decide(await one.asked(seconds), approve(), { by });
    expect(proposal.parsed?.sets).toMatchObject([{ path: ["at"] }]);
    runs = true;
    expect(await one.executed(seconds)).toMatchObject({ status: "ran" });
    expect(await one.gate.get(id)).toMatchObject({ execution: "done" });
  });

  it("holds by hand as well", async () => {
    const asked = await gateWith(Pay("JPY")).ask({ threadId: "hand", tool: "pay", args: { to: "Acme", amount: 4 }, key: "k" });
    if (asked.status !== "pending") throw new Error(asked.status);
    await gateWith(Pay("USD")).decide(asked.request, approve(), { by });
    const execute = (gate: Gate) => gate.execute({ id: asked.id, args: {} }, (args) => args);
    await expect(execute(gateWith(Pay("USD")))).rejects.toMatchObject({ code: "STATE_INCOMPATIBLE" });
    expect(await execute(gateWith(Pay("JPY")))).toEqual({ to: "Acme", amount: 4, currency: "JPY" });
  });

  it("says nothing of what a mask hides", async () => {
    const gate = createGate({
      policy: definePolicy({ tools: { pay: { ask: true, redact: ["args.currency"] } } }),
      store,
      warn: () => {},
    }) as Gate;
    const one = called({ to: "Acme", amount: 4 }, gate);
    await gate.decide(await one.asked(Pay("JPY")), approve(), { by });
    const error: unknown = await one.executed(Pay("USD")).then(undefined, (thrown: unknown) => thrown);
    expect(isCountersignError(error, "STATE_INCOMPATIBLE") && error.message).toMatch(/currency: "•••"/);
    expect(String(error)).not.toMatch(/JPY|USD/);
  });
});

describe("what a schema makes of something masked", () => {
  const iban = "DE89370400440532013000";
  const Transfer = z
    .object({ iban: z.string(), amount: z.number(), currency: z.string().default("EUR") })
    .transform((args) => ({ ...args, account: args.iban.toLowerCase(), note: `to ${args.iban.slice(-4)}` }));
  const Strict = z
    .object({ iban: z.string().startsWith("DE"), amount: z.number(), currency: z.string().default("EUR") })
    .transform((args) => ({ ...args, account: args.iban.toLowerCase() }));
  const hidden = { path: ["account"], value: MASK };

  /** All but what the tool itself has answered. */
  async function isShown(gate: Gate, id: string, secret: string): Promise<boolean> {
    const shown = [await gate.get(id), await Array.fromAsync(gate.history(id))];
    return JSON.stringify(shown, (key, value: unknown) => (key === "result" ? undefined : value))
      .toLowerCase()
      .includes(secret.toLowerCase());
  }

  it.each<[string, StandardSchemaV1, readonly object[]]>([
    ["and what it sets by itself is shown", Transfer, [{ path: ["currency"], value: "EUR" }, hidden, { path: ["note"], value: MASK }]],
    ["with all that it sets, where it doesn't take the mask", Strict, [{ path: ["currency"], value: MASK }, hidden]],
  ])("is masked wherever it stands, %s", async (_, schema, sets) => {
    const gate = gateWith(schema, ["args.iban"]);
    const one = called({ iban, amount: 4 }, gate);
    const { id, proposal } = await one.asked(schema);
    expect(proposal.parsed).toEqual({ sets: expect.arrayContaining([...sets]), atRunTime: [] });
    expect(proposal.parsed?.sets).toHaveLength(sets.length);
    const request = await gate.decide({ id, digest: proposal.digest }, edit({ iban: MASK, amount: 3 }), { by });
    expect(request.proposal.parsed?.sets).toEqual(expect.arrayContaining([...sets]));
    expect(await one.executed(schema)).toMatchObject({ status: "ran", result: { value: { account: iban.toLowerCase(), amount: 3 } } });
    expect(await isShown(gate, id, iban.slice(2))).toBe(false);
    expect(await isShown(gate, id, "to 3000")).toBe(false);
    await gate.verify();
  });

  it("is held to all the same, and an error names the place alone", async () => {
    const gate = gateWith(Transfer, ["args.iban"]);
    const one = called({ iban, amount: 4 }, gate);
    await gate.decide(await one.asked(Transfer), approve(), { by });
    const other = Transfer.transform((args) => ({ ...args, account: `x${args.iban}` }));
    const error: unknown = await one.executed(other).then(undefined, (thrown: unknown) => thrown);
    expect(isCountersignError(error, "STATE_INCOMPATIBLE") && error.message).toMatch(/account: "•••"/);
    expect(inspect(error).toLowerCase()).not.toContain(iban.toLowerCase());
    expect(await one.executed(Transfer)).toMatchObject({ status: "ran" });
  });
});

it.each<[string, ParseArgs]>([
  ["throws", (args) => Promise.reject(new Error(`no such account: ${String(args["to"])}`))],
  ["answers", (args) => ({ issues: [{ message: `no such account: ${String(args["to"])}`, path: ["to"] }] })],
])("a schema's refusal quotes nothing that is masked: one that %s", async (_, refusing) => {
  const policy = definePolicy({ tools: { pay: { ask: true, redact: ["args.to"] } } });
  const gate = createGate({ policy, store, warn: () => {} }) as Gate;
  const one = called({ to: "Acme", amount: 4 }, gate);
  await gate.decide(await one.asked(Pay("JPY")), approve(), { by });
  const error: unknown = await one.read(refusing).then(undefined, (thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "STATE_INCOMPATIBLE" });
  expect(inspect(error)).not.toContain("Acme");
});

describe.concurrent("an edit", () => {
  const edited = { to: " Globex ", amount: 3 };

  it("is read by the rule's schema where that makes the same of the call", async () => {
    const gate = gateWith(Pay("JPY"));
    const one = called({ to: "Acme", amount: 4 }, gate);
    const request = await gate.decide(await one.asked(Pay("JPY")), edit(edited), { by });
    expect(request.proposal.parsed).toEqual({
      sets: [
        { path: ["to"], value: "Globex" },
        { path: ["currency"], value: "JPY" },
      ],
      atRunTime: [],
    });
    await expect(one.executed(Pay("USD"))).rejects.toMatchObject({ code: "STATE_INCOMPATIBLE" });
    expect(await one.executed(Pay("JPY"))).toMatchObject({
      status: "ran",
      result: { value: { to: "Globex", amount: 3, currency: "JPY" } },
    });
  });

  it("keeps the defaults that were shown, where nobody has the tool's schema", async () => {
    const one = called({ to: "Acme", amount: 4 }, gateWith(z.object({ to: z.string(), amount: z.number() })));
    const request = await one.gate.decide(await one.asked(Pay("JPY")), edit(edited), { by });
    expect(request.proposal.parsed).toEqual({ sets: [{ path: ["currency"], value: "JPY" }], atRunTime: [], partial: true });
    await expect(one.executed(Pay("USD"))).rejects.toMatchObject({ code: "STATE_INCOMPATIBLE" });
    expect(await one.executed(Pay("JPY"))).toMatchObject({
      status: "ran",
      result: { value: { to: "Globex", amount: 3, currency: "JPY" } },
    });
  });
});

it("a remembered decision holds only while the schema adds what its giver was shown", async () => {
  const gateOf = (currency: string): Gate =>
    createGate({
      policy: definePolicy({ tools: { pay: { args: Pay(currency), ask: true, review: { remember: ["exact-args"] } } } }),
      store,
      warn: () => {},
    }) as Gate;
  const ask = (currency: string, key: string) =>
    gateOf(currency).ask({ threadId: "granted", tool: "pay", args: { to: "Acme", amount: 4 }, key });
  const first = await ask("JPY", "1");
  if (first.status !== "pending") throw new Error(first.status);
  await gateOf("JPY").decide(first.request, approve({ remember: { scope: "exact-args", times: 5 } }), { by });
  expect((await ask("JPY", "2")).status).toBe("approved");
  expect((await ask("USD", "3")).status).toBe("pending");
  expect((await ask("JPY", "4")).status).toBe("approved");
});

it("arguments that held a member without a value run once they are signed", async () => {
  const schema = z.looseObject({ to: z.string() });
  const { asked, executed, gate } = called({ to: "Acme", memo: undefined });
  await gate.decide(await asked(schema), approve(), { by });
  expect(await executed(schema)).toMatchObject({ status: "ran", args: { to: "Acme" } });
});
