import { TOKENS } from "@countersign/conformance";
import { createWorker } from "@countersign/core";
import { describe, expect, test } from "vitest";
import { paying } from "./support/desk.ts";
import { codeOf, openWorld } from "./support/world.ts";

const lines = [[paying(5, "x", "a")], [paying(5_000, "y", "b"), paying(6, "z", "c")], [paying(7, "w", "d")], "done"];
const took = (requests: number) => ({
  inputTokens: requests * TOKENS.inputTokens,
  outputTokens: requests * TOKENS.outputTokens,
  totalTokens: requests * (TOKENS.inputTokens + TOKENS.outputTokens),
  cachedInputTokens: 0,
  reasoningTokens: 0,
});

describe("usage", () => {
  test.each([
    ["as events", false],
    ["as JSON, which the SDK takes too", true],
  ])("counts every response, also those in between, answered %s", async (_how, neverStreams) => {
    const world = await openWorld([...lines, "again"], { neverStreams });
    const runner = world.runner();
    await runner.start("t", "go");
    await world.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "done", usage: took(4) });
    const streamed = await runner.stream("t", "and now?");
    expect(await streamed.outcome).toMatchObject({ status: "completed", text: "again", usage: took(1) });
    expect(await runner.resume("t")).toMatchObject({ replayed: true, usage: took(1) });
  });

  test("of a run whose last answer is asked for when its steps are used up counts that as well", async () => {
    const world = await openWorld([[paying(5, "x", "a")], "done"]);
    expect(await world.runner({ stopWhen: () => true }).start("t", "go")).toMatchObject({ status: "completed", usage: took(2) });
  });
});

describe("the conversation", () => {
  test("can be read at any time, in the SDK's own form, and goes back into callModel", async () => {
    const world = await openWorld(lines);
    const runner = world.runner();
    expect(await runner.messages("t")).toEqual([]);
    await runner.start("t", "go");
    expect(await runner.messages("t")).toMatchObject([
      { role: "user", content: "go" },
      { type: "function_call", callId: "a", name: "pay" },
      { type: "function_call_output", callId: "a" },
      { type: "function_call", callId: "b" },
      { type: "function_call", callId: "c" },
      { type: "function_call_output", callId: "c" },
    ]);
    await world.approve();
    await createWorker(world.gate, [runner]).drain();
    const outcome = await runner.resume("t");
    const messages = outcome.status === "completed" ? outcome.messages : [];
    expect(messages.at(-1)).toMatchObject({ type: "message", role: "assistant", content: [{ text: "done" }] });
    expect(await runner.messages("t")).toEqual(messages);
    world.model.script = (items) => `${items.length} items`;
    expect(await world.client.callModel({ model: "any", input: messages as never }).getText()).toBe(`${messages.length} items`);
  });

  test("of a run that has saved nothing yet ends with its input, after a failure too", async () => {
    const world = await openWorld(["first", "second"]);
    const runner = world.runner();
    await runner.start("t", "one");
    world.server.disturb({ status: 500 });
    await expect(runner.start("t", "two")).rejects.toMatchObject({ statusCode: 500 });
    expect(await runner.messages("t")).toMatchObject([{ content: "one" }, { role: "assistant" }, { role: "user", content: "two" }]);
    expect(await runner.resume("t")).toMatchObject({ text: "second", messages: [{}, {}, { content: "two" }, { role: "assistant" }] });
  });

  test("keeps what an application has put into it, and names what can't be kept before anything is asked", async () => {
    const world = await openWorld([[paying(5_000)]]);
    const runner = world.runner();
    const at = new Date(0);
    await runner.start("t", [{ role: "user", content: "go", at } as never]);
    expect(await runner.messages("t")).toMatchObject([{ content: "go", at }, { type: "function_call" }]);
    const odd = [{ role: "user", content: "go", odd: new AbortController() } as never];
    expect(await codeOf(runner.start("u", odd))).toBe("STATE_NOT_SERIALIZABLE");
    expect((await world.gate.list({ threadId: "u" })).items).toEqual([]);
  });
});
