import assert from "node:assert/strict";
import { approve, edit } from "@countersign/core";
import type { AdapterCase } from "../setting.ts";
import { assertCode, assertPaid, assertStatus, assertTold, onlyPending, paid } from "./expect.ts";
import { calls, payment, payments, says, SHORT_LEASES } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const isOver = (work: Promise<unknown>): Promise<boolean> => Promise.race([work.then(() => true), pause(0).then(() => false)]);

/** An unsigned resume changes nothing, and whoever may go on can. */
export const waking: readonly AdapterCase[] = [
  {
    id: "wake.undecided",
    title: "A resume with nothing decided leaves the pause as it was: no effect, no request to the model, still decidable.",
    guards: "Waking a run executes what nobody signed, or makes the call undecidable.",
    native: true,
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      for (let time = 0; time < 2; time++) {
        const answer = await stage.resume();
        assert.equal(onlyPending(answer).id, call.id);
        assert.equal(answer.requests, 0, "the model was asked");
      }
      assertPaid(stage);
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "wake.undecided-crowd",
    title: "Three processes that wake an undecided thread at once change nothing.",
    guards: "Concurrent wake-ups race each other past the gate.",
    needs: ["durable"],
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      for (const answer of await stage.resumeAtOnce(3)) assert.equal(onlyPending(answer).id, call.id);
      assertPaid(stage);
      await stage.decide(call, approve());
      assertStatus(await stage.resume(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "wake.worker",
    title: "A worker resumes what is decided, once, and leaves alone what isn't.",
    guards: "Nobody goes on after the decision, or a sweep goes on before it.",
    setting: () => payments(turns),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertStatus(await stage.work(), "worked");
      assertPaid(stage);
      await stage.decide(call, approve());
      await stage.work();
      await stage.work();
      assertPaid(stage, LARGE);
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assert.equal(answer.replayed, true);
    },
  },
  {
    id: "wake.worker-after-crash",
    title: "A worker picks up a thread whose process died before the claim.",
    guards: "A crashed process takes its conversation with it.",
    needs: ["durable"],
    setting: () => payments(turns, { timings: SHORT_LEASES }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      assertStatus(await stage.resume({ kill: { when: "before", point: "claim" } }), "killed");
      for (
        const since = Date.now();
        (await stage.gate.get(call.id))?.execution !== "done" && Date.now() - since < 15_000;
        await pause(300)
      ) {
        await stage.work();
      }
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "wake.unknown-thread",
    title: "Resuming a thread that was never started is a typed error, and nothing happens.",
    guards: "A typing error in an id starts a fresh run or is answered as if all were well.",
    setting: () => payments(turns),
    async run(stage) {
      const answer = await stage.resume({ threadId: "never-started" });
      assertCode(answer, "THREAD_UNKNOWN");
      assert.equal(answer.requests, 0);
      assert.deepEqual(stage.effects(), []);
    },
  },
  {
    id: "wake.policy-changed",
    title: "Under a policy that changed while the call waited, it can still be decided, and what was signed is what runs.",
    guards: "A deploy orphans every waiting call.",
    needs: ["durable"],
    setting: (variant) => payments(turns, { review: variant === "new" ? { quorum: 3, roles: ["board"] } : {} }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assert.equal(onlyPending(await stage.resume({ variant: "new" })).id, call.id);
      assertStatus(await stage.decide(call, approve(), { variant: "new", withPolicy: true }), "decided");
      assertStatus(await stage.resume({ variant: "new" }), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "wake.schema-changed",
    title:
      "Under a stricter policy than the one that asked, an edit is judged by the new one with a typed error, and the call stays decidable.",
    guards: "A deploy makes waiting calls undecidable, or lets edits in that the new rules forbid.",
    needs: ["durable", "edit"],
    setting: (variant) => payments(turns, { limit: variant === "stricter" ? 5_000 : 100_000 }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assertCode(
        await stage.decide(call, edit({ amount: 9_000, to: "Acme Corp" }), { variant: "stricter", withPolicy: true }),
        "POLICY_DENIED",
      );
      assert.equal(onlyPending(await stage.resume({ variant: "stricter" })).id, call.id);
      assertStatus(
        await stage.decide(call, edit({ amount: 4_000, to: "Acme Corp" }), { variant: "stricter", withPolicy: true }),
        "decided",
      );
      assertStatus(await stage.resume({ variant: "stricter" }), "completed");
      assertPaid(stage, { amount: 4_000, to: "Acme Corp" });
    },
  },
  {
    id: "wake.tool-schema-changed",
    title:
      "Under a tool schema that the waiting arguments no longer fit, the call stays decidable, and nothing else than what was signed can run.",
    guards: "A deploy makes waiting calls undecidable, or other arguments run than were signed.",
    needs: ["durable", "edit"],
    setting: (variant) => payments(turns, { strict: variant === "stricter" }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      assert.equal(onlyPending(await stage.resume({ variant: "stricter" })).id, call.id);
      assertCode(await stage.decide(call, edit({ amount: 4_000, to: "Acme" }), { variant: "stricter", withPolicy: true }), "INVALID_ARGS");
      assertStatus(await stage.decide(call, approve(), { variant: "stricter", withPolicy: true }), "decided");
      await stage.resume({ variant: "stricter" });
      for (const args of paid(stage)) assert.deepEqual(args, LARGE);
      assert.ok(paid(stage).length <= 1);
      assert.equal((await stage.gate.get(call.id))?.status, "approved");
    },
  },
  {
    id: "wake.early-decision",
    title: "A decision that lands while the asking process has not let go yet is neither lost nor executed twice.",
    guards: "A quick reviewer signs before anybody waits, and the thread sleeps for ever.",
    needs: ["durable"],
    setting: () => payments(turns),
    async run(stage) {
      const starting = stage.start();
      for (let over = false; !over; await pause(5)) {
        // Looked at before the list is: what ended in between has asked by then.
        over = await isOver(starting);
        const [request] = (await stage.gate.list({ status: "pending" })).items;
        if (!request) continue;
        await stage.gate.decide(request, approve(), { by: { id: "alice" } });
        break;
      }
      await starting;
      assertStatus(await stage.resumeWhenFree(), "completed");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "wake.several-turns",
    title: "A run with several gated turns stops at each, goes on from each in another process, and ends with one history.",
    guards: "The second pause of a conversation starts from the beginning, or loses what came before.",
    native: true,
    setting: () => payments([calls(payment("a", 2_000, "A")), calls(payment("b", 3_000, "B")), calls(payment("c", 4_000, "C")), says()]),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      await stage.decide(onlyPending(await stage.resume()), approve());
      await stage.decide(onlyPending(await stage.resume()), approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      for (const [id, text] of [["a", "paid 2000"], ["b", "paid 3000"], ["c", "paid 4000"]] as const) assertTold(answer, id, text); // prettier-ignore
      assertPaid(stage, { amount: 2_000, to: "A" }, { amount: 3_000, to: "B" }, { amount: 4_000, to: "C" });
    },
  },
  {
    id: "wake.no-token",
    title: "No approval token reaches the model: neither the id of a request nor its digest.",
    guards: "A model that knows a token can be talked into using it.",
    needs: ["edit"],
    setting: () => payments([calls(payment("a", 4_200)), calls(payment("b", 4_200)), says()]),
    async run(stage) {
      const first = onlyPending(await stage.start());
      await stage.decide(first, edit({ amount: 4_000, to: "Acme Corp" }));
      const paused = await stage.resume();
      const second = onlyPending(paused);
      await stage.decide(second, approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      const shown = JSON.stringify([paused.transcript, answer.transcript]);
      for (const token of [first.id, first.digest, second.id, second.digest])
        assert.ok(!shown.includes(token), "a token reached the model");
    },
  },
];
