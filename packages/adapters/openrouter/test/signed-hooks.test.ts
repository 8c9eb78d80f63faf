// The SDK's tool hooks, around calls that run at a resume: before the SDK does.
import { isCountersignError } from "@countersign/core";
import { failure } from "@countersign/adapter-tests";
import { HooksManager, type CallModelInput } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { paying } from "./support/desk.ts";
import { codeOf, openWorld, type World } from "./support/world.ts";

type Hooks = NonNullable<CallModelInput["hooks"]>;
type Seen = (readonly [hook: string, input: unknown, rest?: unknown])[];

/** Hooks that only look. */
function looking(seen: Seen): HooksManager {
  const hooks = new HooksManager();
  hooks.on("PreToolUse", { handler: ({ toolName, toolInput }) => void seen.push(["pre", toolInput, toolName]) });
  hooks.on("PostToolUse", { handler: ({ toolInput, toolOutput }) => void seen.push(["post", toolInput, toolOutput]) });
  hooks.on("PostToolUseFailure", { handler: ({ toolInput, error }) => void seen.push(["failed", toolInput, String(error)]) });
  return hooks;
}
/** Lets no payment of more than 2,000 pass. */
const upTo2000 = (): HooksManager => {
  const hooks = new HooksManager();
  hooks.on("PreToolUse", {
    handler: ({ toolInput }) => ((toolInput["amount"] as number) > 2_000 ? { block: "over the limit" } : undefined),
  });
  return hooks;
};
const mutating = (change: (input: Record<string, unknown>) => Record<string, unknown> | undefined): HooksManager => {
  const hooks = new HooksManager();
  hooks.on("PreToolUse", {
    handler: ({ toolInput }) => {
      const mutatedInput = change(toolInput);
      return mutatedInput && { mutatedInput };
    },
  });
  return hooks;
};

/** Both ways to run the SDK. */
const ways = [
  [
    "callModel",
    async (world: World, hooks?: Hooks, input: string | [] = []) =>
      void (await world.call(input, { thread: hooks ? { hooks } : {} }).getText()),
  ],
  [
    "the runner",
    async (world: World, hooks?: Hooks, input: string | [] = []) => {
      const runner = world.runner(hooks ? { hooks } : {});
      await (input === "go" ? runner.start("t", "go") : runner.resume("t"));
    },
  ],
] as const;

describe.each(ways)("a signed call, with %s", (_name, run) => {
  async function asked(lines: Parameters<typeof openWorld>[0] = [[paying(5_000)], "done"]) {
    const world = await openWorld(lines);
    await run(world, undefined, "go");
    return world;
  }

  test("hooks that look see the arguments that were signed, and what came of it, once", async () => {
    const world = await asked();
    await world.edit({ amount: 1_500, to: "y" });
    const seen: Seen = [];
    world.server.disturb({ status: 500 });
    await codeOf(run(world, looking(seen)));
    await run(world, looking(seen));
    expect(seen).toEqual([
      ["pre", { amount: 1_500, to: "y" }, "pay"],
      ["post", { amount: 1_500, to: "y" }, "paid 1500 to y"],
    ]);
    expect(world.effects).toEqual([{ amount: 1_500, to: "y" }]);
  });

  test("so do hooks that stand in the settings as they are", async () => {
    const world = await asked();
    await world.approve();
    const seen: unknown[] = [];
    await run(world, { PreToolUse: [{ matcher: "pay", handler: ({ toolInput }) => void seen.push(toolInput) }, { matcher: "other", handler: () => ({ block: true }) }] }); // prettier-ignore
    expect(seen).toEqual([{ amount: 5_000, to: "x" }]);
    expect(world.effects).toHaveLength(1);
  });

  test("a hook that blocks keeps an edit from running, and the model is told why", async () => {
    const world = await asked();
    const { id } = await world.edit({ amount: 3_000, to: "x" });
    await run(world, upTo2000());
    expect(world.effects).toEqual([]);
    expect(world.told()).toEqual(['{"error":"over the limit"}']);
    expect(await world.gate.get(id)).toMatchObject({ status: "cancelled", execution: "none", begun: false });
    expect(world.refused()).toEqual([]);
  });

  test("and lets another one pass", async () => {
    const world = await asked();
    await world.edit({ amount: 1_900, to: "x" });
    await run(world, upTo2000());
    expect(world.effects).toEqual([{ amount: 1_900, to: "x" }]);
  });

  test.each([
    ["answers others", (input: Record<string, unknown>) => ({ ...input, amount: 9_000 })],
    ["changes them in place", (input: Record<string, unknown>) => ((input["amount"] = 9_000), undefined)],
    ["makes them such that the policy would let them pass", (input: Record<string, unknown>) => ({ ...input, amount: 1 })],
  ])("a hook that changes the arguments (it %s): nothing runs, the tool is named, and the signature stays", async (_how, change) => {
    const world = await asked();
    const { id } = await world.approve();
    const error = await failure(run(world, mutating(change)));
    expect(isCountersignError(error, "NOT_APPROVED") && error.message).toMatch(/arguments of pay were changed .* PreToolUse hook/);
    expect(world.effects).toEqual([]);
    expect(world.server.requests).toHaveLength(1);
    expect(await world.gate.get(id)).toMatchObject({ status: "approved", execution: "none", begun: false });
    await run(world);
    expect(world.effects).toEqual([{ amount: 5_000, to: "x" }]);
  });

  test("a hook that throws is passed over, as the SDK does it; a manager that lets it throw has the model told", async () => {
    for (const throwOnHandlerError of [false, true]) {
      const world = await asked();
      await world.approve();
      const hooks = new HooksManager({}, { throwOnHandlerError });
      hooks.on("PreToolUse", {
        handler: () => {
          throw new Error("the limiter is down");
        },
      });
      await run(world, hooks);
      expect(world.effects).toHaveLength(throwOnHandlerError ? 0 : 1);
      expect(world.told()).toEqual([throwOnHandlerError ? '{"error":"the limiter is down"}' : '"paid 5000 to x"']);
    }
  });

  test("a rejected call is none of theirs", async () => {
    const world = await asked();
    await world.reject("not x");
    const seen: Seen = [];
    await run(world, looking(seen));
    expect(seen).toEqual([]);
  });
});

test("with gateCall, hooks that only callModel was given don't see signed calls: they run before", async () => {
  const world = await openWorld([[paying(5_000)], "done"]);
  await world.call("go").getText();
  await world.approve();
  await world.call([], { hooks: upTo2000() }).getText();
  expect(world.effects).toHaveLength(1);
});
