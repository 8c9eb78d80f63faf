// A start whose process dies before LangGraph has written anything.
import { fileURLToPath } from "node:url";
import { createWorker, isCountersignError, type RunOutcome } from "@countersign/core";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { createAgent } from "langchain";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { bundleChildren, filesInMemory } from "@countersign/test-run";
import { describe, expect, test } from "vitest";
import { openEarly, type Early } from "./support/dies-in-saver.ts";
import { openDesk, paying } from "./support/desk.ts";
import { inProcess } from "./support/process.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";
import { effectsAt, modelRequestsAt, newPlace } from "./support/world.ts";

const script = new URL("./support/dies-in-saver.ts", import.meta.url);
filesInMemory();
await bundleChildren([script]);
const large = JSON.stringify([["send_payment", { amount: 4_200, recipient: "Acme" }]]);

/** Most of each test is the wait for a dead process's lease. */
const together = { concurrent: true, timeout: 120_000 } as const;

/** Until the dead process's lease has run out. */
async function whenFree(resume: () => Promise<RunOutcome<unknown>>): Promise<RunOutcome<unknown>> {
  for (;;) {
    const outcome = await resume();
    if (outcome.status !== "running") return outcome;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function killed(early: Early, text: string, place = newPlace()) {
  expect(await inProcess({ place, early, text } as never, fileURLToPath(script))).toEqual({ signal: "SIGKILL" });
  return { place, ...openEarly({ place, early, text }) };
}

describe.each(["text", "messages"] as const)("an input of %s", together, (input) => {
  test.for([0, 1, 2])("is there again after a kill with %i checkpoints written, once", async (checkpoints, { expect }) => {
    const { place, runner, saver, close } = await killed({ checkpoints, input }, large);
    const outcome = await whenFree(() => runner.resume("t"));
    expect(outcome).toMatchObject({ status: "suspended", pending: [{ args: { amount: 4_200 } }] });
    const tuple = await saver.getTuple({ configurable: { thread_id: "t" } });
    expect(tuple?.checkpoint.channel_values["messages"]).toHaveLength(2);
    expect(effectsAt(place)).toEqual([]);
    await close();
  });
});

test("in a thread that has a history, the new input is not taken for an old one", together, async ({ expect }) => {
  const place = newPlace();
  const before = openEarly({ place, early: { checkpoints: 0, input: "text" }, text: "hello" });
  expect(await before.start()).toMatchObject({ status: "completed", text: "You said: hello" });
  await before.close();
  const { runner, close } = await killed({ checkpoints: 0, input: "text" }, large, place);
  expect(await whenFree(() => runner.resume("t"))).toMatchObject({ status: "suspended" });
  await close();
});

test("a worker begins it again", together, async ({ expect }) => {
  const { place, gate, runner, close } = await killed({ checkpoints: 0, input: "messages" }, "hello");
  const worker = createWorker(gate, [runner], { onError: () => {} });
  await expect.poll(async () => (await worker.drain()).resumed, { timeout: 60_000 }).toBe(1);
  expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "You said: hello" });
  expect(modelRequestsAt(place)).toBe(1);
  await close();
});

test.for([
  [0, 42],
  [1, 42],
] as const)("so it is where the input has no messages, with %i checkpoints written", together, async ([checkpoints, sum], { expect }) => {
  const { runner, close } = await killed({ checkpoints, input: "sums" }, "21");
  expect(await whenFree(() => runner.resume("t"))).toMatchObject({ status: "completed", output: { sum } });
  await close();
});

test("checkpoints that are somewhere else are not blamed on a MemorySaver", async () => {
  const desk = openDesk();
  const opened = (): ReturnType<typeof createRunner> => {
    const checkpointer = SqliteSaver.fromConnString(":memory:");
    const middleware = [approvalMiddleware(desk.gate)];
    const agent = createAgent({ model: new ScriptedModel(obedient), tools: [desk.pay], checkpointer, middleware });
    return createRunner(desk.gate, agent, { name: "payments" }) as never;
  };
  await opened().start("t", paying([5_000, "x"]));
  await desk.approve("x");
  await expect(opened().resume("t")).rejects.toSatisfy(
    (thrown) =>
      isCountersignError(thrown, "SETUP") && /the same file or database/.test(thrown.message) && !/MemorySaver/.test(thrown.message),
  );
  expect(desk.effects).toEqual([]);
});
