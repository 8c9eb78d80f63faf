import assert from "node:assert/strict";
import { approve } from "@countersign/core";
import type { AdapterCase } from "../setting.ts";
import { assertPaid, assertStatus, assertTold, onlyPending } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];

/** The same promises while streaming. */
export const streaming: readonly AdapterCase[] = [
  {
    id: "stream.pauses",
    title: "A streamed run pauses like any other: nothing has run, and the call is pending.",
    guards: "The streaming path has no gate.",
    needs: ["streaming"],
    setting: () => payments(turns),
    async run(stage) {
      const answer = await stage.start({ stream: true });
      assert.deepEqual(onlyPending(answer).args, LARGE);
      assert.ok(answer.chunks > 0, "the stream said nothing");
      assertPaid(stage);
    },
  },
  {
    id: "stream.resumes",
    title: "A streamed resume executes what was signed, once, and streams what follows.",
    guards: "A stream that is consumed twice pays twice.",
    needs: ["streaming"],
    setting: () => payments(turns),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start({ stream: true })), approve());
      const answer = await stage.resume({ stream: true });
      assertStatus(answer, "completed");
      assert.ok(answer.chunks > 0, "the stream said nothing");
      assertTold(answer, "call_0", "paid 4200");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "stream.undecided",
    title: "A streamed resume with nothing decided says nothing and changes nothing.",
    guards: "Opening the page wakes the run.",
    needs: ["streaming"],
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      const answer = await stage.resume({ stream: true });
      assert.equal(onlyPending(answer).id, call.id);
      assert.equal(answer.requests, 0);
      assertPaid(stage);
    },
  },
  {
    id: "stream.completed-again",
    title: "A streamed resume of a completed thread executes nothing and asks the model nothing.",
    guards: "A reconnecting browser runs the conversation again.",
    needs: ["streaming"],
    setting: () => payments(turns),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      assertStatus(await stage.resume(), "completed");
      const answer = await stage.resume({ stream: true });
      assertStatus(answer, "completed");
      assert.equal(answer.requests, 0);
      assertPaid(stage, LARGE);
    },
  },
];
