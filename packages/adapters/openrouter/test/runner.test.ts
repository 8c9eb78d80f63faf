import { alice, Amount, failure } from "@countersign/adapter-tests";
import { approve, createWorker, definePolicy, isCountersignError, reject, type Reviewer } from "@countersign/core";
import { testGate } from "@countersign/testing";
import { HooksManager, tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying } from "./support/desk.ts";
import { codeOf, openWorld } from "./support/world.ts";

describe("a conversation under the runner", () => {
  test("of several turns, with an approval in the second", async () => {
    const world = await openWorld([[paying(5, "x", "a")], "first", [paying(5_000, "y", "b")], "second", "third"]);
    const runner = world.runner();
    expect(await runner.start("t", "one")).toMatchObject({ status: "completed", text: "first" });
    expect(await runner.start("t", "two", { requestedBy: "bob" })).toMatchObject({
      status: "suspended",
      pending: [{ args: { amount: 5_000 }, requestedBy: { id: "bob" } }],
    });
    expect(await codeOf(runner.start("t", "hello?"))).toBe("THREAD_SUSPENDED");
    await world.approve();
    expect(await world.runner().resume("t")).toMatchObject({ status: "completed", text: "second" });
    expect(await runner.start("t", [{ role: "user", content: "three" }])).toMatchObject({ status: "completed", text: "third" });
    expect(world.effects).toHaveLength(2);
    expect(world.refused()).toEqual([]);
  });

  test("instructions and settings are those of callModel", async () => {
    const world = await openWorld(["hello"]);
    await world.runner({ instructions: "Be brief.", temperature: 0.5 }).start("t", "go");
    expect(world.server.requests[0]).toMatchObject({ body: { instructions: "Be brief.", temperature: 0.5, model: "any" } });
  });

  test("signed calls of one turn run side by side", async () => {
    let inFlight = 0;
    let most = 0;
    const slow = tool({
      name: "slow",
      description: "",
      inputSchema: z.object({}),
      execute: async () => {
        most = Math.max(most, ++inFlight);
        await new Promise((resolve) => setTimeout(resolve, 30));
        return --inFlight;
      },
    });
    const desk = openDesk({ policy: definePolicy({ tools: { slow: "ask" } }) });
    const world = await openWorld([["a", "b", "c"].map((id) => ({ id, name: "slow", args: {} }))], { desk, tools: [slow] });
    const runner = world.runner();
    await runner.start("t", "go");
    for (const request of await world.pending()) await world.gate.decide(request, { type: "approve" }, { by: alice });
    await runner.resume("t");
    expect(most).toBe(3);
  });

  test("a reviewer in the process signs, and the run goes on at once", async () => {
    const reviewer: Reviewer = {
      as: alice,
      review: ({ args }) => (args["amount"] === 6_000 ? reject("no") : approve()),
    };
    const world = await openWorld([[paying(5_000, "x", "a"), paying(6_000, "y", "b")]], { desk: openDesk({ reviewer }) });
    const outcome = await world.runner().start("t", "go");
    expect(outcome.status === "completed" ? world.effects : outcome).toEqual([{ amount: 5_000, to: "x" }]);
    expect(world.refused()).toEqual([]);
  });

  test("a worker wakes it", async () => {
    const world = await openWorld([[paying(5_000)], "done"]);
    const runner = world.runner();
    await runner.start("t", "go");
    await world.approve();
    const worker = createWorker(world.gate, [runner]).start();
    await expect.poll(() => world.effects.length).toBe(1);
    await expect.poll(async () => (await runner.resume("t")).status).toBe("completed");
    await worker[Symbol.asyncDispose]();
  });

  test("a thread that was begun without a runner is no runner's", async () => {
    const world = await openWorld([[paying(5_000)]]);
    await world.call("go").getText();
    await world.approve();
    expect(await codeOf(world.runner().resume("t"))).toMatch(/AGENT_UNKNOWN|SETUP/);
    expect(world.effects).toEqual([]);
  });

  test.each([
    ["the package", '"format":1', '"format":9'],
    ["the SDK's state", '"state":{"version":1', '"state":{"version":9'],
  ])("what another version of %s saved is refused by name, and stays decidable", async (_name, current, changed) => {
    const world = await openWorld([[paying(5_000)]]);
    const runner = world.runner();
    await runner.start("t", "go");
    const record = await world.store.getThread("default", "t");
    if (!record) throw new Error("no thread");
    const other = new TextDecoder().decode(record.continuation).replace(current, changed);
    if (!other.includes(changed)) return expect.fail("the version isn't where it was");
    await world.store.commit({
      tenant: "default",
      changes: [
        {
          op: "put",
          kind: "thread",
          record: { ...record, continuation: new TextEncoder().encode(other), version: record.version + 1 },
          expects: record.version,
        },
      ],
      events: [],
    });
    await world.approve();
    expect(await codeOf(runner.resume("t"))).toBe("STATE_INCOMPATIBLE");
    expect(world.effects).toEqual([]);
  });
});

