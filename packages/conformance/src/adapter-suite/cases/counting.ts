import assert from "node:assert/strict";
import { approve, definePolicy } from "@countersign/core";
import type { AdapterCase, Setting, Turn } from "../setting.ts";
import { assertPaid, assertStatus, onlyPending } from "./expect.ts";
import { calls, payment, Payment, payments, says, DEADLY } from "./payments.ts";

/** 10,000 in one thread are paid without a person. */
function limited(...turns: readonly Turn[]): Setting {
  const policy = definePolicy({
    tools: {
      pay: {
        args: Payment,
        history: true,
        ask: ({ history, args }) => history.sum("args.amount") + args.amount > 10_000 && "over 10,000 in this thread",
      },
    },
  });
  return { ...payments([...turns, says()], DEADLY), policy };
}

const to = (name: string, amount: number) => ({ amount, to: name });

/** Rules that count what already ran in the thread. */
export const counting: readonly AdapterCase[] = [
  {
    id: "history.limit",
    title: "Calls within the limit of their thread run without a pause, and the first one beyond it is asked about.",
    guards: "Each payment is small enough, and all of them together are not.",
    setting: () => limited(calls(payment("a", 4_000, "A")), calls(payment("b", 6_000, "B")), calls(payment("c", 1, "C"))),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assert.deepEqual(call.args, to("C", 1));
      assertPaid(stage, to("A", 4_000), to("B", 6_000));
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, to("A", 4_000), to("B", 6_000), to("C", 1));
    },
  },
  {
    id: "history.turn-mates",
    title: "Calls of one turn count in their order: those that fit run, the one that doesn't is asked about.",
    guards: "Three payments of 4,000 at the same moment each find that nothing was paid yet.",
    needs: ["parallel"],
    setting: () => limited(calls(payment("a", 4_000, "A"), payment("b", 4_000, "B"), payment("c", 4_000, "C"))),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assert.deepEqual(call.args, to("C", 4_000));
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, to("A", 4_000), to("B", 4_000), to("C", 4_000));
    },
  },
  {
    id: "history.other-thread",
    title: "What ran in another thread doesn't count.",
    guards: "A busy colleague stops everybody's payments.",
    setting: () => limited(calls(payment("a", 9_000, "A"))),
    async run(stage) {
      assertStatus(await stage.start(), "completed");
      assertStatus(await stage.start({ threadId: "thread-2", sameProcess: true }), "completed");
      assertPaid(stage, to("A", 9_000), to("A", 9_000));
    },
  },
  {
    id: "history.killed",
    title: "Killed right after a counted call has run, the run goes on with its result: it counts once and runs once.",
    guards: "A crash pays again because nobody had to sign, or counts a payment twice.",
    needs: ["durable"],
    setting: () => limited(calls(payment("a", 5_000, "A")), calls(payment("b", 5_000, "B")), calls(payment("c", 1, "C"))),
    async run(stage) {
      assertStatus(await stage.start({ kill: { when: "after", point: "receipt" } }), "killed");
      assertPaid(stage, to("A", 5_000));
      assert.deepEqual(onlyPending(await stage.resumeWhenFree()).args, to("C", 1));
      assertPaid(stage, to("A", 5_000), to("B", 5_000));
    },
  },
];
