import assert from "node:assert/strict";
import { approve, definePolicy, reject } from "@countersign/core";
import type { AdapterCase, Setting } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertPaid, assertStatus, onlyPending } from "./expect.ts";
import { calls, payment, Payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };

/** The condition on a payment counts itself. */
function counting(_variant: string, evaluated?: () => void): Setting {
  const policy = definePolicy({
    tools: {
      pay: {
        args: Payment,
        ask: ({ args }) => {
          evaluated?.();
          return args.amount > 1_000;
        },
      },
    },
  });
  return { ...payments([calls(payment("call_0", 4_200)), says()]), policy };
}

async function evaluatesOnce(stage: Stage, stream: boolean): Promise<void> {
  for (const [threadId, decision] of [
    ["thread-1", approve()],
    ["thread-2", reject("no")],
  ] as const) {
    const before = stage.evaluations();
    const assertOnce = (when: string): void => {
      const times = stage.evaluations() - before;
      assert.equal(times, 1, `when the call ${when}, its condition had been evaluated ${times} times`);
    };
    const call = onlyPending(await stage.start({ threadId, stream }));
    assertOnce("was asked about");
    onlyPending(await stage.resume({ threadId, stream }));
    assertOnce("still waited");
    await stage.decide(call, decision, { threadId });
    assertOnce("was decided");
    assertStatus(await stage.resume({ threadId, stream }), "completed");
    assertOnce("had come to its end");
  }
  assertPaid(stage, LARGE);
}

/** The policy is asked once about a call. From then on the record counts. */
export const askingOnce: readonly AdapterCase[] = [
  {
    id: "unsigned.asked-once",
    title: "The condition of a call that is asked about is evaluated once, and never again once its request is on record.",
    guards: "One call is reported four times, and a condition that has changed its mind has a say in what is on record.",
    setting: counting,
    run: (stage) => evaluatesOnce(stage, false),
  },
  {
    id: "stream.asked-once",
    title: "The same in a streamed run.",
    guards: "The streaming path asks the policy in other places, and more often.",
    needs: ["streaming"],
    setting: counting,
    run: (stage) => evaluatesOnce(stage, true),
  },
];
