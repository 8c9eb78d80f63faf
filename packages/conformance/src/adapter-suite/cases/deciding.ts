import assert from "node:assert/strict";
import { approve, isCountersignError, reject } from "@countersign/core";
import { alice, bob, carol, mallory } from "../cast.ts";
import { historyOf } from "../oracle.ts";
import type { AdapterCase } from "../setting.ts";
import { assertCode, assertPaid, assertStatus, onlyPending, resultOf } from "./expect.ts";
import { calls, payment, payments, says } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const codeOf = (error: unknown): string => (isCountersignError(error) ? error.code : String(error));

/** Every decision has a name, a time and the exact arguments; terms hold in every process. */
export const deciding: readonly AdapterCase[] = [
  {
    id: "decide.on-record",
    title: "The trail names who signed what and when, from question to receipt.",
    guards: "Nobody can say afterwards who let the payment through.",
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assert.equal(call.requestedBy, "bob");
      await stage.decide(call, approve({ comment: "checked" }));
      assertStatus(await stage.resume(), "completed");
      const events = await historyOf(stage.gate, call.id);
      assert.deepEqual(events.map(({ type }) => type), ["asked", "approved", "claimed", "done"]); // prettier-ignore
      assert.equal(events[1]?.actor?.id, "alice");
      assert.deepEqual(events[0]?.data["args"], LARGE);
      const request = await stage.gate.get(call.id);
      assert.partialDeepStrictEqual(events[1]?.data["decisions"], [{ by: { id: "alice" }, digest: request?.proposal.digest }]);
      assert.deepEqual([request?.approvedArgs, request?.receipt?.status], [LARGE, "done"]);
    },
  },
  {
    id: "decide.with-policy",
    title: "A process with the policy decides as well as one without.",
    guards: "What one surface accepts the other refuses.",
    setting: () => payments(turns),
    async run(stage) {
      assertStatus(await stage.decide(onlyPending(await stage.start()), approve(), { withPolicy: true }), "decided");
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "decide.stale-digest",
    title: "Nobody signs what they haven't seen: a decision on other arguments is refused, and the call waits on.",
    guards: "A reviewer approves 5 and signs 9,999.",
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.decide(call, approve(), { digest: "0".repeat(64) }), "ARGS_CHANGED");
      assert.equal(onlyPending(await stage.resume()).id, call.id);
      assertPaid(stage);
    },
  },
  {
    id: "decide.race",
    title: "Of an approval and a rejection at the same moment one wins, the loser is told, and the run does what the winner said.",
    guards: "Two reviewers both believe that they decided.",
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      const both = await Promise.all([stage.decide(call, approve()), stage.decide(call, reject("no"), { by: carol })]);
      assert.deepEqual(both.map(({ status }) => status).toSorted(), ["decided", "error"]);
      assertCode(both.find(({ status }) => status === "error") ?? both[0], "ALREADY_DECIDED");
      assertStatus(await stage.resume(), "completed");
      if ((await stage.gate.get(call.id))?.status === "approved") assertPaid(stage, LARGE);
      else assertPaid(stage);
    },
  },
  {
    id: "decide.twice",
    title: "The same vote again writes nothing; another decision is refused.",
    guards: "A double click, or a change of mind after the fact, counts.",
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      assertStatus(await stage.decide(call, approve()), "decided");
      assertCode(await stage.decide(call, reject("no"), { by: carol }), "ALREADY_DECIDED");
      assertStatus(await stage.resume(), "completed");
      assertCode(await stage.decide(call, reject("no"), { by: carol }), "ALREADY_DECIDED");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "decide.quorum",
    title: "With a quorum of two nothing runs until two different people have signed.",
    guards: "One person signs twice.",
    setting: () => payments(turns, { review: { quorum: 2 } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      await stage.decide(call, approve());
      assert.equal(onlyPending(await stage.resume()).id, call.id);
      assertPaid(stage);
      await stage.decide(call, approve(), { by: carol });
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "decide.fifty-reviewers",
    title: "Of fifty people who sign at once, as many as the quorum needs are on record, the others are told, and the call runs once.",
    guards: "A crowd starves itself, or signs twice.",
    setting: () => payments(turns, { review: { quorum: 5 } }),
    async run(stage) {
      const { id, digest } = onlyPending(await stage.start());
      const vote = (n: number): Promise<string> =>
        stage.gate.decide({ id, digest }, approve(), { by: { id: `reviewer ${n}` } }).then(() => "signed", codeOf);
      const votes = await Promise.all(Array.from({ length: 50 }, (_, n) => vote(n)));
      assert.equal(votes.filter((said) => said === "signed").length, 5);
      assert.equal(votes.filter((said) => said === "ALREADY_DECIDED").length, 45);
      assert.equal((await stage.gate.get(id))?.decisions.length, 5);
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "decide.roles",
    title: "Whoever lacks the role can't decide, and the call waits on.",
    guards: "Anyone who finds the link can sign.",
    setting: () => payments(turns, { review: { roles: ["finance"] } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.decide(call, approve(), { by: mallory }), "NOT_AUTHORIZED");
      assert.equal(onlyPending(await stage.resume()).id, call.id);
      assertPaid(stage);
      await stage.decide(call, approve(), { by: alice });
      assertStatus(await stage.resume(), "completed");
    },
  },
  {
    id: "decide.reject-only",
    title: "Where a rejection is all that is offered, the call waits, is listed, and can be turned down.",
    guards: "Terms that nobody can sign under break the list of everybody's requests.",
    setting: () => payments(turns, { review: { decisions: ["reject"] } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assert.deepEqual(
        (await stage.gate.list({ status: "pending" })).items.map(({ id }) => id),
        [call.id],
      );
      assertCode(await stage.decide(call, approve()), "DECISION_NOT_ALLOWED");
      assertStatus(await stage.decide(call, reject("no")), "decided");
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage);
    },
  },
  {
    id: "decide.four-eyes",
    title: "With four eyes, whoever asked can't sign.",
    guards: "People approve their own payments.",
    setting: () => payments(turns, { review: { fourEyes: true } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(await stage.decide(call, approve(), { by: bob }), "SELF_REVIEW");
      assertPaid(stage);
      await stage.decide(call, approve(), { by: alice });
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "decide.requester-persists",
    title: "Who asked is known in a process that resumes, and on the turns that follow there.",
    guards: "Four eyes are blind after a restart.",
    setting: () => payments([calls(payment("a", 4_200)), calls(payment("b", 9_000)), says()], { review: { fourEyes: true } }),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      const second = onlyPending(await stage.resume());
      assert.equal(second.requestedBy, "bob");
      assertCode(await stage.decide(second, approve(), { by: bob }), "SELF_REVIEW");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "decide.expiry",
    title: "A call that nobody decided in time can't be signed any more; the run goes on without it.",
    guards: "A payment from last month is approved by accident.",
    setting: () => payments(turns, { review: { expiresIn: "400ms" } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await pause(600);
      assertCode(await stage.decide(call, approve()), "EXPIRED", "ALREADY_DECIDED");
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assert.notEqual(resultOf(answer, "call_0"), "");
      assertPaid(stage);
      assert.equal((await stage.gate.get(call.id))?.status, "expired");
    },
  },
  {
    id: "decide.expiry-unseen",
    title: "An overdue call is expired by whoever resumes, sweeper or not.",
    guards: "A thread that nobody sweeps waits for ever.",
    setting: () => payments(turns, { review: { expiresIn: "400ms" } }),
    async run(stage) {
      onlyPending(await stage.start());
      await pause(600);
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage);
    },
  },
  {
    id: "decide.execute-within",
    title: "An approved call that was not begun in time does not run.",
    guards: "Last week's signature moves today's money.",
    setting: () => payments(turns, { review: { executeWithin: "400ms" } }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      await pause(600);
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage);
      assert.equal((await stage.gate.get(call.id))?.status, "expired");
    },
  },
  {
    id: "decide.cancelled",
    title: "A withdrawn call can't be signed; the run goes on without it.",
    guards: "What was taken back is executed by somebody who didn't know.",
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.gate.cancel(call.id, { by: bob, reason: "paid by cheque" });
      assertCode(await stage.decide(call, approve()), "ALREADY_DECIDED");
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assert.notEqual(resultOf(answer, "call_0"), "");
      assertPaid(stage);
    },
  },
  {
    id: "decide.approved-then-cancelled",
    title: "An approved call that is withdrawn before it begins does not run.",
    guards: "The emergency brake comes too late because a signature is already there.",
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      await stage.gate.cancel(call.id, { by: bob, reason: "fraud alert" });
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage);
    },
  },
];