describe("what goes wrong", () => {
  test("a provider that fails: a retry loses nothing and runs nothing twice", async () => {
    const world = await openWorld([[paying(5_000, "x", "a")], [paying(6_000, "y", "b")], "done"]);
    const runner = world.runner();
    await runner.start("t", "go");
    await world.approve();
    world.server.disturb({ status: 500 }, undefined);
    await expect(runner.resume("t")).rejects.toMatchObject({ statusCode: 500 });
    expect(world.effects).toHaveLength(1);
    expect(await runner.resume("t")).toMatchObject({ status: "suspended" });
    await world.approve();
    world.server.disturb({ cutAfter: 3 });
    await expect(runner.resume("t")).rejects.toThrow();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
    expect(world.effects).toHaveLength(2);
    expect(world.refused().filter((refusal) => !refusal.startsWith("Disturbed"))).toEqual([]);
  });

  test("an abort ends it, and it can be gone on with", async () => {
    const world = await openWorld([[paying(5_000)], "done"]);
    const runner = world.runner();
    await runner.start("t", "go");
    await world.approve();
    world.server.disturb({ after: new Promise(() => {}) });
    const abort = new AbortController();
    const resuming = failure(runner.resume("t", { signal: abort.signal }));
    await expect.poll(() => world.server.requests.length).toBe(2);
    abort.abort(new Error("enough"));
    expect(String(await resuming)).toMatch(/enough/);
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
    expect(world.effects).toHaveLength(1);
  });

  test('then: "stop" ends it, siblings included, and the next input finds an output for every call', async () => {
    const world = await openWorld([[paying(5_000, "x", "a"), paying(6_000, "y", "b"), paying(7, "z", "c")], "again"]);
    const runner = world.runner();
    await runner.start("t", "go");
    const [first, second] = await world.pending();
    if (!first || !second) throw new Error("two should wait");
    await world.gate.decide(first, { type: "reject", message: "Fraud", then: "stop" }, { by: alice });
    await world.gate.decide(second, { type: "approve" }, { by: alice });
    expect(await runner.resume("t")).toMatchObject({ status: "stopped", by: alice, message: "Fraud" });
    expect(await runner.start("t", "what now?")).toMatchObject({ status: "completed", text: "again" });
    expect(world.told().toSorted()).toEqual(['"paid 7 to z"', '{"error":"Fraud"}', expect.stringMatching(/did not run/)]);
    expect(world.effects).toEqual([{ amount: 7, to: "z" }]);
    expect(world.refused()).toEqual([]);
  });

  test("a start that cancels what is pending tells the model that it did not run", async () => {
    const world = await openWorld([[paying(5_000)], "fine"]);
    const runner = world.runner();
    await runner.start("t", "go");
    expect(await runner.start("t", "never mind", { pending: "cancel" })).toMatchObject({ status: "completed", text: "fine" });
    expect(world.told()).toHaveLength(1);
    expect(await world.pending()).toEqual([]);
    expect(world.effects).toEqual([]);
    expect(world.refused()).toEqual([]);
  });
});

