import assert from "node:assert/strict";
import { approve, definePolicy, reject, type JsonObject, type ReviewTerms } from "@countersign/core";
import type { AdapterCase, Call, Setting, Turn } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertPaid, assertStatus, assertTold, onlyPending, pendingTo, resultOf } from "./expect.ts";
import { calls, Payment, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const wire = (id: string, amount: number, to = "Acme Corp"): Call => ({ id, tool: "wire", args: { amount, to } });
const turns = [calls(wire("call_0", 4_200)), says()];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The model's provider wires money; the application pays. Either is asked about above 1,000. */
function wiring(lines: readonly Turn[], review: ReviewTerms = {}): Setting {
  const rule = { args: Payment, review, ask: ({ args }: { args: { amount: number } }) => args.amount > 1_000 && "over 1,000" };
  return {
    ...payments(lines, { tools: [{ name: "wire", args: Payment, hosted: true }] }),
    // Some frameworks name the provider's server in front of the tool.
    policy: definePolicy({ tools: { pay: rule, wire: rule, "*/wire": rule, read: "allow" } }),
  };
}

function assertWired(stage: Stage, ...args: readonly JsonObject[]): void {
  const wired = stage.effects().flatMap((effect) => (effect.tool === "wire" ? [effect.args] : []));
  assert.deepEqual(wired, args, "what the provider ran is not what was signed");
}

/** Calls that the provider runs: its API wants each of them answered, in a form of its own. */
export const providerRun: readonly AdapterCase[] = [
  {
    id: "provider.asked",
    title: "A call that the model's provider runs pauses the run; approved, the provider runs it, once.",
    guards: "What a provider runs by itself runs unsigned, or is approved and never runs.",
    needs: ["providerCalls"],
    setting: () => wiring(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertWired(stage);
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertWired(stage, LARGE);
      await stage.resume();
      assertWired(stage, LARGE);
    },
  },
  {
    id: "provider.allowed",
    title: "A call of the provider's that the policy allows runs without anybody being asked.",
    guards: "Every call of a hosted tool waits for a person.",
    needs: ["providerCalls"],
    setting: () => wiring([calls(wire("call_0", 5)), says()]),
    async run(stage) {
      assertStatus(await stage.start(), "completed");
      assertWired(stage, { amount: 5, to: "Acme Corp" });
    },
  },
  {
    id: "provider.rejected",
    title: "A rejected call of the provider's doesn't run, and the model reads why.",
    guards: "The provider is told nothing, and refuses the conversation from then on.",
    needs: ["providerCalls", "rejectReason"],
    setting: () => wiring(turns),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), reject("not our bank"));
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "not our bank");
      assertWired(stage);
    },
  },
  {
    id: "provider.cancelled",
    title: "A new message in the place of a waiting call of the provider's ends it in the provider's own form: it takes the conversation.",
    guards: "The history lacks an answer that only the provider has a form for, and every later request of the thread is refused.",
    needs: ["providerCalls", "supersede"],
    setting: () => wiring([...turns, says("and done")]),
    async run(stage) {
      const call = onlyPending(await stage.start());
      const answer = await stage.start({ input: "never mind", pending: "cancel" });
      assertStatus(answer, "completed");
      assert.notEqual(resultOf(answer, "call_0"), "");
      assert.equal((await stage.gate.get(call.id))?.status, "cancelled");
      assertStatus(await stage.start({ input: "are you still there?" }), "completed");
      assertWired(stage);
    },
  },
  {
    id: "provider.cancelled-siblings",
    title: "Calls of the application's and of the provider's that wait together are ended together, each in its own form.",
    guards: "One of two kinds of call is answered in the form of the other.",
    needs: ["providerCalls", "supersede", "parallel"],
    setting: () => wiring([calls(payment("a", 4_200), wire("b", 4_200)), says()]),
    async run(stage) {
      assert.equal((await stage.start()).pending.length, 2);
      assertStatus(await stage.start({ input: "never mind", pending: "cancel" }), "completed");
      assertPaid(stage);
      assertWired(stage);
    },
  },
  {
    id: "provider.stopped",
    title: 'After `then: "stop"` on a call of the provider\'s the conversation goes on with the next message.',
    guards: "A run that was stopped leaves the call open, and the thread can't be used any more.",
    needs: ["providerCalls", "supersede"],
    setting: () => wiring(turns),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), reject("fraud", { then: "stop" }));
      assertStatus(await stage.resume(), "stopped");
      assertStatus(await stage.start({ input: "what now?" }), "completed");
      assertWired(stage);
    },
  },
  {
    id: "provider.expired",
    title: "A call of the provider's that nobody decided in time doesn't run, and the run goes on without it.",
    guards: "An overdue call holds its thread for ever, or the provider runs it.",
    needs: ["providerCalls"],
    setting: () => wiring(turns, { expiresIn: "400ms" }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await pause(600);
      assertStatus(await stage.resume(), "completed");
      assert.equal((await stage.gate.get(call.id))?.status, "expired");
      assertWired(stage);
    },
  },
  {
    id: "provider.siblings-part",
    title: "Of a call of the application's and one of the provider's, what was approved runs once and what was rejected does not.",
    guards: "One answer is taken for both.",
    needs: ["providerCalls", "parallel"],
    setting: () => wiring([calls(payment("a", 4_200, "Bolt Ltd"), wire("b", 4_200)), says()]),
    async run(stage) {
      const asked = await stage.start();
      await stage.decide(pendingTo(asked, "Bolt Ltd"), reject("no"));
      await stage.decide(pendingTo(asked, "Acme Corp"), approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage);
      assertWired(stage, LARGE);
    },
  },
];
