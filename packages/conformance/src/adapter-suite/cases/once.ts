import assert from "node:assert/strict";
import { approve } from "@countersign/core";
import type { AdapterCase } from "../setting.ts";
import { assertCode, assertPaid, assertStatus, assertTold, onlyPending, paid } from "./expect.ts";
import { calls, payment, payments, says, DEADLY } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];
const slowly = (ms: number) => () => new Promise((resolve) => setTimeout(() => resolve("paid at last"), ms));

/** Signed once, run once. */
export const once: readonly AdapterCase[] = [
  {
    id: "once.approve",
    title: "Approve executes exactly the proposed arguments, once; start, decision and resume happen in different processes.",
    guards: "What was signed is lost, changed or done twice between two processes.",
    needs: ["durable"],
    native: true,
    setting: () => payments(turns),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      assertPaid(stage);
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "paid 4200");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "once.resume-again",
    title: "Resuming a completed thread again executes nothing, asks the model nothing and answers the same.",
    guards: "A second tab, a retried webhook or a redelivered message pays again.",
    native: true,
    setting: () => payments(turns),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      const first = await stage.resume();
      for (let time = 0; time < 2; time++) {
        const again = await stage.resume({ again: true });
        assertStatus(again, "completed");
        assert.equal(again.text, first.text);
        assert.equal(again.requests, 0, "the model was asked again");
      }
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "once.three-at-once",
    title: "Three processes that resume at the same moment execute the call once.",
    guards: "Two people press the button, and both payments go out.",
    needs: ["durable"],
    native: true,
    setting: () => payments(turns, { pay: slowly(400) }),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      const answers = await stage.resumeAtOnce(3);
      assert.equal(paid(stage).length, 1, `the payment was made ${paid(stage).length} times`);
      assert.ok(
        answers.some(({ status }) => status === "completed"),
        "none of them completed the run",
      );
      for (const { status } of answers) assert.ok(status === "completed" || status === "running", `one of them ended as ${status}`);
    },
  },
  {
    id: "once.during-the-effect",
    title: "A resume that arrives while the effect is under way starts no second one.",
    guards: "An impatient second click arrives while the bank is slow.",
    needs: ["durable"],
    native: true,
    setting: () => payments(turns, { pay: slowly(1_200) }),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      const answers = await stage.resumeAtOnce(2, { apart: 400 });
      // On a busy machine the second one may well be the first.
      const statuses = answers.map(({ status }) => status);
      assert.ok(statuses.includes("completed"), `expected one to complete, but they ended as ${statuses.join(" and ")}`);
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "once.provider-failure",
    title: "When the model fails after the effect, a retry goes on with the recorded result.",
    guards: "The provider answers 500 after the payment, and the retry pays again.",
    native: true,
    needs: ["durable"],
    setting: (variant) => payments([calls(payment("call_0", 4_200)), variant === "failing" ? { fails: "provider down" } : says()], DEADLY),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      assertStatus(await stage.resume({ variant: "failing" }), "error");
      assertPaid(stage, LARGE);
      const answer = await stage.resumeWhenFree();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "paid 4200");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "once.throwing-tool",
    title: "A tool that throws has run: it is recorded as failed and never executed again.",
    guards: "A payment that timed out is repeated because it looked as if it hadn't happened.",
    setting: () =>
      payments(turns, {
        ...DEADLY,
        pay: () => {
          throw new Error("the bank hung up");
        },
      }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      await stage.resume();
      await stage.resumeWhenFree();
      assertPaid(stage, LARGE);
      assert.equal((await stage.gate.get(call.id))?.execution, "failed");
    },
  },
  {
    id: "once.failing-sibling",
    title: "A tool that throws takes no finished sibling with it: on a retry the sibling's result is still there.",
    guards: "One failure throws away the results of its siblings, and the retry repeats them.",
    needs: ["parallel"],
    setting: () =>
      payments([calls(payment("a", 2_000, "A"), payment("b", 3_000, "B")), says()], {
        ...DEADLY,
        pay: ({ to }) => {
          if (to === "B") throw new Error("the bank hung up");
          return "paid A";
        },
      }),
    async run(stage) {
      const { pending } = await stage.start();
      for (const call of pending) await stage.decide(call, approve());
      await stage.resume();
      await stage.resumeWhenFree();
      assertPaid(stage, { amount: 2_000, to: "A" }, { amount: 3_000, to: "B" });
    },
  },
  {
    id: "once.idempotency-key",
    title: "A tool knows its idempotency key, its attempt and who signed.",
    guards: "Without a key a payment API can't tell a retry from a second payment.",
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      const [effect] = stage.effects();
      assert.equal(effect?.key, call.id);
      assert.deepEqual([effect.attempt, effect.threadId, effect.signedBy], [1, "thread-1", ["alice"]]);
    },
  },
  {
    id: "once.idempotent-retry",
    title: "An idempotent call whose process died after the effect is repeated by itself, with the same key.",
    guards: "A crash needs a person although the tool could have been called again safely.",
    needs: ["durable"],
    setting: () => payments(turns, { idempotent: true, ...DEADLY }),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      assertStatus(await stage.resume({ kill: { when: "after", point: "effect" } }), "killed");
      assertStatus(await stage.resumeWhenFree(), "completed");
      const keys = new Set(stage.effects().map(({ key }) => key));
      assert.deepEqual([stage.effects().length, keys.size], [2, 1]);
      assert.deepEqual(stage.effects().map(({ attempt }) => attempt), [1, 2]); // prettier-ignore
    },
  },
  {
    id: "once.settled-as-executed",
    title: "A person who found out that an unknown call did run settles it; the run goes on with what they say.",
    guards: "After a crash in the middle nobody can go on, or the payment is repeated.",
    needs: ["durable"],
    setting: () => payments(turns, DEADLY),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      assertStatus(await stage.resume({ kill: { when: "after", point: "effect" } }), "killed");
      assertCode(await stage.resumeWhenFree(), "EXECUTION_UNKNOWN");
      await stage.gate.settle(call.id, { executed: "paid; the bank says so" }, { by: { id: "alice" } });
      const answer = await stage.resumeWhenFree();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "paid; the bank says so");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "once.settled-as-retry",
    title: "A person who found out that an unknown call did not run has it run, once.",
    guards: "A payment that never happened can't be made any more.",
    needs: ["durable"],
    setting: () => payments(turns, DEADLY),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      assertStatus(await stage.resume({ kill: { when: "before", point: "effect" } }), "killed");
      assertCode(await stage.resumeWhenFree(), "EXECUTION_UNKNOWN");
      await stage.gate.settle(call.id, { retry: true }, { by: { id: "alice" } });
      assertStatus(await stage.resumeWhenFree(), "completed");
      assertPaid(stage, LARGE);
    },
  },
];
