import assert from "node:assert/strict";
import { approve, edit, type ReviewTerms } from "@countersign/core";
import { carol, mallory } from "../cast.ts";
import type { AdapterCase, Setting } from "../setting.ts";
import { assertCode, assertPaid, assertStatus, onlyPending } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const SMALLER = { amount: 4_000, to: "Acme Corp" };
const ELSEWHERE = "elsewhere";

/** The call is asked about under these terms; the policy of the process that decides has others. */
const between =
  (asked: ReviewTerms, elsewhere: ReviewTerms) =>
  (variant: string): Setting =>
    payments([calls(payment("call_0", 4_200)), says()], { review: variant === ELSEWHERE ? elsewhere : asked });

const atOtherDesk = { withPolicy: true, variant: ELSEWHERE } as const;

/** An edit keeps the terms under which the call was asked, or tightens them. */
export const editTerms: readonly AdapterCase[] = [
  {
    id: "edit.keeps-terms",
    title: "An edit where the policy asks for less keeps the terms of the call, also an edit to the very same arguments.",
    guards: "One person edits nothing at a desk with another policy, and a payment that needs two signatures has enough.",
    needs: ["edit"],
    setting: between({ roles: ["finance"], quorum: 2 }, {}),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.decide(call, edit(LARGE), { ...atOtherDesk, by: mallory }), "NOT_AUTHORIZED");
      assert.equal((await stage.decide(call, edit(LARGE), atOtherDesk)).text, "pending");
      const edited = await stage.decide(call, edit(SMALLER), atOtherDesk);
      assertStatus(edited, "decided");
      assert.equal(edited.text, "pending");
      assert.equal(onlyPending(await stage.resume()).id, call.id);
      assertPaid(stage);
      const { digest } = (await stage.gate.get(call.id))?.proposal ?? call;
      assertCode(await stage.decide(call, approve(), { ...atOtherDesk, by: mallory, digest }), "NOT_AUTHORIZED");
      await stage.decide(call, approve(), { ...atOtherDesk, by: carol, digest });
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, SMALLER);
    },
  },
  {
    id: "edit.tightens-terms",
    title: "An edit where the policy asks for more needs that as well.",
    guards: "A reviewer raises an amount at the desk of the stricter policy, and the looser terms still hold.",
    needs: ["edit"],
    setting: between({}, { roles: ["finance"], quorum: 2 }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.decide(call, edit(SMALLER), { ...atOtherDesk, by: mallory }), "NOT_AUTHORIZED");
      assert.equal((await stage.decide(call, edit(SMALLER), atOtherDesk)).text, "pending");
      assert.equal(onlyPending(await stage.resume()).id, call.id);
      assertPaid(stage);
      const { digest } = (await stage.gate.get(call.id))?.proposal ?? call;
      await stage.decide(call, approve(), { by: carol, digest });
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, SMALLER);
    },
  },
  {
    id: "edit.unsignable-terms",
    title: "An edit that nobody could sign under both terms is refused, and the call stays decidable.",
    guards: "A request waits for ever for somebody who does not exist.",
    needs: ["edit"],
    setting: between({ roles: ["finance"] }, { reviewers: ["bob"], fourEyes: true }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.decide(call, edit(SMALLER), atOtherDesk), "POLICY_DENIED");
      assert.deepEqual((await stage.gate.get(call.id))?.terms.roles, ["finance"]);
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
];
