import assert from "node:assert/strict";
import { approve, definePolicy, reject } from "@countersign/core";
import { alice } from "../cast.ts";
import type { AdapterCase, Setting } from "../setting.ts";
import { assertCode, assertPaid, assertStatus, assertTold, onlyPending } from "./expect.ts";
import { calls, payment, Payment, payments, says, SHORT_LEASES } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };

/** The outer agent delegates to one that pays. */
function delegating(asksToDelegate: boolean): Setting {
  const outer = [calls({ id: "outer", tool: "accountant", args: { task: "pay Acme" } }), says("all done")];
  return {
    ...payments(outer),
    subagents: [{ name: "accountant", turns: [calls(payment("inner", 4_200)), says("the accountant is done")] }],
    policy: definePolicy({
      tools: {
        pay: { args: Payment, ask: ({ args }) => args.amount > 1_000 },
        accountant: asksToDelegate ? "ask" : "allow",
        read: "allow",
      },
    }),
  };
}

/** An agent inside another one's tool. */
export const nested: readonly AdapterCase[] = [
  {
    id: "subagent.pauses",
    title: "A nested agent's call pauses the whole run, is pending like any other, and runs once when it is signed.",
    guards: "A nested agent has no gate, or its pause ends as a result for the outer model.",
    needs: ["subagents"],
    setting: () => delegating(false),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assert.deepEqual([call.tool, call.args], ["pay", LARGE]);
      assertPaid(stage);
      await stage.decide(call, approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "outer", "the accountant is done");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "subagent.undecided",
    title: "A resume while a nested call waits changes nothing.",
    guards: "Re-entering the outer tool runs the nested agent past its gate.",
    needs: ["subagents"],
    setting: () => delegating(false),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assert.equal(onlyPending(await stage.resume()).id, call.id);
      assertPaid(stage);
      await stage.decide(call, reject("no"));
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage);
    },
  },
  {
    id: "subagent.under-signature",
    title: "A signed delegation whose nested call is asked about goes on under the same signature, and each runs once.",
    guards: "A nested pause inside a claimed call makes it unknown, failed or asked again.",
    needs: ["subagents"],
    setting: () => delegating(true),
    async run(stage) {
      const outer = onlyPending(await stage.start());
      assert.equal(outer.tool, "accountant");
      await stage.decide(outer, approve());
      const inner = onlyPending(await stage.resume());
      assert.equal(inner.tool, "pay");
      await stage.decide(inner, approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "outer", "the accountant is done");
      assertPaid(stage, LARGE);
      assert.equal((await stage.gate.get(outer.id))?.execution, "done");
    },
  },
  {
    id: "subagent.frozen",
    title: "A signed delegation whose nested call meets a freeze is unknown; once a person has it tried again, each runs once.",
    guards: "An error of the nested agent passes for its pause, and whatever the delegation had done before is done again.",
    needs: ["subagents"],
    setting: () => ({ ...delegating(true), timings: SHORT_LEASES }),
    async run(stage) {
      const outer = onlyPending(await stage.start());
      await stage.decide(outer, approve());
      await stage.decide(onlyPending(await stage.resume()), approve());
      const frozen = await stage.gate.freeze({ tool: "pay" }, { by: alice, reason: "wrong bank" });
      assertCode(await stage.resume(), "FROZEN", "EXECUTION_UNKNOWN");
      assert.equal((await stage.gate.get(outer.id))?.execution, "unknown");
      await stage.gate.liftFreeze(frozen.id, { by: alice });
      assertCode(await stage.resumeWhenFree(), "EXECUTION_UNKNOWN");
      assertPaid(stage);
      await stage.gate.settle(outer.id, { retry: true }, { by: alice });
      const answer = await stage.resumeWhenFree();
      assertStatus(answer, "completed");
      assertTold(answer, "outer", "the accountant is done");
      assertPaid(stage, LARGE);
    },
  },
];
