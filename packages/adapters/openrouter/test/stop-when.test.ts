import { HooksManager, stepCountIs } from "@openrouter/agent";
import { describe, expect, test } from "vitest";
import { paying } from "./support/desk.ts";
import { codeOf, openWorld, ownState } from "./support/world.ts";

const lines = [[paying(5, "x", "a")], [paying(5_000, "y", "b"), paying(6, "z", "c")], "the end"];
const first = { amount: 5, to: "x" };
const [asked, allowed] = [{ amount: 5_000, to: "y" }, { amount: 6, to: "z" }]; // prettier-ignore
const settings = [
  ["the SDK's last answer", {}],
  ["no last answer", { allowFinalResponse: false as const }],
] as const;

describe.each(settings)("a gated call on the turn where stopWhen fires, with %s", (_name, more) => {
  const stopping = { stopWhen: stepCountIs(1), ...more };

  test("pauses the runner, and what was signed is the last that the model hears", async () => {
    const world = await openWorld(lines);
    const runner = world.runner(stopping);
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended", pending: [{ args: asked }] });
    expect(world.effects).toEqual([first, allowed]);
    expect(await runner.resume("t")).toMatchObject({ status: "suspended" });
    expect(world.effects).toHaveLength(2);
    await world.approve();
    const requests = world.server.requests.length;
    const outcome = await runner.resume("t");
    expect(outcome).toMatchObject({ status: "completed", text: "allowFinalResponse" in more ? "" : "the end" });
    expect(world.effects).toEqual([first, allowed, asked]);
    const made = world.server.requests.slice(requests);
    if ("allowFinalResponse" in more) expect(made).toEqual([]);
    else expect(made).toMatchObject([{ body: { tool_choice: "none" } }]);
    await runner.start("t", "and?");
    expect(world.told().join()).toMatch(/paid 5 to x.*paid 6 to z.*paid 5000 to y|paid 5 to x.*paid 5000 to y.*paid 6 to z/);
    expect(world.refused()).toEqual([]);
  });

  test.each([
    ["gateCall", () => ({})],
    ["gateCall with an accessor of one's own", () => ({ state: ownState() })],
  ])("breaks %s off, and nothing is lost or run twice", async (_which, make) => {
    const world = await openWorld(lines);
    const thread = make();
    expect(await codeOf(world.call("go", { thread, ...stopping }).getText())).toMatch(/waits for a person, so the run pauses here/);
    expect(world.effects).toContainEqual(first);
    expect(world.effects).not.toContainEqual(asked);
    const requests = world.server.requests.length;
    expect(await codeOf(world.call([], { thread, ...stopping }).getText())).toBe("THREAD_SUSPENDED");
    expect(world.server.requests).toHaveLength(requests);
    expect(await world.only()).toMatchObject({ args: asked });
    await world.approve();
    await world.call([], { thread, ...stopping }).getText();
    expect(world.effects.filter((effect) => (effect as { to: string }).to === "y")).toEqual([asked]);
    expect(world.effects.filter((effect) => (effect as { to: string }).to === "x")).toEqual([first]);
    expect(world.refused()).toEqual([]);
    expect(world.told().filter((text) => text.includes("paid 5000 to y"))).toHaveLength(1);
  });

  test("on the very first turn too", async () => {
    const world = await openWorld([[paying(5_000)], "the end"]);
    const runner = world.runner({ ...more, stopWhen: () => true });
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended" });
    expect(world.effects).toEqual([]);
  });
});

describe("stopWhen", () => {
  test("stops where nobody has to be asked, as the SDK does", async () => {
    const world = await openWorld([[paying(5, "x", "a")], [paying(6, "y", "b")], "the end"]);
    const outcome = await world.runner({ stopWhen: stepCountIs(1) }).start("t", "go");
    expect(outcome).toMatchObject({ status: "completed", text: "the end" });
    expect(world.effects).toHaveLength(2);
    expect(world.server.requests.at(-1)).toMatchObject({ body: { tool_choice: "none" } });
  });

  test("that throws ends the run with its error", async () => {
    const world = await openWorld([[paying(5)]]);
    const stopWhen = () => {
      throw new Error("bad condition");
    };
    await expect(world.runner({ stopWhen }).start("t", "go")).rejects.toThrow("bad condition");
  });

  test("counts anew after a pause", async () => {
    const world = await openWorld([[paying(5_000, "x", "a")], [paying(5, "y", "b")], [paying(6, "z", "c")], "the end"]);
    const runner = world.runner({ stopWhen: stepCountIs(1) });
    await runner.start("t", "go");
    await world.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "the end" });
    expect(world.effects).toHaveLength(3);
  });

  test("a Stop hook that forces the run on changes nothing about the pause", async () => {
    const world = await openWorld(lines);
    const hooks = new HooksManager();
    hooks.on("Stop", { handler: () => ({ forceResume: true }) });
    expect(await world.runner({ stopWhen: stepCountIs(1), hooks }).start("t", "go")).toMatchObject({ status: "suspended" });
    expect(world.effects).toEqual([first, allowed]);
  });
});
