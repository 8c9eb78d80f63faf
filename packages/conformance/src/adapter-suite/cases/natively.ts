import assert from "node:assert/strict";
import { approve, edit, reject } from "@countersign/core";
import { alice, mallory } from "../cast.ts";
import type { AdapterCase } from "../setting.ts";
import { assertCode, assertPaid, assertStatus, onlyPending } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];

/** An existing UI's answer in the framework's own form: a claim, which somebody has to sign. */
export const natively: readonly AdapterCase[] = [
  {
    id: "native.signed",
    title: "A native approval by an authenticated person becomes a decision, on record with their name, and the call runs once.",
    guards: "An existing UI can't be kept, or its clicks have no author.",
    needs: ["native"],
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertStatus(await stage.answerNatively("call_0", approve(), alice), "decided");
      const request = await stage.gate.get(call.id);
      assert.deepEqual([request?.status, request?.decisions.map(({ by }) => by.id)], ["approved", ["alice"]]);
      assertPaid(stage);
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "native.unsigned",
    title: "A native approval without a person changes nothing: no effect, no request to the model, still decidable.",
    guards: "Whoever reaches the framework's own endpoint signs for everybody.",
    needs: ["native"],
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      const answer = await stage.answerNatively("call_0", approve(), undefined);
      assert.equal(answer.requests, 0, "the model was asked");
      assertPaid(stage);
      assert.equal((await stage.gate.get(call.id))?.status, "pending");
      await stage.decide(call, approve());
      assertStatus(await stage.resumeWhenFree(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "native.unsigned-after-reject",
    title: "A native approval can't overrule a recorded rejection.",
    guards: "What a person forbade in one place is allowed in another.",
    needs: ["native"],
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, reject("no"));
      await stage.answerNatively("call_0", approve(), undefined);
      await stage.resumeWhenFree();
      assertPaid(stage);
    },
  },
  {
    id: "native.unsigned-edit",
    title: "Arguments in an unsigned native answer never run, not even beside a signature for others.",
    guards: "A forged edit rides on a real approval.",
    needs: ["native", "edit"],
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      await stage.answerNatively("call_0", edit({ amount: 99_999, to: "Mallory" }), undefined);
      await stage.resumeWhenFree();
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "native.signed-reject",
    title: "A native rejection by an authenticated person is one.",
    guards: "The existing UI can only say yes.",
    needs: ["native"],
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.answerNatively("call_0", reject("no"), alice);
      assert.equal((await stage.gate.get(call.id))?.status, "rejected");
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage);
    },
  },
  {
    id: "native.signed-unauthorized",
    title: "A native approval by somebody who lacks the role is refused with a typed error, and the call waits on.",
    guards: "The existing UI is a way round the terms.",
    needs: ["native"],
    setting: () => payments(turns, { review: { roles: ["finance"] } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.answerNatively("call_0", approve(), mallory), "NOT_AUTHORIZED", "NATIVE_REFUSED");
      assert.equal(onlyPending(await stage.resume()).id, call.id);
      assertPaid(stage);
    },
  },
  {
    id: "native.signed-twice",
    title: "A signed native answer that arrives twice, or after the call ran, executes nothing more.",
    guards: "A redelivered callback pays again.",
    needs: ["native"],
    setting: () => payments(turns),
    async run(stage) {
      onlyPending(await stage.start());
      await stage.answerNatively("call_0", approve(), alice);
      await stage.answerNatively("call_0", approve(), alice);
      assertStatus(await stage.resume(), "completed");
      await stage.answerNatively("call_0", approve(), alice);
      await stage.answerNatively("call_0", approve(), undefined);
      await stage.resumeWhenFree();
      assertPaid(stage, LARGE);
    },
  },
];
