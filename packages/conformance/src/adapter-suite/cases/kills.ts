import assert from "node:assert/strict";
import { approve } from "@countersign/core";
import type { Kill } from "../process/order.ts";
import type { AdapterCase } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertCode, assertPaid, assertStatus, assertTold, onlyPending, paid } from "./expect.ts";
import { calls, payment, payments, says, DEADLY } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const setting = () => payments([calls(payment("call_0", 4_200)), says()], DEADLY);

/** The way from wherever the process died to the end: every promise holds on it. */
async function finish(stage: Stage): Promise<void> {
  const pending = await stage.resumeWhenFree();
  await stage.decide(onlyPending(pending), approve());
  const answer = await stage.resumeWhenFree();
  assertStatus(answer, "completed");
  assertTold(answer, "call_0", "paid 4200");
  assertPaid(stage, LARGE);
}

function killed(kill: Kill, title: string, guards: string, run: (stage: Stage, kill: Kill) => Promise<void>, native = false): AdapterCase {
  const { when, point } = kill;
  return { id: `kill.${when}-${point}`, title, guards, needs: ["durable"], native, setting, run: (stage) => run(stage, kill) };
}

async function whileStarting(stage: Stage, kill: Kill): Promise<void> {
  assertStatus(await stage.start({ kill }), "killed");
  assertPaid(stage);
  await finish(stage);
}

async function whileDeciding(stage: Stage, kill: Kill): Promise<void> {
  const call = onlyPending(await stage.start());
  assertStatus(await stage.decide(call, approve(), { kill }), "killed");
  const request = await stage.gate.get(call.id);
  assert.equal(request?.status, kill.when === "before" ? "pending" : "approved");
  assertPaid(stage);
  if (kill.when === "before") return finish(stage);
  assertStatus(await stage.resumeWhenFree(), "completed");
  assertPaid(stage, LARGE);
}

/** Nothing was begun: whoever comes next does it. */
async function beforeTheClaim(stage: Stage, kill: Kill): Promise<void> {
  await stage.decide(onlyPending(await stage.start()), approve());
  assertStatus(await stage.resume({ kill }), "killed");
  assertPaid(stage);
  assertStatus(await stage.resumeWhenFree(), "completed");
  assertPaid(stage, LARGE);
}

/** Somebody began, and nobody knows how far they came: a person is told, and it is never tried again silently. */
async function inTheDark(stage: Stage, kill: Kill): Promise<void> {
  const call = onlyPending(await stage.start());
  await stage.decide(call, approve());
  assertStatus(await stage.resume({ kill }), "killed");
  const ran = paid(stage).length;
  const happened = kill.point === "receipt" || (kill.point === "effect" && kill.when === "after");
  assert.equal(ran, happened ? 1 : 0);
  assertCode(await stage.resumeWhenFree(), "EXECUTION_UNKNOWN");
  assertCode(await stage.resumeWhenFree(), "EXECUTION_UNKNOWN");
  assert.equal(paid(stage).length, ran, "an execution of unknown outcome was repeated");
  assert.equal((await stage.gate.get(call.id))?.execution, "unknown");
}

async function afterTheReceipt(stage: Stage, kill: Kill): Promise<void> {
  await stage.decide(onlyPending(await stage.start()), approve());
  assertStatus(await stage.resume({ kill }), "killed");
  const answer = await stage.resumeWhenFree();
  assertStatus(answer, "completed");
  assertTold(answer, "call_0", "paid 4200");
  assertPaid(stage, LARGE);
}

/** kill -9 around everything that becomes true in a thread's life. */
export const kills: readonly AdapterCase[] = [
  killed(
    { when: "before", point: "suspend" },
    "Killed before the suspension is on disk, the run asks when it is resumed.",
    "A crash before the question leaves a thread that nobody can go on with.",
    whileStarting,
  ),
  killed(
    { when: "after", point: "suspend" },
    "Killed right after the suspension is on disk, the run waits and can be decided.",
    "The question is on record, but the conversation that it belongs to is gone.",
    whileStarting,
  ),
  killed(
    { when: "before", point: "decide" },
    "Killed before the decision is on disk, the request is still pending and decidable.",
    "A decision that nobody recorded is taken for one.",
    whileDeciding,
  ),
  killed(
    { when: "after", point: "decide" },
    "Killed right after the decision is on disk, the decision holds.",
    "A reviewer has to sign twice, or their signature is lost.",
    whileDeciding,
  ),
  killed(
    { when: "before", point: "claim" },
    "Killed before the claim, nothing has run and the next resume runs it.",
    "A crash swallows a signed call.",
    beforeTheClaim,
  ),
  killed(
    { when: "after", point: "claim" },
    "Killed right after the claim, the execution is unknown: surfaced, never silently retried.",
    "A crash in the middle pays twice.",
    inTheDark,
  ),
  killed(
    { when: "before", point: "effect" },
    "Killed right before the effect, the execution is unknown: surfaced, never silently retried.",
    "A crash in the middle pays twice.",
    inTheDark,
  ),
  killed(
    { when: "after", point: "effect" },
    "Killed right after the effect, the execution is unknown: surfaced, never executed twice.",
    "The payment is made, the process dies, and the retry pays again.",
    inTheDark,
  ),
  killed(
    { when: "before", point: "receipt" },
    "Killed before the receipt is on disk, the execution is unknown: surfaced, never executed twice.",
    "The payment is made, the process dies, and the retry pays again.",
    inTheDark,
  ),
  killed(
    { when: "after", point: "receipt" },
    "Killed right after the receipt, the run goes on with the recorded result.",
    "A result that is on record is thrown away, and the call repeated.",
    afterTheReceipt,
  ),
  {
    id: "kill.after-effect-then-retry",
    title: "Killed right after the effect and resumed, a call has not run twice.",
    guards: "The payment is made, the process dies, and the retry pays again.",
    needs: ["durable"],
    native: true,
    setting,
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      assertStatus(await stage.resume({ kill: { when: "after", point: "effect" } }), "killed");
      await stage.resumeWhenFree();
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "kill.between-siblings",
    title: "Killed between two approved calls of a turn, the first one's result is kept and the second one runs.",
    guards: "A crash in the middle of a batch repeats the whole batch.",
    needs: ["durable", "parallel"],
    setting: () => payments([calls(payment("a", 2_000, "A"), payment("b", 3_000, "B")), says()], DEADLY),
    async run(stage) {
      const { pending } = await stage.start();
      for (const call of pending) await stage.decide(call, approve());
      assertStatus(await stage.resume({ kill: { when: "after", point: "receipt" } }), "killed");
      const first = paid(stage);
      const answer = await stage.resumeWhenFree();
      if (answer.status === "completed") return assertPaid(stage, { amount: 2_000, to: "A" }, { amount: 3_000, to: "B" });
      // Parallel effects: the second may have been under way as well, and then a person has to look.
      assertCode(answer, "EXECUTION_UNKNOWN");
      assert.ok(paid(stage).length <= 2 && paid(stage).length >= first.length);
    },
  },
];
