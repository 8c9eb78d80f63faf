import { alice, Amount } from "@countersign/adapter-tests";
import { approve, definePolicy, reject } from "@countersign/core";
import { describe, expect, test } from "vitest";
import { openDesk, paying } from "./support/desk.ts";
import { codeOf, openWorld, ownState } from "./support/world.ts";

const remembering = definePolicy({
  tools: { pay: { args: Amount, ask: ({ args }) => args.amount > 1_000, review: { remember: ["tool"] } } },
});
const counting = definePolicy({
  tools: { pay: { args: Amount, history: true, ask: ({ history, args }) => history.sum("args.amount") + args.amount > 10 } },
});
const lines = [[paying(5_000, "x", "a")], [paying(6_000, "y", "b"), paying(5, "z", "c")], "done"];

const ways = ["callModel", "callModel with an accessor of one's own", "runner"] as const;
async function worldOf(way: (typeof ways)[number], policy: typeof remembering | typeof counting, said: typeof lines) {
  const world = await openWorld(said, { desk: openDesk({ policy }) });
  const thread = way.includes("own") ? { state: ownState() } : {};
  const go = async (input: string | [] = []): Promise<string> => {
    if (way !== "runner") return codeOf(world.call(input, { thread }).getText());
    const runner = world.runner();
    return codeOf(typeof input === "string" ? runner.start("t", input) : runner.resume("t"));
  };
  const recorded = async () =>
    (await world.gate.list({ threadId: "t" })).items
      .map(({ args, status, execution }) => `${String(args["to"])}: ${status}, ${execution}`)
      .toSorted();
  return { ...world, go, recorded };
}

describe.each(ways)("%s", (way) => {
  test("a remembered yes lets the next call run at once, on record", async () => {
    const world = await worldOf(way, remembering, lines);
    await world.go("go");
    await world.gate.decide(await world.only(), approve({ remember: { scope: "tool" } }), { by: alice });
    await world.go();
    expect(world.effects).toHaveLength(3);
    expect(await world.recorded()).toEqual(["x: approved, done", "y: approved, done"]);
    expect(world.told().toSorted()).toEqual(['"paid 5 to z"', '"paid 5000 to x"', '"paid 6000 to y"']);
  });

  test("a remembered no reaches the model at once", async () => {
    const world = await worldOf(way, remembering, lines);
    await world.go("go");
    await world.gate.decide(await world.only(), reject("never", { remember: { scope: "tool" } }), { by: alice });
    await world.go();
    expect(world.effects).toEqual([{ amount: 5, to: "z" }]);
    expect(world.told().toSorted()).toEqual(['"paid 5 to z"', '{"error":"never"}', '{"error":"never"}']);
  });

  test("what ran under it runs once, though the provider fails afterwards", async () => {
    const world = await worldOf(way, remembering, lines);
    await world.go("go");
    await world.gate.decide(await world.only(), approve({ remember: { scope: "tool" } }), { by: alice });
    world.server.disturb(undefined, { status: 500 }, { status: 500 });
    await world.go();
    await world.go();
    await world.go();
    expect(world.effects.filter((effect) => (effect as { amount: number }).amount > 1_000)).toEqual([
      { amount: 5_000, to: "x" },
      { amount: 6_000, to: "y" },
    ]);
    expect(world.told().filter((text) => text.includes("paid 6000 to y"))).toHaveLength(1);
    expect(world.refused().filter((refusal) => !refusal.startsWith("Disturbed"))).toEqual([]);
  });

  test("a rule that counts the thread's history counts each call once, and asks when it is too much", async () => {
    const world = await worldOf(way, counting, [[paying(6, "x", "a"), paying(3, "y", "b")], [paying(4, "z", "c")], "done"]);
    await world.go("go");
    expect(world.effects).toHaveLength(2);
    expect(await world.recorded()).toEqual(["x: approved, done", "y: approved, done", "z: pending, none"]);
    await world.approve();
    await world.go();
    expect(world.effects).toHaveLength(3);
    expect(world.told()).toHaveLength(3);
    expect(world.refused()).toEqual([]);
  });
});
