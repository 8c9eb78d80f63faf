import assert from "node:assert/strict";
import { approve, edit } from "@countersign/core";
import type { AdapterCase, Setting } from "../setting.ts";
import { assertPaid, assertStatus, assertTold, onlyPending } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const REFUSED = "sanctioned payee";

/** The framework itself takes no payments to Mallory. */
function checked(to: string): Setting {
  return {
    ...payments([calls(payment("call_0", 4_200, to)), says()]),
    check: (args) => (args["to"] === "Mallory" ? REFUSED : undefined),
  };
}

/** What a framework checks before a tool runs, it checks of what runs. */
export const checks: readonly AdapterCase[] = [
  {
    id: "check.edited",
    title:
      "The framework's own check of a tool's arguments sees those that a reviewer wrote: what it refuses doesn't run, and nothing was begun.",
    guards: "The check sees the model's payee, and the money goes to one that the application forbids.",
    needs: ["checks", "edit"],
    setting: () => checked("Acme Corp"),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, edit({ amount: 4_200, to: "Mallory" }));
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", REFUSED);
      assertPaid(stage);
      const request = await stage.gate.get(call.id);
      assert.deepEqual([request?.execution, request?.begun], ["none", false]);
    },
  },
  {
    id: "check.edited-well",
    title: "An edit that the framework's own check takes runs, once.",
    guards: "Whoever has a check of their own can't have edits.",
    needs: ["checks", "edit"],
    setting: () => checked("Acme Corp"),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), edit({ amount: 4_000, to: "Bolt Ltd" }));
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, { amount: 4_000, to: "Bolt Ltd" });
    },
  },
  {
    id: "check.own",
    title: "The framework's own check still sees the model's arguments: what it refuses doesn't run, signed or not.",
    guards: "A signature turns the application's own checks off.",
    needs: ["checks"],
    setting: () => checked("Mallory"),
    async run(stage) {
      let answer = await stage.start();
      // A framework may check a call before anybody is asked about it.
      if (answer.status === "suspended") {
        await stage.decide(onlyPending(answer), approve());
        answer = await stage.resume();
      }
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", REFUSED);
      assertPaid(stage);
    },
  },
];
