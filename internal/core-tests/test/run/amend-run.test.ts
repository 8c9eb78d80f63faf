import { approve, createGate, createWorker, definePolicy, isCountersignError, type Principal, type RunOutcome } from "@countersign/core";
import { amendRun, defineRunner, savedRun, type Continuation, type ProposedCall } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { scriptedReviewer } from "@countersign/testing";
import { expect, test } from "vitest";

const call: ProposedCall = { turnId: "m", callId: "c", tool: "pay", args: { amount: 4_200 } };
const bob = { id: "bob" };
const alice = { id: "alice" };
const HOUR = 3_600_000;

/** A run that pays, and keeps what it was told. */
function open(options: Pick<Parameters<typeof createGate>[0], "reviewer"> = {}) {
  // The store's clock alone: an invocation that is over by it believes that it has its lease.
  const clock = { skipped: 0 };
  const store = memoryStore({ now: () => Date.now() + clock.skipped });
  const gate = createGate({ policy: definePolicy({ tools: { pay: "ask" } }), store, warn: () => {}, ...options });
  const seen: unknown[] = [];
  /** What a run does before it rests, or before it goes on. */
  const steps: { pause?: () => unknown; goOn?: () => unknown } = {};
  const runner = defineRunner<string, string>(gate, {
    name: "payments",
    framework: "test",
    async advance(thread, { input, continuation }) {
      const said = input === undefined ? (continuation?.data as string[]) : [input];
      if (await thread.mustWait(call)) {
        await thread.suspend([call], { format: 1, data: said });
        await steps.pause?.();
        return { status: "suspended", calls: [call], continuation: { format: 1, data: said } };
      }
      await steps.goOn?.();
      await thread.execute(call, () => "paid");
      seen.push(said);
      return { status: "completed", output: said.join(), text: "", continuation: { format: 1, data: said } };
    },
  });
  const say = (text: string, by: Principal = bob) =>
    amendRun(gate, "t", by, ({ format, data }) => {
      const said = data as string[];
      return said.includes(text) ? undefined : { format, data: [...said, text] };
    });
  const sign = async () => gate.decide((await gate.list({ status: "pending" })).items[0] as never, approve(), { by: alice });
  const start = (): Promise<RunOutcome<string>> => runner.start("t", "pay", { requestedBy: bob });
  const saved = async (): Promise<Continuation | null> => (await savedRun(gate, "t")).continuation;
  return { gate, clock, runner, steps, say, sign, start, saved, seen };
}
const codeOf = (work: Promise<unknown>) => work.then(() => "none", (error: unknown) => (isCountersignError(error) ? error.code : String(error))); // prettier-ignore

test("what is added while a call waits is found by whoever goes on, and the call stays as it was", async () => {
  const world = open();
  await world.start();
  const [asked] = (await world.gate.list()).items;
  expect([await world.say("also"), await world.say("and"), await world.say("also")]).toEqual([true, true, true]);
  expect(await world.saved()).toEqual({ format: 1, data: ["pay", "also", "and"] });
  expect((await world.gate.list()).items).toEqual([asked]);
  expect(await world.runner.resume("t")).toMatchObject({ status: "suspended", pending: [{ id: asked?.id }] });
  await world.sign();
  expect(await world.say("at last")).toBe(true);
  expect(await createWorker(world.gate, [world.runner]).drain()).toMatchObject({ resumed: 1, failed: 0 });
  expect(world.seen).toEqual([["pay", "also", "and", "at last"]]);
  const types: string[] = [];
  for await (const { type, actor } of world.gate.history("thread/t")) if (type === "amended") types.push(actor?.id ?? "");
  expect(types).toEqual(["bob", "bob", "bob"]);
  expect(await world.gate.verify()).toMatchObject({ subjects: 3 });
});

test("where no call waits there is nothing to add to", async () => {
  const world = open();
  expect(await world.say("hello")).toBe(false);
  await world.start();
  await world.sign();
  await world.runner.resume("t");
  expect(await world.say("hello")).toBe(false);
  expect(world.seen).toEqual([["pay"]]);
});

test("an invocation that holds the thread would write over it: it is busy until that lets go", async () => {
  const world = open({ reviewer: scriptedReviewer([]) });
  const codes: string[] = [];
  world.steps.pause = async () => codes.push(await codeOf(world.say("hello")));
  await world.start();
  expect(codes).toEqual(["THREAD_BUSY"]);
  expect(await world.say("hello")).toBe(true);
});

test("an invocation that has lost its lease doesn't write over it, and a worker looks after what it left", async () => {
  const world = open();
  const codes: unknown[] = [];
  world.steps.pause = async () => {
    delete world.steps.pause;
    world.clock.skipped = HOUR;
    codes.push(await world.say("hello"));
  };
  codes.push(await codeOf(world.start()));
  expect(codes).toEqual([true, "LEASE_LOST"]);
  expect(await world.saved()).toEqual({ format: 1, data: ["pay", "hello"] });
  expect(await createWorker(world.gate, [world.runner]).drain()).toMatchObject({ resumed: 1 });
  await world.sign();
  await world.runner.resume("t");
  expect(world.seen).toEqual([["pay", "hello"]]);
});

test("only whoever asked may add to it: what comes of it is asked in their name", async () => {
  const world = open();
  await world.start();
  expect(await codeOf(world.say("pay me too", alice))).toBe("THREAD_SUSPENDED");
  expect(await world.saved()).toEqual({ format: 1, data: ["pay"] });
  expect(await world.say("it is me", { id: "bob@example.com", aliases: ["bob"] })).toBe(true);
  expect(await world.saved()).toEqual({ format: 1, data: ["pay", "it is me"] });
});

test("of many at once, and of one that a resume overtakes, each is there once or not at all", async () => {
  const world = open();
  await world.start();
  const texts = Array.from({ length: 20 }, (_, index) => `text ${index % 10}`);
  expect(new Set(await Promise.all(texts.map((text) => world.say(text))))).toEqual(new Set([true]));
  const { data } = (await world.saved()) as Continuation;
  expect((data as string[]).toSorted()).toEqual(["pay", ...texts.slice(0, 10)].toSorted());
  await world.sign();
  const [added, outcome] = await Promise.all([world.say("late").catch(() => false), world.runner.resume("t")]);
  expect([outcome.status, (world.seen[0] as string[]).includes("late")]).toEqual(["completed", added]);
});
