import { Amount, type Payment } from "@countersign/adapter-tests";
import { definePolicy } from "@countersign/core";
import { gateCall } from "@countersign/openrouter";
import { describe, expect, test } from "vitest";
import { openDesk, paying } from "./support/desk.ts";
import { callModel, codeOf, openWorld } from "./support/world.ts";

/** What this asks about is on record also when it lets it run at once. */
const upToTen = definePolicy({
  tools: { pay: { args: Amount, history: true, ask: ({ history, args }) => history.sum("args.amount") + args.amount > 10 } },
});

type Run = (args: Payment) => Promise<unknown>;

/** A run of the SDK with a function of the application around the gated tool. */
async function wrapped(around: (args: Payment, run: Run) => Promise<unknown>, said = [paying(6)]) {
  const world = await openWorld([said, "done"], { desk: openDesk({ policy: upToTen }) });
  const spread = gateCall(world.gate, [world.pay], { threadId: "t" });
  const tools = spread.tools.map((tool) => {
    const execute = tool.function.execute as (args: Payment, context: unknown) => Promise<unknown>;
    const function_ = { ...tool.function, execute: (args: Payment, context: unknown) => around(args, (given) => execute(given, context)) };
    return { ...tool, function: function_ };
  });
  return { ...world, answer: () => codeOf(callModel(world.client, { ...spread, tools }, "go").getText()) };
}

describe("something around a gated tool", () => {
  test.each<[string, (args: Payment, run: Run) => Promise<unknown>]>([
    ["twice", async (args, run) => (await run(args)) && run(args)],
    ["twice at once", async (args, run) => (await Promise.all([run(args), run(args)]))[0]],
  ])("that calls it %s: what is on record runs once, and its result comes back", async (_name, around) => {
    const { answer, effects, told } = await wrapped(around);
    expect(await answer()).toBe("nothing thrown");
    expect(effects).toEqual([{ amount: 6, to: "x" }]);
    expect(told()).toEqual(['"paid 6 to x"']);
  });

  test("that calls it twice keeps equal calls apart", async () => {
    const { answer, effects, told } = await wrapped(
      async (args, run) => (await run(args)) && run(args),
      [paying(3, "x", "a"), paying(3, "x", "b")],
    );
    expect(await answer()).toBe("nothing thrown");
    expect([effects.length, told().length]).toEqual([2, 2]);
  });

  test("that changes its arguments runs nothing", async () => {
    const { answer, effects } = await wrapped((_args, run) => run({ amount: 9_000, to: "Mallory" }));
    expect(await answer()).toMatch(/no recorded approval/);
    expect(effects).toEqual([]);
  });
});
