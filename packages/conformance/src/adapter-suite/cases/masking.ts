import assert from "node:assert/strict";
import { approve, definePolicy, edit, MASK, type Reviewer } from "@countersign/core";
import { z } from "zod";
import { allRequests, historyOf } from "../oracle.ts";
import type { AdapterCase, Setting } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertCode, assertPaid, assertStatus, assertTold, onlyPending, ownArgs } from "./expect.ts";
import { calls, says } from "./payments.ts";

const IBAN = "DE89370400440532013000";
const PAYMENT = { amount: 4_200, iban: IBAN };
const args = z.object({ amount: z.number(), iban: z.string().min(15) });

/** Payments whose IBAN is the tool's business alone. */
function confidential(reviewer?: Reviewer): Setting {
  return {
    turns: [calls({ id: "call_0", tool: "pay", args: PAYMENT }), says()],
    tools: [{ name: "pay", args, answer: ({ amount }) => `paid ${String(amount)}` }],
    policy: definePolicy({ tools: { pay: { args, redact: ["args.iban"], ask: true } } }),
    ...(reviewer ? { reviewer } : {}),
  };
}

/** Nothing that people or exports get to see has it. */
async function assertHidden({ gate }: Stage): Promise<void> {
  const requests = await allRequests(gate);
  const events = await Promise.all(requests.map(({ id }) => historyOf(gate, id)));
  assert.ok(!JSON.stringify([requests, events]).includes(IBAN), "a masked argument is shown in a request or in its audit trail");
}

const dora = { id: "dora" } as const;

/** Arguments that only the tool gets to see. */
export const masking: readonly AdapterCase[] = [
  {
    id: "mask.approve",
    title: "A masked argument is shown to nobody who reviews, and reaches the tool as the model wrote it.",
    guards: "Account numbers lie in inboxes and exports, or a payment goes to three dots.",
    setting: () => confidential(),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assert.deepEqual(call.args, { ...PAYMENT, iban: MASK });
      await assertHidden(stage);
      assertStatus(await stage.decide(call, approve()), "decided");
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertPaid(stage, PAYMENT);
      assert.deepEqual(ownArgs(answer, "call_0"), PAYMENT);
      await assertHidden(stage);
    },
  },
  {
    id: "mask.edit",
    title: "A reviewer who edits something else leaves the masked argument as it was.",
    guards: "Whoever corrects the amount destroys the account number that they weren't shown.",
    needs: ["edit"],
    setting: () => confidential(),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertStatus(await stage.decide(call, edit({ ...call.args, amount: 4_000 })), "decided");
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertPaid(stage, { ...PAYMENT, amount: 4_000 });
      assertTold(answer, "call_0", "4000");
      await assertHidden(stage);
    },
  },
  {
    id: "mask.misplaced",
    title: "An edit with a mask where none was shown is refused, and the call stays decidable.",
    guards: "Three dots are paid, or a hidden value turns up where everybody sees it.",
    needs: ["edit"],
    setting: () => confidential(),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.decide(call, edit({ amount: MASK, iban: MASK })), "INVALID_ARGS");
      assertCode(await stage.decide(call, edit({ ...call.args, note: MASK }), { withPolicy: true }), "INVALID_ARGS");
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, PAYMENT);
    },
  },
  {
    id: "mask.in-process",
    title: "A reviewer in the process is shown the mask as well, and their edit of something else leaves it as it was.",
    guards: "The prompt shows what the inbox hides.",
    needs: ["edit"],
    setting: () => confidential({ as: dora, review: ({ args }) => edit({ ...args, amount: args["iban"] === MASK ? 1 : 2 }) }),
    async run(stage) {
      assertStatus(await stage.start(), "completed");
      assertPaid(stage, { ...PAYMENT, amount: 1 });
      await assertHidden(stage);
    },
  },
];
