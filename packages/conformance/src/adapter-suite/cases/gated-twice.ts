import assert from "node:assert/strict";
import { approve, edit, reject } from "@countersign/core";
import type { AdapterCase, Setting } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertPaid, assertStatus, assertTold, onlyPending } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };

/** A gate that waits for itself gives up soon. */
function twice(amount = 4_200): Setting {
  return { ...payments([calls(payment("call_0", amount)), says()], { timings: { receiptWait: 1_000 } }), gatedTwice: true };
}

async function assertAskedOnce(stage: Stage): Promise<void> {
  assert.equal((await stage.gate.list({})).items.length, 1, "one call was asked about more than once");
}

/** A tool with the gate around it twice is gated once. */
export const gatedTwice: readonly AdapterCase[] = [
  {
    id: "gated-twice.approved",
    title: "A call of a tool that was gated twice is asked about once, and one signature lets it run once.",
    guards: "The outer gate holds the claim that the inner one waits for, so a signed payment is never made.",
    needs: ["gatedTwice"],
    setting: () => twice(),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "paid 4200");
      assertPaid(stage, LARGE);
      await assertAskedOnce(stage);
    },
  },
  {
    id: "gated-twice.edited",
    title: "The edit of such a call runs.",
    guards: "The inner gate takes the reviewer's arguments for a call that nobody has signed.",
    needs: ["gatedTwice", "edit"],
    setting: () => twice(),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), edit({ amount: 4_000, to: "Acme Corp" }));
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "paid 4000");
      assertPaid(stage, { amount: 4_000, to: "Acme Corp" });
      await assertAskedOnce(stage);
    },
  },
  {
    id: "gated-twice.rejected",
    title: "Such a call that is rejected does not run.",
    guards: "Two gates in a row let through what each of them would have stopped.",
    needs: ["gatedTwice"],
    setting: () => twice(),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), reject("no"));
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage);
      await assertAskedOnce(stage);
    },
  },
  {
    id: "gated-twice.allowed",
    title: "Such a call that the policy allows runs once, without a pause.",
    guards: "A second gate asks about what the first one allows.",
    needs: ["gatedTwice"],
    setting: () => twice(5),
    async run(stage) {
      assertStatus(await stage.start(), "completed");
      assertPaid(stage, { amount: 5, to: "Acme Corp" });
    },
  },
];
