import { createGate, definePolicy, type Gate } from "@countersign/core";
import { currentThread, defineRunner, openThread, outsideThread, refuseIncomplete } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { describe, expect, test } from "vitest";
import { call, createRunner, scripted } from "../mini.ts";

const policy = definePolicy({ tools: { pay: "ask" } });
const gateOf = (): Gate => createGate({ policy, store: memoryStore(), warn: () => {} });
const gate = gateOf();
const agent = { model: scripted("done"), tools: {} };
const CALL = 'createRunner(gate, agent, { name: "payments" })';

/** What a call of JavaScript throws. */
const thrownBy = (work: () => unknown): Promise<unknown> => Promise.resolve().then(work).then(String, (error: unknown) => error); // prettier-ignore

describe("a runner that lacks something is refused when it is made", () => {
  test.each<[string, readonly unknown[], string]>([
    [
      "no gate",
      [undefined, agent, { name: "a" }],
      "Expected a gate, got undefined. Pass what createGate returns: createGate({ policy, store }).",
    ],
    ["a policy in the place of the gate", [policy, agent, { name: "a" }], "Expected a gate, got an object. Pass what createGate returns: createGate({ policy, store })."], // prettier-ignore
    ["a gate without a policy", [createGate({ store: memoryStore() }), agent, { name: "a" }], "This gate has no policy, so it can only decide. To gate tools, pass a policy: createGate({ policy, store })."], // prettier-ignore
    ["no agent", [gate, undefined, { name: "a" }], `createRunner got undefined in the place of the agent. Write ${CALL}.`],
    ["no options", [gate, agent, undefined], `createRunner got undefined in the place of its options. Write ${CALL}.`],
    [
      "a name in the place of options",
      [gate, agent, "payments"],
      `createRunner got "payments" in the place of its options. Write ${CALL}.`,
    ],
    ["no name", [gate, agent, {}], `A runner needs a name, and got undefined. Workers find its threads by the name, so keep it: ${CALL}.`],
    ["an empty name", [gate, agent, { name: "" }], `A runner needs a name, and got empty text. Workers find its threads by the name, so keep it: ${CALL}.`], // prettier-ignore
    ["a long name", [gate, agent, { name: "é".repeat(300) }], "The runner's name is longer than 512 bytes. Give it a shorter one."],
  ])("%s", async (_, given, message) => {
    const error = await thrownBy(() => refuseIncomplete(given as [Gate, unknown, unknown], CALL));
    expect(error).toMatchObject({ code: "SETUP", message });
  });

  test("by an adapter that looks at nothing itself", async () => {
    const error = await thrownBy(() => createRunner(gate, agent, ""));
    expect(error).toMatchObject({ code: "SETUP", message: expect.stringMatching(/^A runner needs a name, and got empty text/) as unknown });
  });
});

describe("a run that lacks something", () => {
  const runner = createRunner(gate, agent);
  const START = "Write runner.start(threadId, input). To go on with what was started, write runner.resume(threadId).";

  test.each<[string, () => unknown, object]>([
    ["no input", () => runner.start("t", undefined as never), { code: "INVALID_ARGS", message: `Invalid: input: missing. ${START}` }],
    [
      "no input to stream",
      () => runner.stream("t", undefined as never),
      { code: "INVALID_ARGS", message: `Invalid: input: missing. ${START}` },
    ],
    ["no thread", () => runner.resume(undefined as never), { code: "INVALID_ARGS", message: "Invalid: threadId: missing." }],
    ["a thread in the place of its id", () => runner.start({ threadId: "t" } as never, "go"), { code: "INVALID_ARGS", message: "Invalid: threadId: expected the id of a conversation, got an object." }], // prettier-ignore
    [
      "never started",
      () => runner.resume("never"),
      { code: "THREAD_UNKNOWN", message: "Thread never was never started. Call start first." },
    ],
  ])("%s", async (_, run, error) => {
    expect(await thrownBy(run)).toMatchObject(error);
  });
});

describe("a tool that finds no thread of its gate", () => {
  test("outside any run", () => {
    expect(outsideThread("pay").message).toBe(
      "The tool pay was called outside any thread. Tell gateTools whose call it is, or call the tool through a runner.",
    );
  });

  test("in a run under another gate", async () => {
    const told: string[] = [];
    const other = defineRunner<string, string>(gateOf(), {
      name: "other",
      framework: "test",
      async advance(thread) {
        expect(currentThread()).toBe(thread);
        told.push(outsideThread("pay").message);
        return { status: "completed", output: "", text: "", continuation: { format: 1, data: null } };
      },
    });
    await other.start("t", "go");
    expect(told).toEqual([
      "There are two gates: one guards the tool pay, and another one drives the run that called it. " +
        "Pass one gate to both, to gateTools and to createRunner.",
    ]);
  });
});

describe("what a run is given", () => {
  const waiting = async () => {
    const desk = gateOf();
    const runner = createRunner(desk, { model: scripted([call("c", "pay", { amount: 5 })], "done"), tools: { pay: () => "paid" } });
    await runner.start("t", "go");
    return { desk, runner };
  };

  test.each<[string, object | null, string]>([
    ["a misspelt word about what waits", { pending: "cancle" }, 'options.pending: expected "refuse" or "cancel", got "cancle"'],
    ["yes to what waits", { pending: true }, 'options.pending: expected "refuse" or "cancel", got true'],
    [
      "a controller",
      { signal: new AbortController() },
      "options.signal: expected a signal: controller.signal, or AbortSignal.timeout(1_000)",
    ],
    ["null", null, "options: expected an object, got null"],
  ])("%s is refused, and withdraws nothing", async (_, options, message) => {
    const { desk, runner } = await waiting();
    const error = await thrownBy(() => runner.start("t", "again", options as never));
    expect(error).toMatchObject({ code: "INVALID_ARGS", message: expect.stringContaining(message) });
    expect((await desk.list({ status: "pending" })).items).toHaveLength(1);
  });

  test("a thread with a misspelt requester is refused", () => {
    const open = () => openThread(gate, { threadId: "t", framework: "f", requestdBy: "bob" } as never);
    expect(open).toThrow("openThread has no option requestdBy. Did you mean requestedBy?");
  });
});
