import { approve, createGate, createWorker, CountersignError, type Gate, type GateOptions } from "@countersign/core";
import { createFeed } from "@countersign/core/surface";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";

/** What `createGate` says of these options; undefined: it takes them. */
function refusalOf(options: object): { readonly code: string; readonly message: string } | undefined {
  try {
    createGate({ store: memoryStore(), warn: () => {}, ...(options as Partial<GateOptions>) });
    return undefined;
  } catch (error) {
    if (error instanceof CountersignError) return error;
    throw error;
  }
}

const NO_DURATIONS = [Number.NaN, Infinity, 0, -1, "0s", "-5s", "60", "60 s", "soon", "", "25d", 2 ** 31, null, true, 5n, ["60s"], {}];
const KEYS = ["lease", "sweepEvery", "claimLease", "nativeHold", "receiptWait", "backoffMin", "backoffMax"];

describe("the times of a gate", () => {
  it.each([60_000, 0.5, "60s", "1.5m", "24d", undefined])("%s is one", (time) => {
    for (const key of KEYS) expect(refusalOf({ timings: { [key]: time } })).toBeUndefined();
    expect(refusalOf({ reviewWithin: time })).toBeUndefined();
  });

  it.each(NO_DURATIONS)("%s is none, and the message names the key and says what is right", (time) => {
    for (const key of KEYS) {
      const refusal = refusalOf({ timings: { [key]: time } });
      expect(refusal).toMatchObject({ code: "SETUP", message: expect.stringContaining(`timings.${key}`) });
      expect(refusal?.message).toContain('"60s"');
    }
    expect(refusalOf({ reviewWithin: time })).toMatchObject({ code: "SETUP", message: expect.stringContaining("reviewWithin") });
  });

  it.each(["threadLease", "reviewWithin", "Lease", "sweepevery", "__proto", "toString"])("there is no timings.%s", (key) => {
    const refusal = refusalOf({ timings: { [key]: "60s" } });
    expect(refusal).toMatchObject({ code: "SETUP", message: expect.stringContaining(`timings.${key}`) });
    expect(refusal?.message).toContain("lease, sweepEvery and retryUpTo");
  });

  it.each([null, "60s", 60_000, []])("%j is no set of times", (timings) => {
    expect(refusalOf({ timings })).toMatchObject({
      code: "SETUP",
      message: expect.stringMatching(/timings is .*\. Write an object with lease/),
    });
  });
});

describe("the names of a gate", () => {
  it.each(["", 7, null, {}, ["payroll"]])("%j is none", (name) => {
    expect(refusalOf({ agent: name })).toMatchObject({
      code: "SETUP",
      message: expect.stringMatching(/agent is .*\. Write text with at least one character/),
    });
    expect(refusalOf({ tenant: name })).toMatchObject({
      code: "SETUP",
      message: expect.stringMatching(/tenant is .*\. Write text with at least one character/),
    });
  });

  it("a text is one, and so is none at all", () => {
    expect(refusalOf({ agent: "payroll", tenant: "acme" })).toBeUndefined();
    expect(refusalOf({ agent: undefined, tenant: undefined })).toBeUndefined();
  });
});

describe("the limits of a gate", () => {
  it.each([0, -1, 1.5, Number.NaN, true, "20", null])("%s is none", (limit) => {
    expect(refusalOf({ limits: { thread: limit } })).toMatchObject({ code: "SETUP", message: expect.stringContaining("limits.thread") });
  });

  it("a misspelt one is named", () => {
    expect(refusalOf({ limits: { threads: 20 } })).toMatchObject({ code: "SETUP", message: expect.stringContaining("limits.threads") });
    expect(refusalOf({ limits: { thread: 20, requester: false } })).toBeUndefined();
    expect(refusalOf({ limits: { thread: undefined, requester: undefined } })).toBeUndefined();
  });
});

describe("what a gate calls later is looked at when it is made", () => {
  it.each(["now", "warn", "onAllowed", "onInvalid"])("%s is a function", (key) => {
    expect(refusalOf({ [key]: 5 })).toMatchObject({ code: "SETUP", message: expect.stringContaining(`got 5 in the place of ${key}`) });
  });

  it.each<[string, unknown]>([
    ["a function", () => approve()],
    ["one that signs as a text", { as: "alice", review: () => approve() }],
    ["one that signs as nobody", { review: () => approve() }],
    ["one that can't be asked", { as: { id: "alice" } }],
  ])("a reviewer is none that is %s", (_, reviewer) => {
    expect(refusalOf({ reviewer })).toMatchObject({ code: "SETUP", message: expect.stringContaining("in the place of reviewer") });
  });
});

it.each<[string, (gate: Gate) => unknown, string]>([
  ["a worker without a list of runners", (gate) => createWorker(gate, undefined as never), "createWorker got undefined in the place of the runners"], // prettier-ignore
  [
    "a worker that tells nobody",
    (gate) => createWorker(gate, [], { onError: "log" as never }),
    'createWorker got "log" in the place of onError',
  ],
  ["a feed that tells nobody", (gate) => createFeed(gate, { onError: true as never }), "createFeed got true in the place of onError"],
  ["a store whose clock stands still", () => memoryStore({ now: 5 as never }), "memoryStore got 5 in the place of now"],
])("%s is found when it is made", (_, make, message) => {
  const gate = createGate({ store: memoryStore(), warn: () => {} });
  expect(() => make(gate)).toThrow(expect.objectContaining({ code: "SETUP", message: expect.stringContaining(message) }));
});

it.each([{ timeout: 5 }, { limit: Number.NaN }, { limit: -1 }])("a worker isn't drained by %j", async (options) => {
  const worker = createWorker(createGate({ store: memoryStore(), warn: () => {} }), []);
  await expect(worker.drain(options as object)).rejects.toMatchObject({ code: "SETUP" });
});
