import assert from "node:assert/strict";
import { approve, reject } from "@countersign/core";
import type { AdapterCase } from "../setting.ts";
import { assertPaid, assertStatus, assertTold, onlyPending, ownArgs, pendingTo, resultOf } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];

/** What a no means. */
export const rejections: readonly AdapterCase[] = [
  {
    id: "reject.nothing-runs",
    title: "Reject executes nothing, and the run goes on.",
    guards: "A rejected payment is made, or the agent hangs for ever.",
    native: true,
    setting: () => payments(turns),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), reject("Fraud suspected"));
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assert.equal(answer.requests, 1);
      assertPaid(stage);
    },
  },
  {
    id: "reject.reason",
    title: "The reviewer's reason reaches the model as the result of its call.",
    guards: "The model is told that something failed, and tries again.",
    needs: ["rejectReason"],
    native: true,
    setting: () => payments(turns),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), reject("the invoice is from last year"));
      assertTold(await stage.resume(), "call_0", "the invoice is from last year");
    },
  },
  {
    id: "reject.siblings-run",
    title: "The siblings of a rejected call still run, and every call has its own result.",
    guards: "One no drops an approved call from the history, and the provider answers 400 from then on.",
    needs: ["parallel"],
    native: true,
    setting: () => payments([calls(payment("a", 2_000, "A"), payment("b", 3_000, "B")), says()]),
    async run(stage) {
      const asked = await stage.start();
      await stage.decide(pendingTo(asked, "A"), reject("not A"));
      await stage.decide(pendingTo(asked, "B"), approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertPaid(stage, { amount: 3_000, to: "B" });
      assertTold(answer, "b", "paid 3000");
      assert.notEqual(resultOf(answer, "a"), "");
      assert.deepEqual(ownArgs(answer, "b"), { amount: 3_000, to: "B" });
    },
  },
  {
    id: "reject.stop",
    title: "A reviewer who stops the run ends it: nothing runs, the model is not asked again, and a resume says the same.",
    guards: "The agent finds another way to do what a person has just forbidden.",
    setting: () => payments(turns),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), reject("Fraud", { then: "stop" }));
      for (let time = 0; time < 2; time++) {
        const answer = await stage.resume();
        assertStatus(answer, "stopped");
        assert.equal(answer.requests, 0);
      }
      assertPaid(stage);
    },
  },
  {
    id: "reject.stop-then-goes-on",
    title: "A stopped thread takes a new input, and its history is valid.",
    guards: "A stopped conversation leaves open calls, and the provider refuses it from then on.",
    needs: ["supersede"],
    setting: () => payments(turns),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), reject("Fraud", { then: "stop" }));
      assertStatus(await stage.resume(), "stopped");
      const answer = await stage.start({ input: "something else" });
      assertStatus(answer, "completed");
      assert.ok(answer.transcript.some((message) => message.role === "user" && message.text === "something else"));
      assertPaid(stage);
    },
  },
  {
    id: "reject.revise",
    title: "A revision that the reviewer invited is asked about and knows what it revises.",
    guards: "The reviewer sees a second call and can't tell whether it is the answer to their no.",
    setting: () => payments([calls(payment("a", 9_000)), calls(payment("b", 4_200)), says()]),
    async run(stage) {
      const first = onlyPending(await stage.start());
      await stage.decide(first, reject("too much", { then: "revise" }));
      const revised = onlyPending(await stage.resume());
      assert.equal(revised.revises, first.id);
      await stage.decide(revised, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
];
