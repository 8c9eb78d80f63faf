import assert from "node:assert/strict";
import { approve, reject, type Grant, type Remember } from "@countersign/core";
import { alice } from "../cast.ts";
import type { PendingCall } from "../process/order.ts";
import type { AdapterCase, Turn } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertPaid, assertStatus, assertTold, onlyPending, pendingTo } from "./expect.ts";
import { calls, payment, payments, says, SHORT_LEASES } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const review = { remember: ["exact-args", "tool"] } as const;
const setting = (...turns: readonly Turn[]) => payments([...turns, says()], { review, timings: SHORT_LEASES });
/** The same payment on one turn after the other. */
const repeated = (...ids: readonly string[]) => setting(...ids.map((id) => calls(payment(id, 4_200))));

async function remembered(stage: Stage, call: PendingCall, remember: Remember): Promise<void> {
  assertStatus(await stage.decide(call, approve({ remember })), "decided");
}

async function onlyGrant({ gate }: Stage): Promise<Grant> {
  const [grant, ...others] = await gate.grants();
  assert.equal(others.length, 0, "there is more than one grant");
  return grant ?? assert.fail("there is no grant");
}

/** Each use is for a request of its own: which ones, and why there may be two of one call. */
export async function assertUses(stage: Stage, expected: number): Promise<void> {
  const { id, uses } = await onlyGrant(stage);
  if (uses === expected) return;
  const spent = (await stage.gate.list({})).items.filter(({ grantId }) => grantId === id);
  const turns = new Set(spent.map(({ turnId }) => turnId));
  const again = spent.some(({ callId }, index) => spent.findIndex((other) => other.callId === callId) !== index);
  const by = spent.map(({ callId, turnId }) => `call ${callId} of turn ${turnId}`).join(" and ");
  const hint = again && turns.size > 1 ? " It is one call under two turn ids: save the turn before you ask about it." : "";
  const message = `the grant has ${uses} uses left, and ${expected} were expected; it signed ${by || "no call"}.${hint}`;
  throw new assert.AssertionError({ message, actual: uses, expected });
}

