import assert from "node:assert/strict";
import { approve, edit } from "@countersign/core";
import type { AdapterCase } from "../setting.ts";
import { assertPaid, assertStatus, assertTold, onlyPending } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];
const dora = { id: "dora" } as const;

/** A reviewer in the process that runs the agent: asked at once, on record like everybody else. */
export const reviewing: readonly AdapterCase[] = [
  {
    id: "review.answers",
    title: "A reviewer in the process signs within the run: it goes on without a pause, and the decision is on record.",
    guards: "An answer at the prompt leads past the record, or the run stops although somebody has answered.",
    setting: () => payments(turns, { reviewer: { as: dora, review: async () => approve() } }),
    async run(stage) {
      const answer = await stage.start();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "paid 4200");
      assertPaid(stage, LARGE);
      const [request] = (await stage.gate.list({})).items;
      assert.deepEqual(request?.decisions.map(({ by }) => by.id), ["dora"]); // prettier-ignore
    },
  },
  {
    id: "review.edits",
    title: "A reviewer in the process who edits has their arguments run, and the transcript says so.",
    guards: "The quick way loses the correction.",
    needs: ["edit"],
    setting: () => payments(turns, { reviewer: { as: dora, review: async () => edit({ amount: 4_000, to: "Acme Corp" }) } }),
    async run(stage) {
      const answer = await stage.start();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "4000");
      assertPaid(stage, { amount: 4_000, to: "Acme Corp" });
    },
  },
  {
    id: "review.silent",
    title: "A reviewer in the process who doesn't answer leaves the call pending, for anybody to sign.",
    guards: "A prompt that nobody sees blocks the agent, or counts as a yes.",
    setting: () => payments(turns, { reviewWithin: 300, reviewer: { as: dora, review: () => new Promise(() => {}) } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertPaid(stage);
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
];
