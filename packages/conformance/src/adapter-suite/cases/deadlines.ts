import assert from "node:assert/strict";
import { approve } from "@countersign/core";
import { alice } from "../cast.ts";
import { historyOf } from "../oracle.ts";
import type { AdapterCase } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertCode, assertPaid, assertStatus, onlyPending } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];
const cfo = { id: "cleo", roles: ["cfo"] };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function typesOf({ gate }: Stage, id: string): Promise<readonly string[]> {
  return (await historyOf(gate, id)).map(({ type }) => type);
}

/** What happens to a call because time passes: each deadline is its own. */
export const deadlines: readonly AdapterCase[] = [
  {
    id: "deadline.escalation-to-come",
    title: "The roles that a call escalates to can't sign before that time, whoever sweeps.",
    guards: "Whoever is meant as a last resort signs at once.",
    setting: () => payments(turns, { review: { roles: ["finance"], escalate: { after: "1h", roles: ["cfo"] } } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.decide(call, approve(), { by: cfo }), "NOT_AUTHORIZED");
      await stage.work();
      assertCode(await stage.decide(call, approve(), { by: cfo }), "NOT_AUTHORIZED");
      assert.equal(onlyPending(await stage.resume()).id, call.id);
      assertPaid(stage);
      await stage.decide(call, approve(), { by: alice });
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "deadline.escalation",
    title: "Once it is time, the roles that a call escalates to may sign it, sweeper or not, and it runs.",
    guards: "Nobody who was asked is there, and nobody else can help.",
    setting: () => payments(turns, { review: { roles: ["finance"], escalate: { after: "400ms", roles: ["cfo"] } } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await pause(600);
      assertStatus(await stage.decide(call, approve(), { by: cfo }), "decided");
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
      assert.deepEqual(await typesOf(stage, call.id), ["asked", "escalated", "approved", "claimed", "done"]);
    },
  },
  {
    id: "deadline.escalation-swept",
    title:
      "A worker escalates a call once: it is in the inbox of those who are asked now and of those who were asked first, who still may sign.",
    guards: "An escalation takes the call away from whoever was about to sign it, or nobody hears of it.",
    setting: () => payments(turns, { review: { roles: ["finance"], escalate: { after: "400ms", roles: ["cfo"] } } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await pause(600);
      await stage.work();
      await stage.work();
      assertPaid(stage);
      for (const reviewableBy of [cfo, alice]) assert.equal((await stage.gate.list({ reviewableBy })).items[0]?.id, call.id);
      await stage.decide(call, approve(), { by: alice });
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
      assert.deepEqual(await typesOf(stage, call.id), ["asked", "escalated", "approved", "claimed", "done"]);
    },
  },
  {
    id: "deadline.reminders",
    title: "A reminder is one event, however many workers look; of several that were missed there is one. It changes nothing else.",
    guards: "People are flooded with reminders, or a reminder decides something.",
    setting: () => payments(turns, { review: { remind: ["200ms", "400ms", "1h"] } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await pause(600);
      await stage.work();
      await stage.work();
      assert.equal(onlyPending(await stage.resume()).id, call.id);
      assertPaid(stage);
      assert.deepEqual(await typesOf(stage, call.id), ["asked", "reminded"]);
      // What was shown before the reminder is still what is signed.
      assertStatus(await stage.decide(call, approve()), "decided");
      await stage.resume();
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "deadline.signed-in-time",
    title: "A call that was signed in time runs after the time to sign it is over.",
    guards: "A run that waits for its turn loses what was signed.",
    setting: () => payments(turns, { review: { expiresIn: "8s", executeWithin: "1h" } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      const { expiresAt = 0 } = await stage.gate.decide(call, approve(), { by: alice });
      await pause(expiresAt - Date.now() + 100);
      await stage.work();
      await stage.resume();
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "deadline.to-begin",
    title: "The time to begin a call counts from its decision: what waited for longer can still be signed.",
    guards: "A call expires while people still think about it.",
    setting: () => payments(turns, { review: { expiresIn: "1h", executeWithin: "400ms" } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await pause(600);
      await stage.work();
      assertStatus(await stage.decide(call, approve()), "decided");
      await pause(600);
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage);
      assert.equal((await stage.gate.get(call.id))?.status, "expired");
    },
  },
];
