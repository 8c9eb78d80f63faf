import assert from "node:assert/strict";
import { approve, type FreezeScope } from "@countersign/core";
import { bob } from "../cast.ts";
import type { AdapterCase } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertCode, assertPaid, assertStatus, assertTold, onlyPending } from "./expect.ts";
import { calls, payment, payments, reading, says, SHORT_LEASES } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const setting = () => payments([calls(payment("call_0", 4_200)), says()], { timings: SHORT_LEASES });

function freeze({ gate }: Stage, scope: FreezeScope) {
  return gate.freeze(scope, { by: bob, reason: "fraud alert" });
}

/** Signed, then frozen: nothing runs. Lifted: it runs once, and nobody signs again. @param scopeOf what is frozen of an agent of this name */
function stopsWhatIsSigned(scopeOf: (agent: string | undefined) => FreezeScope) {
  return async (stage: Stage): Promise<void> => {
    const call = onlyPending(await stage.start());
    await stage.decide(call, approve());
    // Its author named the runner.
    const frozen = await freeze(stage, scopeOf((await stage.gate.get(call.id))?.agent));
    assertCode(await stage.resume(), "FROZEN");
    assertPaid(stage);
    assert.equal((await stage.gate.get(call.id))?.status, "approved");
    await stage.gate.liftFreeze(frozen.id, { by: bob });
    assertStatus(await stage.resumeWhenFree(), "completed");
    assertPaid(stage, LARGE);
  };
}

/** The emergency brake: whatever was signed, nothing that it covers begins. */
export const freezing: readonly AdapterCase[] = [
  {
    id: "freeze.tool",
    title: "What was signed does not run while its tool is frozen, keeps its signature, and runs once after the lift.",
    guards: "The emergency brake doesn't stop what is already signed, or throws the signatures away.",
    setting,
    run: stopsWhatIsSigned(() => ({ tool: "pay" })),
  },
  {
    id: "freeze.agent",
    title: "A frozen agent executes nothing.",
    guards: "An agent that has run wild can't be stopped.",
    setting,
    run: stopsWhatIsSigned((agent) => ({ agent })),
  },
  {
    id: "freeze.everything",
    title: "A freeze without a tool or an agent stops all executions of the tenant.",
    guards: "Nobody knows yet which tool leaks the money, and so nothing can be stopped.",
    setting,
    run: stopsWhatIsSigned(() => ({})),
  },
  {
    id: "freeze.allowed",
    title: "Nor does a call of a frozen tool run that the policy allows without asking.",
    guards: "The brake works only where somebody signs.",
    setting: () => payments([calls(reading("call_0")), says()], { timings: SHORT_LEASES }),
    async run(stage) {
      const frozen = await freeze(stage, { tool: "read" });
      assertCode(await stage.start(), "FROZEN");
      assert.deepEqual(stage.effects(), []);
      await stage.gate.liftFreeze(frozen.id, { by: bob });
      const answer = await stage.start({ threadId: "thread-2" });
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "report r1");
    },
  },
  {
    id: "freeze.other",
    title: "A frozen tool stops no other one.",
    guards: "Whoever stops one tool stops the company.",
    setting,
    async run(stage) {
      await freeze(stage, { tool: "read" });
      await stage.decide(onlyPending(await stage.start()), approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
];
