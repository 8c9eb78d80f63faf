// A schema that makes something anew each time it reads: the SDK's arguments are never equal to those that were looked at before.
import { randomUUID } from "node:crypto";
import { approve, definePolicy } from "@countersign/core";
import { tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk } from "./support/desk.ts";
import { openWorld } from "./support/world.ts";

const Keyed = z.object({
  amount: z.number(),
  key: z.string().default(() => randomUUID()),
  meta: z.object({ at: z.number().default(() => performance.now()), by: z.string().default("nobody") }).prefault({}),
});

describe.each(["callModel", "the runner"])("with %s", (runs) => {
  async function keyed(...lines: readonly (readonly number[])[]) {
    const paid: z.infer<typeof Keyed>[] = [];
    const pay = tool({ name: "pay", description: "", inputSchema: Keyed, execute: async (args) => paid.push(args) });
    const policy = definePolicy({
      tools: { pay: { args: Keyed, ask: ({ args }) => args.amount > 1_000, review: { remember: ["tool"] } } },
    });
    const said = lines.map((amounts) => amounts.map((amount) => ({ id: `c${amount}`, name: "pay", args: { amount } })));
    const world = await openWorld([...said, "done"], { desk: openDesk({ policy }), tools: [pay] });
    const run = async (input?: string): Promise<void> => {
      const runner = world.runner();
      if (runs === "callModel") await world.call(input ?? []).getText();
      else await (input === undefined ? runner.resume("t") : runner.start("t", input));
    };
    return { ...world, paid, run };
  }

  test("an allowed call runs beside one that waits, which runs once it is signed", async () => {
    const world = await keyed([5, 5_000, 6]);
    await world.run("go");
    expect(world.paid.map(({ amount }) => amount)).toEqual([5, 6]);
    await world.approve();
    await world.run();
    expect(world.paid.map(({ amount, meta }) => [amount, meta.by])).toEqual([[5, "nobody"], [6, "nobody"], [5_000, "nobody"]]); // prettier-ignore
    expect(new Set(world.paid.map(({ key }) => key)).size).toBe(3);
  });

  test("a call that a remembered decision has signed runs", async () => {
    const world = await keyed([5_000], [6_000, 7]);
    await world.run("go");
    await world.gate.decide(await world.only(), approve({ remember: { scope: "tool" } }), { by: { id: "alice" } });
    await world.run();
    expect(world.paid.map(({ amount }) => amount).toSorted((a, b) => a - b)).toEqual([7, 5_000, 6_000]);
    expect(world.told()).toHaveLength(3);
  });
});
