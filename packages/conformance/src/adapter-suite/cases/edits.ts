import assert from "node:assert/strict";
import { approve, edit, reject } from "@countersign/core";
import type { AdapterCase } from "../setting.ts";
import { assertCode, assertPaid, assertStatus, assertTold, onlyPending, ownArgs, paid, resultOf } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];

/** The reviewer's edit is what runs, and the transcript tells the truth. */
export const edits: readonly AdapterCase[] = [
  {
    id: "edit.runs",
    title: "Edit executes the reviewer's arguments, once, and nothing else.",
    guards: "The reviewer corrects an amount, and the old one is paid.",
    needs: ["edit"],
    native: true,
    setting: () => payments(turns),
    async run(stage) {
      const edited = { amount: 4_000, to: "Acme Corp" };
      assertStatus(await stage.decide(onlyPending(await stage.start()), edit(edited)), "decided");
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, edited);
    },
  },
  {
    id: "edit.history-stays",
    title: "After an edit the model finds its own call in its history as it made it.",
    guards: "The history claims that the model asked for what a person wrote, and it tries again to get its own.",
    needs: ["edit"],
    native: true,
    setting: () => payments(turns),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), edit({ amount: 4_000, to: "Acme Corp" }));
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assert.deepEqual(ownArgs(answer, "call_0"), LARGE);
    },
  },
  {
    id: "edit.result-tells",
    title: "The result of an edited call says which arguments ran.",
    guards: "The model reports a payment of 4,200 to the user when 4,000 went out.",
    needs: ["edit"],
    native: true,
    setting: () => payments(turns, { pay: () => "paid" }),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), edit({ amount: 4_000, to: "Acme Corp" }));
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "4000");
    },
  },
  {
    id: "edit.told-what-ran",
    title: "The result of an edited call says what the tool got: no member that its schema takes out.",
    guards: "The model tells the user of a discount that the tool never saw.",
    needs: ["edit"],
    setting: () => payments(turns, { pay: () => "paid" }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, edit({ amount: 4_000, to: "Acme Corp", discount: "a tenth" }));
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "4000");
      const [got = {}] = paid(stage);
      const isTold = resultOf(answer, "call_0").includes("discount");
      assert.equal(
        isTold,
        "discount" in got,
        isTold ? "the model is told of what the tool never got" : "the model isn't told of all that ran",
      );
    },
  },
  {
    id: "edit.unedited-result-is-plain",
    title: "The result of a call that nobody edited is the tool's own.",
    guards: "Every result carries a note that nobody can rely on any more.",
    setting: () => payments(turns, { pay: () => "paid" }),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      assert.ok(["paid", '"paid"'].includes(resultOf(await stage.resume(), "call_0")));
    },
  },
  {
    id: "edit.twins",
    title: "Of two identical calls in a turn, one edited and one approved, each runs with its own arguments and says so.",
    guards: "Decisions that are matched by arguments hit both twins or the wrong one.",
    needs: ["edit", "parallel"],
    native: true,
    setting: () => payments([calls(payment("a", 4_200), payment("b", 4_200)), says()]),
    async run(stage) {
      const { pending } = await stage.start();
      assert.equal(pending.length, 2);
      const [a, b] = pending;
      if (!a || !b) assert.fail("two calls should wait");
      await stage.decide(b, edit({ amount: 4_000, to: "Acme Corp" }));
      await stage.decide(a, approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertPaid(stage, LARGE, { amount: 4_000, to: "Acme Corp" });
      assertTold(answer, "a", "paid 4200");
      assertTold(answer, "b", "paid 4000");
    },
  },
  {
    id: "edit.invalid",
    title: "An edit that the tool's schema refuses is refused, and the call stays decidable.",
    guards: "A typing error in a form ends up in the bank, or takes the request with it.",
    needs: ["edit"],
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.decide(call, edit({ amount: "much", to: "Acme Corp" })), "INVALID_ARGS");
      assertCode(await stage.decide(call, edit({ amount: "much", to: "Acme Corp" }), { withPolicy: true }), "INVALID_ARGS");
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "edit.denied",
    title: "An edit into what the policy denies is refused, and the call stays decidable.",
    guards: "Reviewers can sign what nobody may sign.",
    needs: ["edit"],
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.decide(call, edit({ amount: 200_000, to: "Acme Corp" }), { withPolicy: true }), "POLICY_DENIED");
      await stage.decide(call, reject("never mind"));
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage);
    },
  },
  {
    id: "edit.denied-by-the-agent",
    title: "An edit that a desk without a policy accepted does not run if the agent's own policy denies it; the model is told.",
    guards: "A surface that knows no policy is a way round it.",
    needs: ["edit"],
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertStatus(await stage.decide(call, edit({ amount: 200_000, to: "Acme Corp" })), "decided");
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assert.notEqual(resultOf(answer, "call_0"), "");
      assertPaid(stage);
      assert.equal((await stage.gate.get(call.id))?.status, "cancelled");
    },
  },
  {
    id: "edit.not-offered",
    title: "Where the terms don't offer an edit, none is taken.",
    guards: "A reviewer changes what may only be approved or rejected.",
    setting: () => payments(turns, { review: { decisions: ["approve", "reject"] } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.decide(call, edit({ amount: 4_000, to: "Acme Corp" })), "DECISION_NOT_ALLOWED");
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
];
