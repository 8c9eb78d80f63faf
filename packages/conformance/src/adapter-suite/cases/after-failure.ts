import assert from "node:assert/strict";
import { approve, edit, reject, type Decision } from "@countersign/core";
import type { AdapterCase, Setting } from "../setting.ts";
import type { Answer } from "../process/order.ts";
import type { Stage } from "../stage.ts";
import { assertPaid, assertStatus, assertTold, onlyPending, resultOf } from "./expect.ts";
import { calls, payment, payments, says, SHORT_LEASES, type World } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };

const failing =
  (world: World = {}) =>
  (variant: string): Setting =>
    payments([calls(payment("call_0", 4_200)), variant === "failing" ? { fails: "provider down" } : says()], {
      timings: SHORT_LEASES,
      ...world,
    });

/** The run saved its conversation when it paused. What became of the call since then is in the store alone. */
async function nextMessage(stage: Stage, decision: Decision): Promise<Answer> {
  await stage.decide(onlyPending(await stage.start()), decision);
  assertStatus(await stage.resume({ variant: "failing" }), "error");
  const answer = await stage.start({ input: "and now?" });
  assertStatus(answer, "completed");
  assert.ok(
    answer.transcript.some((message) => message.role === "user" && message.text === "and now?"),
    "the model was not shown the new message",
  );
  return answer;
}

/** The model fails once a decided call has come to its end. The user does not wait for a retry, and writes again. */
export const afterFailure: readonly AdapterCase[] = [
  {
    id: "thread.message-after-failure",
    title:
      "The model fails after a signed call ran, and the user writes again: the model reads the recorded result, and nothing runs twice.",
    guards: "The model reads that the payment did not run, and orders it again.",
    needs: ["durable"],
    setting: failing(),
    async run(stage) {
      assertTold(await nextMessage(stage, approve()), "call_0", "paid 4200");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "thread.message-after-failed-call",
    title: "The same after a signed call that failed: the model reads the recorded error.",
    guards: "The bank may have taken the money. The model reads that the payment did not run, and orders it again.",
    needs: ["durable"],
    setting: failing({
      pay: () => {
        throw new Error("the bank hung up");
      },
    }),
    async run(stage) {
      const answer = await nextMessage(stage, approve());
      const receipt = (await stage.gate.list()).items[0]?.receipt;
      if (receipt?.status !== "failed") assert.fail("the call is not on record as failed");
      const told = resultOf(answer, "call_0");
      // What the tool threw, one framework keeps from its models. On record it stands behind what the model was told.
      const isRecorded = told !== "" && receipt.error.startsWith(told);
      if (!isRecorded) assertTold(answer, "call_0", receipt.error);
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "thread.message-after-edit",
    title: "The same after a call that a reviewer changed: the model reads the result and the arguments that ran.",
    guards: "The model believes that its own amount was paid.",
    needs: ["durable", "edit"],
    setting: failing(),
    async run(stage) {
      const answer = await nextMessage(stage, edit({ amount: 3_000, to: "Acme Corp" }));
      assertTold(answer, "call_0", '"amount":3000');
      assertTold(answer, "call_0", "paid 3000");
      assertPaid(stage, { amount: 3_000, to: "Acme Corp" });
    },
  },
  {
    id: "thread.message-after-rejection",
    title: "The same after a rejection: the model reads what the reviewer said, and the call stays undone.",
    guards: "The model does not learn why, and asks for the same payment again.",
    needs: ["durable"],
    setting: failing(),
    async run(stage) {
      const answer = await nextMessage(stage, reject("Acme is on the list"));
      if (stage.declares("rejectReason")) assertTold(answer, "call_0", "Acme is on the list");
      else assert.notEqual(resultOf(answer, "call_0"), "");
      assertPaid(stage);
    },
  },
  {
    id: "thread.message-after-granted-call",
    title: "The same after a call that a remembered decision signed within the failing run: the model reads its result too.",
    guards: "The run never paused for the call, so the conversation knows nothing of it, and the payment is made twice.",
    needs: ["durable"],
    setting: (variant) =>
      payments([calls(payment("a", 4_200)), calls(payment("b", 4_200)), variant === "failing" ? { fails: "provider down" } : says()], {
        review: { remember: ["exact-args"] },
        timings: SHORT_LEASES,
      }),
    async run(stage) {
      const answer = await nextMessage(stage, approve({ remember: { scope: "exact-args" } }));
      assertTold(answer, "a", "paid 4200");
      assertTold(answer, "b", "paid 4200");
      assertPaid(stage, LARGE, LARGE);
    },
  },
];
