import { Amount } from "@countersign/adapter-tests";
import { createGate, definePolicy } from "@countersign/core";
import { HooksManager, tool, type StateAccessor } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying, type Lines } from "./support/desk.ts";
import { codeOf, openWorld, ownState, type World } from "./support/world.ts";

const large = ({ effects }: Pick<World, "effects">) => effects.filter((effect) => (effect as { amount: number }).amount > 1_000);
const permission = (decision: "allow" | "deny") => {
  const hooks = new HooksManager();
  hooks.on("PermissionRequest", { handler: () => ({ decision, reason: "says the hook" }) });
  return hooks;
};
const mutating = (amount: number) => {
  const hooks = new HooksManager();
  hooks.on("PreToolUse", { handler: ({ toolInput }) => ({ mutatedInput: { ...toolInput, amount } }) });
  return hooks;
};
/** Both ways to run the SDK: what it came to, as text. */
const ways = [
  ["callModel", (world: World, hooks: HooksManager, input: string | [] = "go") => codeOf(world.call(input, { hooks }).getText())],
  [
    "the runner",
    (world: World, hooks: HooksManager, input: string | [] = "go") => {
      const runner = world.runner({ hooks });
      return codeOf(input === "go" ? runner.start("t", "go") : runner.resume("t"));
    },
  ],
] as const;

describe.each(ways)("with %s", (name, run) => {
  test("a PermissionRequest hook that allows lets nothing run unasked: the run pauses all the same", async () => {
    const world = await openWorld([[paying(5_000, "x", "a"), paying(5, "y", "b")], "done"]);
    await run(world, permission("allow"));
    expect(world.effects).toEqual([{ amount: 5, to: "y" }]);
    expect(await world.only()).toMatchObject({ args: { amount: 5_000 } });
    expect(world.server.requests).toHaveLength(1);
    await world.approve();
    await run(world, permission("allow"), []);
    expect(world.effects).toEqual([{ amount: 5, to: "y" }, { amount: 5_000, to: "x" }]); // prettier-ignore
    expect(world.told().toSorted()).toEqual(['"paid 5 to y"', '"paid 5000 to x"']);
    expect(world.refused()).toEqual([]);
  });

  test("a PermissionRequest hook that denies does, and nobody is asked", async () => {
    const world = await openWorld([[paying(5_000)]]);
    await run(world, permission("deny"));
    expect(world.effects).toEqual([]);
    expect(await world.pending()).toEqual([]);
    expect(world.told()).toEqual(['{"error":"says the hook"}']);
  });

  test("a hook denies one call while another waits", async () => {
    const world = await openWorld([[paying(5_000, "x", "a"), paying(6_000, "y", "b")]]);
    const hooks = new HooksManager();
    hooks.on("PermissionRequest", {
      handler: ({ toolInput }) => ({
        decision: toolInput["to"] === "x" ? ("deny" as const) : ("ask_user" as const),
        reason: "says the hook",
      }),
    });
    await run(world, hooks);
    expect(await world.only()).toMatchObject({ args: { to: "y" } });
    await world.approve();
    await run(world, hooks, []);
    expect(world.told().toSorted()).toEqual(['"paid 6000 to y"', '{"error":"says the hook"}']);
    expect(world.refused()).toEqual([]);
  });

  test("a PreToolUse hook that changes what the policy allows into what it asks about: nothing runs", async () => {
    const world = await openWorld([[paying(5)]]);
    expect(await run(world, mutating(5_000))).toMatch(/NOT_APPROVED|no recorded approval/);
    expect(world.effects).toEqual([]);
    expect(world.server.requests).toHaveLength(1);
  });

  test("a PreToolUse hook that changes it into what the policy allows as well", async () => {
    const world = await openWorld([[paying(5)]]);
    await run(world, mutating(6));
    expect(world.effects).toEqual([{ amount: 6, to: "x" }]);
  });

  test("a PreToolUse hook that changes a call that waits, which a PermissionRequest hook has allowed: nothing runs, and it still waits", async () => {
    const world = await openWorld([[paying(5_000)], "done"]);
    const hooks = permission("allow");
    hooks.on("PreToolUse", { handler: ({ toolInput }) => ({ mutatedInput: { ...toolInput, amount: 5 } }) });
    expect(await run(world, hooks)).toMatch(/NOT_APPROVED|arguments of pay were changed/);
    expect(world.effects).toEqual([]);
    await run(world, new HooksManager(), []);
    expect(await world.only()).toMatchObject({ args: { amount: 5_000 } });
  });

  test("a PreToolUse hook that tidies up what the policy allows, beside a call that waits", async () => {
    const world = await openWorld([[paying(5, " x ", "a"), paying(5_000, "y", "b"), paying(6, "z ", "c")], "done"]);
    const hooks = new HooksManager();
    hooks.on("PreToolUse", { handler: ({ toolInput }) => ({ mutatedInput: { ...toolInput, to: (toolInput["to"] as string).trim() } }) });
    await run(world, hooks);
    expect(world.effects).toEqual([{ amount: 5, to: "x" }, { amount: 6, to: "z" }]); // prettier-ignore
    expect(await world.only()).toMatchObject({ args: { amount: 5_000 } });
  });

  test("a hook that changes nested arguments in place: what is judged is what runs", async () => {
    const effects: unknown[] = [];
    const pay = tool({
      name: "pay",
      description: "",
      inputSchema: z.object({ order: z.record(z.string(), z.unknown()) }),
      execute: async ({ order }) => void effects.push(order),
    });
    const policy = definePolicy({
      tools: { pay: { args: pay.function.inputSchema, ask: ({ args }) => (args.order["amount"] as number) > 1_000 } },
    });
    const order = (amount: number) => ({ id: `c${amount}`, name: "pay", args: { order: { amount } } });
    const hooks = new HooksManager();
    hooks.on("PreToolUse", { handler: ({ toolInput }) => void ((toolInput["order"] as { amount: number }).amount = 9_000) });
    const world = await openWorld([[order(5)], "done"], { desk: openDesk({ policy }), tools: [pay] });
    expect(await run(world, hooks)).toMatch(/NOT_APPROVED|arguments of pay were changed/);
    expect(effects).toEqual([]);
  });

  test("a PreToolUse hook that changes what was signed with a remembered decision: nothing runs", async () => {
    const policy = definePolicy({
      tools: { pay: { args: Amount, ask: ({ args }) => args.amount > 1_000, review: { remember: ["exact-args"] } } },
    });
    const world = await openWorld([[paying(5_000)], [paying(5_000, "x", "again")]], { desk: openDesk({ policy }) });
    await run(world, new HooksManager());
    await world.gate.decide(await world.only(), { type: "approve", remember: { scope: "exact-args" } } as never, { by: { id: "alice" } });
    const hooks = new HooksManager();
    const isSecond = () => world.effects.length > 0;
    hooks.on("PreToolUse", { handler: ({ toolInput }) => (isSecond() ? { mutatedInput: { ...toolInput, amount: 9_000 } } : undefined) });
    expect(await run(world, hooks, [])).toMatch(/NOT_APPROVED|arguments of pay were changed/);
    expect(world.effects).toEqual([{ amount: 5_000, to: "x" }]);
    await run(world, new HooksManager(), []);
    expect(world.effects).toEqual([{ amount: 5_000, to: "x" }, { amount: 5_000, to: "x" }]); // prettier-ignore
  });

  test(`hooks that only look see what the SDK runs (${name})`, async () => {
    const world = await openWorld([[paying(5)]]);
    const seen: unknown[] = [];
    const hooks = new HooksManager();
    hooks.on("PostToolUse", { handler: ({ toolInput, toolOutput }) => void seen.push([toolInput, toolOutput]) });
    await run(world, hooks);
    expect(seen).toEqual([[{ amount: 5, to: "x" }, "paid 5 to x"]]);
  });
});

