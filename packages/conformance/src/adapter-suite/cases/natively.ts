import assert from "node:assert/strict";
import { approve, edit, reject } from "@countersign/core";
import { z } from "zod";
import { alice, bob, carol, mallory } from "../cast.ts";
import type { AdapterCase, Call } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertCode, assertPaid, assertStatus, onlyPending, pendingTo } from "./expect.ts";
import { calls, payment, payments, says, SHORT_LEASES } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];

/** A payment that finance signs, between two notes that anybody may sign. */
const noting = (id: string): Call => ({ id, tool: "note", args: { text: id } });
const notedPayment = () =>
  payments([calls(noting("a"), payment("b", 4_200), noting("c")), says()], {
    review: { roles: ["finance"] },
    timings: SHORT_LEASES,
    tools: [{ name: "note", args: z.object({ text: z.string() }) }],
  });
const all = { a: approve(), b: approve(), c: approve() };

async function statuses({ gate }: Stage): Promise<readonly string[]> {
  return (await gate.list()).items.map(({ tool, status }) => `${tool} ${status}`).toSorted();
}

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
      assertStatus(await stage.answerNatively({ call_0: approve() }, alice), "decided");
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
      const answer = await stage.answerNatively({ call_0: approve() }, undefined);
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
      await stage.answerNatively({ call_0: approve() }, undefined);
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
      await stage.answerNatively({ call_0: edit({ amount: 99_999, to: "Mallory" }) }, undefined);
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
      await stage.answerNatively({ call_0: reject("no") }, alice);
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
      assertCode(await stage.answerNatively({ call_0: approve() }, mallory), "NOT_AUTHORIZED", "NATIVE_REFUSED");
      assert.equal(onlyPending(await stage.resume()).id, call.id);
      assertPaid(stage);
    },
  },
  {
    id: "native.unconfirmed",
    title:
      "A native approval of a call that has to be confirmed is refused with a typed error; a surface that asks for the value signs it.",
    guards: "An existing UI, which asks for nothing, is a way round what a reviewer has to type.",
    needs: ["native"],
    setting: () => payments(turns, { review: { confirm: "args.amount" } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.answerNatively({ call_0: approve() }, alice), "NATIVE_REFUSED");
      assertCode(await stage.decide(call, approve({ confirm: "4,200" })), "NOT_CONFIRMED");
      assert.deepEqual((await stage.gate.get(call.id))?.decisions, []);
      assert.equal(onlyPending(await stage.resume()).id, call.id);
      assertPaid(stage);
      assertStatus(await stage.decide(call, approve({ confirm: 4_200 })), "decided");
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
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
      await stage.answerNatively({ call_0: approve() }, alice);
      await stage.answerNatively({ call_0: approve() }, alice);
      assertStatus(await stage.resume(), "completed");
      await stage.answerNatively({ call_0: approve() }, alice);
      await stage.answerNatively({ call_0: approve() }, undefined);
      await stage.resumeWhenFree();
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "native.stale",
    title: "A native answer signs only what its sender was shown: sent again after an edit it is refused, and the call waits on.",
    guards: "A tab that was left open signs a million that somebody else wrote into it.",
    needs: ["native", "edit"],
    setting: () => payments(turns, { review: { quorum: 2 } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      const edited = { amount: 99_000, to: "Mallory" };
      assertStatus(await stage.answerNatively({ call_0: approve() }, alice), "decided");
      assertStatus(await stage.answerNatively({ call_0: approve() }, alice), "decided");
      assert.equal((await stage.gate.get(call.id))?.decisions.length, 1);
      assertStatus(await stage.decide(call, edit(edited), { by: carol }), "decided");
      for (const by of [alice, bob]) {
        assertCode(await stage.answerNatively({ call_0: approve() }, by), "NATIVE_REFUSED", "ARGS_CHANGED");
        assertCode(await stage.answerNatively({ call_0: reject("no") }, by), "NATIVE_REFUSED", "ARGS_CHANGED");
      }
      const waiting = onlyPending(await stage.resume());
      assertPaid(stage);
      assertStatus(await stage.decide(waiting, approve()), "decided");
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, edited);
    },
  },
  {
    id: "native.together",
    title: "A native answer to several calls is taken as a whole or not at all.",
    guards: "The first payment of a refused answer goes out.",
    needs: ["native", "parallel"],
    setting: notedPayment,
    async run(stage) {
      const asked = await stage.start();
      assertCode(await stage.answerNatively(all, mallory), "NOT_AUTHORIZED", "NATIVE_REFUSED");
      assert.deepEqual(await statuses(stage), ["note pending", "note pending", "pay pending"]);
      assertStatus(await stage.decide(pendingTo(asked, "Acme Corp"), reject("no"), { by: carol }), "decided");
      assertCode(await stage.answerNatively(all, alice), "NATIVE_REFUSED", "ALREADY_DECIDED");
      assert.deepEqual(await statuses(stage), ["note pending", "note pending", "pay rejected"]);
      assertStatus(await stage.answerNatively({ a: approve(), c: reject("no") }, alice), "decided");
      assert.deepEqual(await statuses(stage), ["note approved", "note rejected", "pay rejected"]);
      assertStatus(await stage.resume(), "completed");
      assert.deepEqual(stage.effects().map(({ tool, args }) => [tool, args]), [["note", { text: "a" }]]); // prettier-ignore
    },
  },
  {
    id: "native.together-killed",
    title: "A process that is killed while it records a native answer to several calls leaves all of it on record, or nothing.",
    guards: "Half of an answer is on record, and nobody knows of the other half.",
    needs: ["native", "parallel", "durable"],
    setting: notedPayment,
    async run(stage) {
      assertStatus(await stage.start(), "suspended");
      for (const when of ["before", "after"] as const) {
        assertStatus(await stage.answerNatively(all, alice, { kill: { when, point: "decide" } }), "killed");
        const status = when === "before" ? "pending" : "approved";
        assert.deepEqual(await statuses(stage), [`note ${status}`, `note ${status}`, `pay ${status}`]);
      }
      assertStatus(await stage.answerNatively(all, alice), "decided");
      assertStatus(await stage.resumeWhenFree(), "completed");
      assert.equal(stage.effects().length, 3);
    },
  },
];