describe("a freeze", () => {
  const freeze = async (world: { gate: ReturnType<typeof openDesk>["gate"] }) =>
    world.gate.freeze({}, { by: alice, reason: "fraud alert" });

  test("leaves the runner and callModel typed, and the signature stays good", async () => {
    const runs = await openWorld([[paying(5_000)], "done"]);
    await runs.runner().start("t", "go");
    await runs.approve();
    const frozen = await freeze(runs);
    expect(isCountersignError(await failure(runs.runner().resume("t")), "FROZEN")).toBe(true);
    await runs.gate.liftFreeze(frozen.id, { by: alice });
    expect(await runs.runner().resume("t")).toMatchObject({ status: "completed", text: "done" });

    const calls = await openWorld([[paying(5_000)], "done"]);
    await calls.call("go").getText();
    await calls.approve();
    const other = await freeze(calls);
    expect(await codeOf(calls.call([]).getText())).toBe("FROZEN");
    await calls.gate.liftFreeze(other.id, { by: alice });
    expect(await calls.call([]).getText()).toBe("done");
    expect([runs.effects, calls.effects]).toEqual([[{ amount: 5_000, to: "x" }], [{ amount: 5_000, to: "x" }]]);
  });

  test.each(["callModel", "runner"])(
    "stops what a remembered decision let pass, and the result of an allowed call beside it isn't lost: %s",
    async (runs) => {
      const policy = definePolicy({
        default: "allow",
        tools: { pay: { args: Amount, ask: ({ args }) => args.amount > 1_000, review: { remember: ["tool"] } } },
      });
      const desk = openDesk({ policy });
      let reads = 0;
      const read = tool({ name: "read", description: "", inputSchema: z.object({}), execute: async () => ++reads });
      const lines = [[paying(5_000)], [paying(6_000, "y", "again"), { id: "r", name: "read", args: {} }], "done"];
      const world = await openWorld(lines, { desk, tools: [desk.pay, read] });
      const run = async (input: string | [], hooks = new HooksManager()): Promise<string> => {
        if (runs === "callModel") return codeOf(world.call(input, { hooks }).getText());
        const runner = world.runner({ hooks });
        return codeOf(input === "go" ? runner.start("t", "go") : runner.resume("t"));
      };
      await run("go");
      await world.gate.decide(await world.only(), approve({ remember: { scope: "tool" } }), { by: alice });
      const hooks = new HooksManager();
      const frozen: string[] = [];
      const isAgain = ({ toolInput }: { readonly toolInput: Record<string, unknown> }) => toolInput["to"] === "y";
      hooks.on("PreToolUse", { matcher: "pay", filter: isAgain, handler: async () => void frozen.push((await freeze(world)).id) });
      expect(await run([], hooks)).toMatch(/FROZEN|is frozen by alice: fraud alert/);
      expect([world.effects, reads]).toEqual([[{ amount: 5_000, to: "x" }], 1]);
      expect(world.server.requests).toHaveLength(2);
      await world.gate.liftFreeze(frozen[0] ?? "", { by: alice });
      await run([]);
      expect([world.effects, reads]).toEqual([
        [
          { amount: 5_000, to: "x" },
          { amount: 6_000, to: "y" },
        ],
        1,
      ]);
      expect(world.told().toSorted()).toEqual(['"paid 5000 to x"', '"paid 6000 to y"', "1"]);
      expect(world.refused()).toEqual([]);
    },
  );
});

test.each(["callModel", "runner"])("an outcome that is unknown is an error with its name, until a person has looked: %s", async (runs) => {
  const gate = testGate(definePolicy({ tools: { pay: { args: Amount, ask: true } } }));
  const desk = { ...openDesk(), gate };
  const begun = Promise.withResolvers<void>();
  const hanging = tool({
    name: "pay",
    description: "",
    inputSchema: Amount,
    execute: async () => {
      begun.resolve();
      return new Promise<string>(() => {});
    },
  });
  const world = await openWorld([[paying(5_000)]], { desk, tools: [hanging] });
  const run = async (input: string | []): Promise<string> => {
    if (runs === "callModel") return codeOf(world.call(input).getText());
    return codeOf(input === "go" ? world.runner().start("t", "go") : world.runner().resume("t"));
  };
  await run("go");
  const request = gate.asked[0];
  if (!request) throw new Error("nothing was asked");
  await gate.decide(request, approve(), { by: alice });
  void run([]);
  await begun.promise;
  gate.advance(3_600_000);
  expect(await run([])).toBe("EXECUTION_UNKNOWN");
  expect(world.server.requests).toHaveLength(1);
  await gate.settle(request.id, { executed: "paid after all" }, { by: alice });
  await run([]);
  expect(world.told()).toEqual(['"paid after all"']);
});

test("an id that the model used twice in one turn doesn't spoil the conversation for ever", async () => {
  const world = await openWorld([[paying(5, "x", "a"), paying(6, "y", "a")], "fine"]);
  const runner = world.runner({ stopWhen: () => true, allowFinalResponse: false });
  expect(await runner.start("t", "go")).toMatchObject({ status: "completed" });
  expect(await runner.start("t", "again")).toMatchObject({ status: "completed", text: "fine" });
  expect(world.refused()).toEqual([]);
});
