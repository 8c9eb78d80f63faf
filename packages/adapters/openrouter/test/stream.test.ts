import type { ModelResult, Tool } from "@openrouter/agent";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { paying, type Lines } from "./support/desk.ts";
import { codeOf, openWorld } from "./support/world.ts";

type Stream = ModelResult<readonly Tool[]>;
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => void process.on("unhandledRejection", note));
afterEach(async () => {
  // A rejection counts as unhandled once the queue of microtasks is through.
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("unhandledRejection", note);
  expect(unhandled.splice(0)).toEqual([]);
});

const lines: Lines = [[paying(5, "x", "a")], [paying(5_000, "y", "b")], "all done"];

async function paused() {
  const world = await openWorld(lines);
  const runner = world.runner();
  const { stream, outcome } = await runner.stream("t", "go");
  return { world, runner, stream: stream as Stream, outcome };
}

/** Reads once, and leaves. */
async function first<T>(events: AsyncIterable<T>): Promise<T | undefined> {
  for await (const event of events) return event;
  return undefined;
}

describe("a stream", () => {
  test("is the SDK's own: events, deltas, and the outcome beside it", async () => {
    const { world, runner, stream, outcome } = await paused();
    const events = await Array.fromAsync(stream.getFullResponsesStream());
    expect(events.map(({ type }) => type)).toContain("tool.call_output");
    expect(await outcome).toMatchObject({ status: "suspended", pending: [{ args: { amount: 5_000 } }] });
    await world.approve();
    const resumed = await runner.resumeStream("t");
    expect(await Array.fromAsync((resumed.stream as Stream).getTextStream())).toEqual(["all ", "done"]);
    expect(await resumed.outcome).toMatchObject({ status: "completed", text: "all done" });
    expect(world.refused()).toEqual([]);
  });

  test("that nobody reads runs to its end all the same", async () => {
    const { world, outcome } = await paused();
    expect(await outcome).toMatchObject({ status: "suspended" });
    expect(world.effects).toHaveLength(1);
  });

  test("can be read late, and by several", async () => {
    const { stream, outcome } = await paused();
    await outcome;
    const [one, two] = await Promise.all([
      Array.fromAsync(stream.getFullResponsesStream()),
      Array.fromAsync(stream.getFullResponsesStream()),
    ]);
    expect(one.length).toBeGreaterThan(5);
    expect(two).toHaveLength(one.length);
  });

  test("whose reader leaves early goes on", async () => {
    const { stream, outcome } = await paused();
    await first(stream.getFullResponsesStream());
    await first(stream.getItemsStream());
    expect(await outcome).toMatchObject({ status: "suspended" });
  });

  test("that has nothing to say ends at once", async () => {
    const { runner, outcome } = await paused();
    await outcome;
    const { stream, outcome: same } = await runner.resumeStream("t");
    expect(await Array.fromAsync((stream as Stream).getTextStream())).toEqual([]);
    expect(await (stream as Stream).getText()).toBe("");
    expect(await same).toMatchObject({ status: "suspended" });
  });

  test.each([
    ["in its first answer", [{ cutAfter: 2 }]],
    ["in its second", [undefined, { cutAfter: 2 }]],
    ["before its first", [{ status: 500 as const }]],
    ["before its second", [undefined, { status: 500 as const }]],
    ["because the provider gives it up", [{ givesUp: "overloaded" }]],
  ])("that breaks %s: the outcome tells, whoever reads, and a retry goes on", async (_name, disturbances) => {
    for (const reads of ["nobody", "one who stays", "one who leaves"]) {
      const world = await openWorld(lines);
      const runner = world.runner();
      world.server.disturb(...disturbances);
      const begun = await runner.stream("t", "go").catch((error: unknown) => ({ error }));
      if ("error" in begun) expect(begun.error).toBeInstanceOf(Error);
      else {
        const told = codeOf(begun.outcome);
        const stream = begun.stream as Stream;
        if (reads === "one who stays") await Array.fromAsync(stream.getFullResponsesStream()).catch(() => {});
        if (reads === "one who leaves") await first(stream.getFullResponsesStream()).catch(() => {});
        expect(await told).toMatch(/^Error/);
      }
      expect(await runner.resume("t")).toMatchObject({ status: "suspended" });
      expect(world.refused().filter((refusal) => !refusal.startsWith("Disturbed"))).toEqual([]);
    }
  });

  test("of callModel with gateCall, whose reader leaves early, pauses as well", async () => {
    const world = await openWorld(lines);
    const result = world.call("go");
    await first(result.getFullResponsesStream());
    await result.getText();
    expect(await world.only()).toMatchObject({ args: { amount: 5_000 } });
  });
});
