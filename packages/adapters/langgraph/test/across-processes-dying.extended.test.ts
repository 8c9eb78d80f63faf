// An agent whose process dies around an effect, and what the next process makes of that.
import { bundleChildren, filesInMemory } from "@countersign/test-run";
import { describe } from "vitest";
import type { Answer } from "./support/process.ts";
import { pendingId, test } from "./support/steps.ts";
import { effectsAt, openWorld } from "./support/world.ts";

filesInMemory();
await bundleChildren([new URL("./support/child.ts", import.meta.url)]);

describe("a process that dies", { concurrent: true, timeout: 180_000 }, () => {
  // Long enough for a process that has just begun on a busy machine: LangGraph's first step takes a while there.
  const leases = { lease: 4_000 };
  /** Until the dead process's leases have run out. */
  async function untilFree(then: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const answer = await then();
      if (answer.value?.status !== "running") return answer;
    }
  }

  test.for(["before the effect", "after the effect"] as const)(
    "%s leaves an execution that is unknown, never a second one",
    async (dies, { steps: { place, start, resume, decide }, expect }) => {
      await decide(pendingId(await start()), "approve");
      expect(await resume({ dies, timings: leases })).toEqual({ signal: "SIGKILL" });
      const effects = effectsAt(place).length;
      expect(effects).toBe(dies === "after the effect" ? 1 : 0);
      const answer = await untilFree(() => resume({ timings: leases }));
      expect(answer).toEqual({ error: "EXECUTION_UNKNOWN" });
      expect(effectsAt(place)).toHaveLength(effects);
    },
  );

  test("leaves a request that a person settles, and the run goes on", async ({ steps: { place, start, resume, decide }, expect }) => {
    const id = pendingId(await start());
    await decide(id, "approve");
    await resume({ dies: "after the effect", timings: leases });
    await untilFree(() => resume({ timings: leases }));
    const world = openWorld(place);
    await world.gate.settle(id, { executed: "paid; I called the bank" }, { by: { id: "alice" } });
    await world.close();
    expect((await resume()).value).toMatchObject({ status: "completed", text: "paid; I called the bank" });
    expect(effectsAt(place)).toHaveLength(1);
  });

  test("inside an idempotent call repeats it with the same key", async ({ steps: { place, start, resume, decide }, expect }) => {
    const behaviour = { idempotent: true, timings: leases };
    const started = await start(undefined, behaviour);
    await decide(pendingId(started), "approve");
    await resume({ ...behaviour, dies: "after the effect" });
    const answer = await untilFree(() => resume(behaviour));
    expect(answer.value.status).toBe("completed");
    const effects = effectsAt(place);
    expect(effects).toHaveLength(2);
    expect(effects[0]?.key).toBe(effects[1]?.key);
  });
});