describe("an application that overrides what was spread", () => {
  const lines: Lines = [[paying(5_000, "x", "a"), paying(5, "y", "b")], [paying(6_000, "z", "c")], "done"];
  const lenient = () => false;

  test("its predicate: what waits doesn't run, and the run pauses", async () => {
    const world = await openWorld(lines);
    expect(await codeOf(world.call("go", { requireApproval: lenient }).getText())).toMatch(/waits for a person/);
    expect(world.effects).toEqual([{ amount: 5, to: "y" }]);
    expect(await world.only()).toMatchObject({ args: { amount: 5_000 } });
    expect(world.server.requests).toHaveLength(1);
    await world.approve();
    await codeOf(world.call([], { requireApproval: lenient }).getText());
    expect(world.effects).toHaveLength(2);
    expect(world.refused()).toEqual([]);
  });

  test.each([
    ["the state", () => ({ state: ownState() })],
    ["the state and the predicate", () => ({ state: ownState(), requireApproval: lenient })],
    ["the state with an answer of its own", () => ({ state: ownState(), approveToolCalls: ["a", "c"] })],
  ])("%s: only what the policy allows runs, whatever is answered natively", async (_name, make) => {
    const world = await openWorld(lines);
    const more = make();
    await codeOf(world.call("go", more).getText());
    expect(large(world)).toEqual([]);
    await codeOf(world.call([], { ...more, approveToolCalls: ["a"] }).getText());
    await codeOf(world.call([], { ...more, approveToolCalls: ["a", "c"] }).getText());
    expect(large(world)).toEqual([]);
    expect(await world.pending()).toEqual([]);
  });

  test("no state at all", async () => {
    const world = await openWorld(lines);
    await codeOf(world.call("go", { state: undefined as unknown as StateAccessor, requireApproval: lenient }).getText());
    expect(large(world)).toEqual([]);
  });

  test("native answers on the gate's own state are not believed", async () => {
    const world = await openWorld(lines);
    await world.call("go").getText();
    const requests = world.server.requests.length;
    for (const answer of [{ approveToolCalls: ["a"] }, { rejectToolCalls: ["a"] }, { approveToolCalls: ["a", "a"] }]) {
      expect(await codeOf(world.call([], answer).getText())).toBe("THREAD_SUSPENDED");
    }
    expect(world.server.requests).toHaveLength(requests);
    expect(large(world)).toEqual([]);
    expect(await world.only()).toMatchObject({ status: "pending" });
  });

  test("another process's policy that no longer asks doesn't let an undecided call run", async () => {
    const world = await openWorld(lines);
    await world.call("go").getText();
    const gate = createGate({ policy: definePolicy({ tools: { pay: "allow" } }), store: world.store, warn: () => {} });
    const { gateCall } = await import("@countersign/openrouter");
    const spread = gateCall(gate, [world.pay], { threadId: "t" });
    expect(await codeOf(world.client.callModel({ model: "any", input: [], ...spread }).getText())).toBe("THREAD_SUSPENDED");
    expect(large(world)).toEqual([]);
  });
});
