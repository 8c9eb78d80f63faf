import { alice } from "@countersign/adapter-tests";
import { approve, createGate } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { gateCall } from "@countersign/openrouter";
import { expect, test } from "vitest";
import { openDesk, paying } from "./support/desk.ts";
import { callModel, codeOf, openWorld, ownState } from "./support/world.ts";

const lines = [[paying(5, "x", "a"), paying(5_000, "y", "b")], [paying(6_000, "z", "c")], "done"];

/** callModel in a process whose store dies at one of its commits, before it or right after it; then in one that lives. */
async function survive(at: number, { after, isOwn }: { readonly after: boolean; readonly isOwn: boolean }) {
  let skipped = 0;
  const now = (): number => Date.now() + skipped;
  const store = memoryStore({ now });
  let commits = 0;
  const mortal: typeof store = {
    ...store,
    commit: async (batch) => {
      const isDead = ++commits >= at;
      if (isDead && (!after || commits > at)) throw new Error("killed");
      const committed = await store.commit(batch);
      if (isDead) throw new Error("killed");
      return committed;
    },
  };
  const desk = openDesk();
  const options = { policy: desk.gate.policy as never, now, warn: () => {} };
  const [dying, living] = [createGate({ ...options, store: mortal }), createGate({ ...options, store })];
  const world = await openWorld(lines, { desk });
  const own = isOwn ? { state: ownState() } : {};
  const sign = async () => {
    for (const request of (await living.list({ status: "pending" })).items) await living.decide(request, approve(), { by: alice });
  };
  const call = async (gate: typeof living): Promise<string> => {
    const { state } = own;
    const hasBegun = (await living.list({ threadId: "t" })).items.length > 0 || (state?.kept?.messages.length ?? 0) > 0;
    const spread = gateCall(gate, [desk.pay], { threadId: "t", ...(state && { state }) });
    return codeOf(callModel(world.client, spread, hasBegun ? [] : "go").getText());
  };
  for (let times = 0; times < 3 && commits < at; times++) {
    await call(dying);
    await sign();
  }
  const diedInFlight = commits >= at;
  for (let times = 0; times < 8; times++) {
    skipped += 3_600_000;
    const said = await call(living);
    const { items } = await living.list({ status: "pending" });
    if (said === "nothing thrown" && items.length === 0) break;
    await sign();
    for (const { id, args } of (await living.list({ threadId: "t", execution: "unknown" })).items) {
      const ran = desk.effects.some((effect) => (effect as { to: string }).to === args["to"]);
      await living.settle(id, ran ? { executed: "paid, says the bank" } : { retry: true }, { by: alice }).catch(() => {});
    }
  }
  return { world, diedInFlight };
}

test.each([
  ["before", "the store's accessor", { after: false, isOwn: false }],
  ["right after", "the store's accessor", { after: true, isOwn: false }],
  ["before", "an accessor of one's own", { after: false, isOwn: true }],
  ["right after", "an accessor of one's own", { after: true, isOwn: true }],
])(
  "whichever commit a process dies %s, with %s: what was signed runs once, and the conversation stays whole",
  async (_when, _which, how) => {
    for (let at = 1; ; at++) {
      const { world, diedInFlight } = await survive(at, how);
      const large = world.effects.map((effect) => (effect as { to: string }).to).filter((to) => to !== "x");
      expect([at, large]).toEqual([at, ["y", "z"]]);
      expect([at, world.refused()]).toEqual([at, []]);
      if (!diedInFlight) return expect(at).toBeGreaterThan(10);
    }
  },
);
