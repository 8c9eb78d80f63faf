// What the SDK has around ours: retries of its requests, hooks, the end of its loop. Nothing unsigned runs, and nothing twice.
import { gateTools } from "@countersign/openrouter";
import { HooksManager, isMcpTool, markMcp, OpenRouter, stepCountIs, type Tool } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { paying } from "./support/desk.ts";
import { codeOf, openWorld, type World } from "./support/world.ts";

const retries = {
  strategy: "backoff",
  backoff: { initialInterval: 1, maxInterval: 1, exponent: 1, maxElapsedTime: 60_000 },
  retryConnectionErrors: true,
} as const;
const flaky = [{ status: 503 }, { cutAfter: 0 }, { status: 500 }] as const;

/** Both ways to run the SDK; `input`: a start, else what was left is gone on with. */
const ways = [
  ["callModel", (world: World, more: object, input: string | [] = []) => codeOf(world.call(input, more).getText())],
  [
    "the runner",
    (world: World, more: object, input: string | [] = []) => {
      const runner = world.runner(more);
      return codeOf(input === "go" ? runner.start("t", "go") : runner.resume("t"));
    },
  ],
] as const;

describe.each(ways)("with %s", (_name, run) => {
  const [small, large] = [{ amount: 5, to: "y" }, { amount: 5_000, to: "x" }]; // prettier-ignore

  test("a client that tries failed requests again runs no call again", async () => {
    const world = await openWorld([[paying(5_000, "x", "a"), paying(5, "y", "b")], [paying(6, "z", "c")], "done"]);
    world.client.callModel = new OpenRouter({ apiKey: "a-key", serverURL: world.server.url, retryConfig: retries }).callModel;
    world.server.disturb({ status: 503 }, { status: 500 });
    await run(world, {}, "go");
    expect(world.effects).toEqual([small]);
    await world.approve();
    world.server.disturb({ status: 503 }, undefined, { status: 500 });
    expect(await run(world, {})).toBe("nothing thrown");
    expect(world.effects).toEqual([small, large, { amount: 6, to: "z" }]);
    expect(world.refused().every((refusal) => refusal.startsWith("Disturbed"))).toBe(true);
  });

  test.each([
    ["the SDK's last answer", {}],
    ["a last answer in words of one's own", { allowFinalResponse: "Sum up." }],
    ["no last answer", { allowFinalResponse: false }],
  ])(
    "a hook on the turn where stopWhen fires, with %s: what it changes doesn't run, what it blocks doesn't either",
    async (_what, more) => {
      for (const [answer, thrown] of [
        [{ mutatedInput: { amount: 9_000, to: "Mallory" } }, /NOT_APPROVED|arguments of pay were changed|nothing thrown/],
        [{ block: "not now" }, /nothing thrown/],
      ] as const) {
        const world = await openWorld([[paying(5, "x", "a")], [paying(6, "y", "b")], "the end"]);
        const hooks = new HooksManager();
        hooks.on("PreToolUse", { filter: ({ toolInput }) => toolInput["to"] === "y", handler: () => answer });
        expect(await run(world, { hooks, stopWhen: stepCountIs(1), ...more }, "go")).toMatch(thrown);
        expect(world.effects).toEqual([{ amount: 5, to: "x" }]);
        expect(world.refused()).toEqual([]);
      }
    },
  );

  test("a PermissionRequest hook that allows, on the turn where stopWhen fires: the call still waits", async () => {
    const world = await openWorld([[paying(5, "x", "a")], [paying(5_000, "y", "b")], "the end"]);
    const hooks = new HooksManager();
    hooks.on("PermissionRequest", { handler: () => ({ decision: "allow" as const }) });
    await run(world, { hooks, stopWhen: stepCountIs(1) }, "go");
    expect(world.effects).toEqual([{ amount: 5, to: "x" }]);
    await world.approve();
    await run(world, { hooks, stopWhen: stepCountIs(1) });
    expect(world.effects).toEqual([{ amount: 5, to: "x" }, { amount: 5_000, to: "y" }]); // prettier-ignore
    expect(world.refused()).toEqual([]);
  });

  test("hooks and turns that throw after a signed call has run: it isn't run again", async () => {
    for (const more of [
      { onTurnEnd: () => Promise.reject(new Error("down")) },
      { hooks: throwing("PostToolUse") },
      { hooks: throwing("PostModelCall") },
      { hooks: throwing("SessionEnd") },
    ]) {
      const world = await openWorld([[paying(5_000, "x", "a")], [paying(5, "y", "b")], "done", "done"]);
      await run(world, {}, "go");
      await world.approve();
      await run(world, more);
      await run(world, {});
      expect(world.effects.filter(({ to }) => to === "x")).toEqual([large]);
      expect(world.refused()).toEqual([]);
    }
  });
});

function throwing(hook: "PostToolUse" | "PostModelCall" | "SessionEnd"): HooksManager {
  const hooks = new HooksManager({}, { throwOnHandlerError: true });
  hooks.on(hook, { handler: () => Promise.reject(new Error("the log is down")) });
  return hooks;
}

test("retries that one run is given hold for that run", async () => {
  const world = await openWorld([[paying(5_000)], "done"]);
  await world.runner().start("t", "go");
  await world.approve();
  world.server.disturb(...flaky);
  expect(await world.runner({ context: () => ({ retries }) }).resume("t")).toMatchObject({ status: "completed" });
  expect(world.effects).toHaveLength(1);
});

test("a tool of an MCP server is one of an MCP server still, gated", async () => {
  const world = await openWorld([[paying(5_000)], "done"]);
  const tools = [markMcp(world.pay as never)] as readonly Tool[];
  expect(gateTools(world.gate, tools).map(isMcpTool)).toEqual([true]);
  const runner = world.runner({ tools });
  await runner.start("t", "go");
  await world.approve();
  expect(await runner.resume("t")).toMatchObject({ status: "completed" });
  expect(world.effects).toHaveLength(1);
});