/** Remembered decisions: the calls that they cover never pause, and no other call goes with them. */
export const remembering: readonly AdapterCase[] = [
  {
    id: "grant.exact",
    title:
      "A decision that is remembered for its arguments signs the next such call: no pause, one effect, and its request names the grant.",
    guards: "A reviewer is asked the same thing until they stop reading.",
    setting: () => repeated("a", "b"),
    async run(stage) {
      await remembered(stage, onlyPending(await stage.start()), { scope: "exact-args" });
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "b", "paid 4200");
      assertPaid(stage, LARGE, LARGE);
      const grant = await onlyGrant(stage);
      const [, second] = (await stage.gate.list({})).items;
      assert.deepEqual([second?.grantId, second?.decisions, grant.uses], [grant.id, [], 9]);
    },
  },
  {
    id: "grant.other-arguments",
    title: "It signs no other arguments: they are asked about.",
    guards: "A yes to one payment is taken for a yes to every payment.",
    setting: () => setting(calls(payment("a", 4_200)), calls(payment("b", 4_201))),
    async run(stage) {
      await remembered(stage, onlyPending(await stage.start()), { scope: "exact-args" });
      assert.deepEqual(onlyPending(await stage.resume()).args, { ...LARGE, amount: 4_201 });
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "grant.other-thread",
    title: "It signs nothing in another thread.",
    guards: "What was agreed in one conversation is done in another.",
    setting: () => repeated("a"),
    async run(stage) {
      await remembered(stage, onlyPending(await stage.start()), { scope: "tool" });
      assertStatus(await stage.resume(), "completed");
      onlyPending(await stage.start({ threadId: "thread-2", sameProcess: true }));
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "grant.requester",
    title: "For a requester it signs in their other threads, and for nobody else.",
    guards: "What one person may do without asking, everybody may.",
    setting: () => repeated("a"),
    async run(stage) {
      await remembered(stage, onlyPending(await stage.start()), { scope: "tool", within: "requester" });
      assertStatus(await stage.resume(), "completed");
      assertStatus(await stage.start({ threadId: "thread-2" }), "completed");
      onlyPending(await stage.start({ threadId: "thread-3", requestedBy: "mallory" }));
      assertPaid(stage, LARGE, LARGE);
    },
  },
  {
    id: "grant.denied",
    title: "For a tool it signs any arguments that are asked about, and none that the policy denies.",
    guards: "A standing signature opens what nobody may do.",
    setting: () => setting(calls(payment("a", 4_200)), calls(payment("b", 9_000)), calls(payment("c", 200_000))),
    async run(stage) {
      await remembered(stage, onlyPending(await stage.start()), { scope: "tool" });
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE, { ...LARGE, amount: 9_000 });
    },
  },
  {
    id: "grant.used-up",
    title: "It signs as many calls as it was given for, and the next one is asked about.",
    guards: "A yes for two payments pays a hundred.",
    setting: () => repeated("a", "b", "c"),
    async run(stage) {
      await remembered(stage, onlyPending(await stage.start()), { scope: "tool", times: 1 });
      onlyPending(await stage.resume());
      assertPaid(stage, LARGE, LARGE);
      await assertUses(stage, 0);
    },
  },
  {
    id: "grant.last-use",
    title: "Of three calls of one turn with one use left, one is signed and two wait; signed too, each runs once.",
    guards: "Calls at the same moment share one use.",
    needs: ["parallel"],
    setting: () => setting(calls(payment("a", 4_200)), calls(payment("b", 2_000, "B"), payment("c", 3_000, "C"), payment("d", 4_000, "D"))),
    async run(stage) {
      await remembered(stage, onlyPending(await stage.start()), { scope: "tool", times: 1 });
      const asked = await stage.resume();
      assertStatus(asked, "suspended");
      assert.equal(asked.pending.length, 2);
      await assertUses(stage, 0);
      for (const call of asked.pending) await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE, { amount: 2_000, to: "B" }, { amount: 3_000, to: "C" }, { amount: 4_000, to: "D" });
    },
  },
  {
    id: "grant.sibling",
    title: "A covered call beside one that waits keeps its signature over the pause, takes one use, and both run once.",
    guards: "The pause of a sibling counts a use twice, or loses the signature.",
    needs: ["parallel"],
    setting: () => setting(calls(payment("a", 4_200)), calls(payment("b", 4_200), payment("c", 3_000, "C"))),
    async run(stage) {
      await remembered(stage, onlyPending(await stage.start()), { scope: "exact-args" });
      await stage.decide(pendingTo(await stage.resume(), "C"), reject("not C"));
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE, LARGE);
      await assertUses(stage, 9);
    },
  },
  {
    id: "grant.rejects",
    title: "A remembered rejection rejects the next such call at once: nothing runs, and the model reads why.",
    guards: "A no has to be said again and again, until somebody says yes.",
    needs: ["rejectReason"],
    setting: () => repeated("a", "b"),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertStatus(await stage.decide(call, reject("never to Acme", { remember: { scope: "exact-args" } })), "decided");
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "b", "never to Acme");
      assertPaid(stage);
    },
  },
  {
    id: "grant.revoked",
    title: "A revoked grant signs nothing.",
    guards: "A yes that was taken back still pays.",
    setting: () => repeated("a", "b"),
    async run(stage) {
      await remembered(stage, onlyPending(await stage.start()), { scope: "tool" });
      await stage.gate.revokeGrant((await onlyGrant(stage)).id, { by: alice });
      onlyPending(await stage.resume());
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "grant.killed",
    title: "Killed right after a grant has signed a call, the run goes on with that signature: one use, one effect.",
    guards: "A crash takes a second use, or leaves a signature behind that signs something else.",
    needs: ["durable"],
    setting: () => repeated("a", "b"),
    async run(stage) {
      await remembered(stage, onlyPending(await stage.start()), { scope: "tool" });
      assertStatus(await stage.resume({ kill: { when: "after", point: "suspend" } }), "killed");
      assertPaid(stage, LARGE);
      assertStatus(await stage.resumeWhenFree(), "completed");
      assertPaid(stage, LARGE, LARGE);
      await assertUses(stage, 9);
    },
  },
];
