import assert from "node:assert/strict";
import { approve, reject, type ThreadSummary } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import type { AdapterCase } from "../setting.ts";
import { assertCode, assertPaid, assertStatus, assertTold, onlyPending, resultOf } from "./expect.ts";
import { calls, payment, payments, says, SHORT_LEASES } from "./payments.ts";
import type { Stage } from "../stage.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];

/** A run that fails is tried twenty times at least, so the pauses between are short. */
const IMPATIENT = { ...SHORT_LEASES, backoffMin: 10, backoffMax: 40, retryUpTo: 300 };
const MOST_TRIES = 100;
const FAILING = { variant: "failing" } as const;

/** Conversations that go on, stand still, and don't mix. */
export const threads: readonly AdapterCase[] = [
  {
    id: "thread.message-refused",
    title: "A new message while a call waits is refused with a typed error, and the call stays decidable.",
    guards: "A user who writes again makes the waiting call undecidable, or the provider refuses the conversation.",
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      const refused = await stage.start({ input: "and another thing" });
      assertCode(refused, "THREAD_SUSPENDED");
      assert.equal(refused.requests, 0);
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "thread.message-cancels",
    title: "A new message that withdraws the waiting call closes it: it can't be signed, and the history stays valid.",
    guards: "The old approval executes in the middle of another conversation; dangling calls break the history.",
    needs: ["supersede"],
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      const answer = await stage.start({ input: "never mind", pending: "cancel" });
      assertStatus(answer, "completed");
      assert.ok(answer.transcript.some((message) => message.role === "user" && message.text === "never mind"));
      assert.notEqual(resultOf(answer, "call_0"), "");
      assert.equal((await stage.gate.get(call.id))?.status, "cancelled");
      assertCode(await stage.decide(call, approve()), "ALREADY_DECIDED");
      await stage.resume();
      assertPaid(stage);
    },
  },
  {
    id: "thread.next-message",
    title: "After a signed call the conversation goes on, and the next message asks anew.",
    guards: "A finished approval leaves the thread closed or open for everything.",
    setting: () => payments([...turns, calls(payment("call_1", 9_000)), says()]),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      assertStatus(await stage.resume(), "completed");
      const second = onlyPending(await stage.start({ input: "and 9,000 more" }));
      assertPaid(stage, LARGE);
      await stage.decide(second, reject("no"));
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assert.equal(answer.transcript.filter(({ role }) => role === "user").length, 2);
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "thread.busy",
    title: "A message to a thread that another process is running is refused with a typed error.",
    guards: "Two runs write into one conversation.",
    needs: ["durable"],
    setting: () => payments(turns, { pay: () => new Promise((resolve) => setTimeout(() => resolve("paid"), 4_000)) }),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      const running = stage.resume();
      for (const since = Date.now(); stage.effects().length === 0 && Date.now() - since < 10_000;)
        await new Promise((resolve) => setTimeout(resolve, 50));
      assertCode(await stage.start({ input: "hello?" }), "THREAD_BUSY");
      assertStatus(await running, "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "thread.keeps-failing",
    title:
      "A run that fails the same way each time is tried with growing pauses, then given up and listed; resumed by hand once the cause is gone, it goes on.",
    guards: "A broken run asks its model for ever, or the payment is made once for each try.",
    needs: ["durable"],
    setting: (variant) =>
      payments([calls(payment("call_0", 4_200)), variant === "failing" ? { fails: "provider down" } : says()], { timings: IMPATIENT }),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      const attempts = await untilGivenUp(stage);
      assert.ok(attempts >= 20, `given up after ${attempts} attempts`);
      assertPaid(stage, LARGE);
      assertStatus(await stage.work(), "worked");
      assert.equal((await standing(stage)).attempts, attempts, "a worker tried it once more");
      assertStatus(await stage.resume(FAILING), "error");
      const anew = await standing(stage);
      assert.deepEqual([anew.state, anew.attempts], ["ready", 1], "a resume by hand begins anew");
      const answer = await stage.resumeWhenFree();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "paid 4200");
      assertPaid(stage, LARGE);
      assert.deepEqual((await stage.gate.threads({ state: "failing" })).items, []);
    },
  },
  {
    id: "thread.unreadable",
    title: "A request that can't be read stops its own thread, and runs nothing; every other thread goes on.",
    guards: "One record that another version wrote, and nobody's call is listed, verified or run any more.",
    setting: () => payments(turns),
    async run(stage) {
      const spoilt = onlyPending(await stage.start({ threadId: "thread-1" }));
      const call = onlyPending(await stage.start({ threadId: "thread-2", sameProcess: true }));
      await stage.decide(spoilt, approve(), { threadId: "thread-1" });
      await spoil(stage.gate.store as StorePort, spoilt.id);
      assert.equal((await stage.resume({ threadId: "thread-1" })).status, "error");
      assertPaid(stage);
      const page = await stage.gate.list();
      assert.deepEqual([page.items.map(({ id }) => id), page.unreadable?.map(({ id }) => id)], [[call.id], [spoilt.id]]);
      assert.deepEqual(
        (await stage.gate.verify()).unreadable?.map(({ id }) => id),
        [spoilt.id],
      );
      await stage.decide(call, approve(), { threadId: "thread-2" });
      assertStatus(await stage.resume({ threadId: "thread-2", sameProcess: true }), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "thread.two",
    title: "Two threads with the same calls don't mix: a decision reaches its own thread only.",
    guards: "Call ids repeat across conversations, and Alice's yes pays Bob's invoice.",
    native: true,
    setting: () => payments(turns),
    async run(stage) {
      const one = onlyPending(await stage.start({ threadId: "thread-1" }));
      const two = onlyPending(await stage.start({ threadId: "thread-2", sameProcess: true }));
      await stage.decide(two, approve(), { threadId: "thread-2" });
      assertStatus(await stage.resume({ threadId: "thread-1" }), "suspended");
      assertPaid(stage);
      assertStatus(await stage.resume({ threadId: "thread-2", sameProcess: true }), "completed");
      assertPaid(stage, LARGE);
      await stage.decide(one, reject("no"), { threadId: "thread-1" });
      assertStatus(await stage.resume({ threadId: "thread-1" }), "completed");
      assertPaid(stage, LARGE);
    },
  },
];

async function standing({ gate }: Stage): Promise<ThreadSummary> {
  const [thread, ...others] = (await gate.threads()).items;
  if (!thread || others.length > 0) assert.fail(`${others.length + (thread ? 1 : 0)} threads instead of one`);
  return thread;
}

/** One worker tries it whenever it may. Answers how often it failed in the end. */
async function untilGivenUp(stage: Stage): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    await stage.work({ ...FAILING, sameProcess: tries > 0 });
    const { state, attempts, lastError, failingSince, nextTryAt = 0 } = await standing(stage);
    assert.ok(attempts > 0 && lastError !== undefined && failingSince !== undefined, "the failure is not on record");
    if (state === "failing") return attempts;
    assert.equal(state, "ready");
    const failed = (await Array.fromAsync(stage.gate.history("thread/thread-1"))).findLast(({ type }) => type === "failed");
    assert.equal(nextTryAt - (failed?.at ?? 0), Math.min(IMPATIENT.backoffMin * 2 ** (attempts - 1), IMPATIENT.backoffMax), "the pause");
    await new Promise((resolve) => setTimeout(resolve, Math.max(nextTryAt - Date.now(), 0)));
  }
  assert.fail(`it was tried ${MOST_TRIES} times and not given up`);
}

/** As a later version might write it: with terms that this one doesn't know. */
async function spoil(store: StorePort, id: string): Promise<void> {
  const record = await store.getRequest("default", id);
  if (!record) assert.fail(`no request ${id}`);
  const spoilt = { ...record, terms: { ...record.terms, witness: "notary" } };
  const changes = [{ op: "put", kind: "request", record: spoilt, expects: record.version } as const];
  assert.deepEqual(await store.commit({ tenant: "default", changes, events: [] }), { ok: true });
}
