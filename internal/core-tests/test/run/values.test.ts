// What a run begins with, keeps and answers, where it isn't JSON.
import { approve, createWorker, definePolicy, type JsonObject } from "@countersign/core";
import { addUsage, defineRunner, type Advance, type ProposedCall, type RunFrom } from "@countersign/core/adapter";
import { testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";

const CALL: ProposedCall = { turnId: "m", callId: "c", tool: "pay", args: { amount: 5 } };
const TOKENS = { inputTokens: 10, outputTokens: 5, totalTokens: 15, cachedInputTokens: 2, reasoningTokens: 1 };
const VALUES = { png: new Uint8Array([137]), at: new Date(0), units: 10n, none: undefined };

type Saved = { readonly said: readonly unknown[] };
type Step = (from: RunFrom<unknown>, saved: Saved) => Advance<unknown, readonly unknown[]>;

/** A framework that makes one call and is done. */
function setting(after: Step, before?: Step) {
  const gate = testGate(definePolicy({ default: "ask", tools: {} }));
  const seen: RunFrom<unknown>[] = [];
  const runner = defineRunner<unknown, unknown, never, unknown, {}, readonly unknown[]>(gate, {
    name: "a",
    framework: "plain",
    messages: (_, { continuation, input }) => (continuation?.data as Saved | undefined)?.said ?? (input === undefined ? [] : [input]),
    async advance(thread, from) {
      seen.push(from);
      const saved = (from.continuation?.data as Saved | undefined) ?? { said: [] };
      if (before && from.input !== undefined) return before(from, saved);
      const said = from.input === undefined ? saved.said : [...saved.said, from.input];
      if (await thread.mustWait(CALL)) return { status: "suspended", calls: [CALL], continuation: { format: 1, data: { said } } };
      await thread.execute(CALL, () => "paid");
      return after(from, { said });
    },
  });
  const sign = async (): Promise<unknown> => gate.decide(gate.asked[0] ?? { id: "none", digest: "" }, approve(), { by: { id: "alice" } });
  return { gate, runner, seen, sign };
}

const done: Step = (_, saved) => ({
  status: "completed",
  output: VALUES,
  text: "paid",
  usage: TOKENS,
  lastAgent: "Payments",
  continuation: { format: 1, data: saved },
});

const OUTCOME = {
  status: "completed",
  output: VALUES,
  text: "paid",
  messages: [VALUES],
  usage: TOKENS,
  lastAgent: "Payments",
  replayed: false,
};

describe("values that JSON has no word for", () => {
  it("are in the conversation that is gone on with, and in the answer, as they were", async () => {
    const { runner, seen, sign } = setting(done);
    await runner.start("t", VALUES);
    expect(await runner.messages("t")).toStrictEqual([VALUES]);
    await sign();
    const outcome = await runner.resume("t");
    expect(seen[1]?.continuation?.data).toStrictEqual({ said: [VALUES] });
    expect(outcome).toStrictEqual(OUTCOME);
    expect(await runner.resume("t")).toStrictEqual({ ...OUTCOME, replayed: true });
  });

  it("are answered the same after a worker was faster", async () => {
    const { gate, runner, sign } = setting(done);
    await runner.start("t", VALUES);
    await sign();
    await createWorker(gate, [runner]).drain();
    expect(await runner.resume("t")).toStrictEqual({ ...OUTCOME, replayed: true });
  });

  it("are in the input of a start that died, and is begun again", async () => {
    const { runner, seen } = setting(done, (from) => {
      if (!from.again) throw new Error("the process dies");
      return { status: "completed", output: "", text: "" };
    });
    await expect(runner.start("t", VALUES)).rejects.toThrow("dies");
    expect(await runner.messages("t")).toStrictEqual([VALUES]);
    await runner.resume("t");
    expect(seen[1]).toMatchObject({ input: VALUES, again: true });
    expect(Object.keys(seen[1]?.input as JsonObject)).toContain("none");
  });
});

it("a pause that can't be kept is refused with its path, before anything is asked", async () => {
  class Session {
    readonly id = 1;
  }
  const { gate, runner } = setting(done, () => ({
    status: "suspended",
    calls: [CALL],
    continuation: { format: 1, data: { said: [{ by: new Session() }] } },
  }));
  await expect(runner.start("t", "go")).rejects.toMatchObject({
    code: "STATE_NOT_SERIALIZABLE",
    details: { path: ["said", 0, "by"] },
    message: expect.stringContaining("said.0.by") as unknown,
  });
  expect([gate.asked, (await gate.list()).items]).toEqual([[], []]);
  await gate.verify();
});

it("an answer that can't be kept is none for whoever comes back, and its text stays", async () => {
  const cyclic: { self?: unknown } = {};
  cyclic.self = cyclic;
  const { runner, sign } = setting(() => ({ status: "completed", output: cyclic, text: "paid" }));
  await runner.start("t", "go");
  await sign();
  expect(await runner.resume("t")).toMatchObject({ output: cyclic, usage: undefined, lastAgent: undefined });
  expect(await runner.resume("t")).toMatchObject({ output: undefined, text: "paid", replayed: true });
});

it("the conversation of another framework's thread is not read", async () => {
  const { gate, runner } = setting(done);
  const other = defineRunner<unknown, unknown>(gate, {
    name: "a",
    framework: "other",
    advance: async () => ({ status: "completed", output: "", text: "", continuation: { format: 1, data: { said: ["secret"] } } }),
  });
  await other.start("t", "go");
  await expect(runner.messages("t")).rejects.toMatchObject({ code: "STATE_INCOMPATIBLE" });
  expect(await runner.messages("nobody's")).toEqual([]);
  expect(await other.messages("t")).toBeUndefined();
});

it("usage adds up, and what isn't known doesn't count", () => {
  expect(addUsage(TOKENS, TOKENS)).toEqual({
    inputTokens: 20,
    outputTokens: 10,
    totalTokens: 30,
    cachedInputTokens: 4,
    reasoningTokens: 2,
  });
  expect([addUsage(undefined, TOKENS), addUsage(TOKENS, undefined), addUsage(undefined, undefined)]).toEqual([TOKENS, TOKENS, undefined]);
});
