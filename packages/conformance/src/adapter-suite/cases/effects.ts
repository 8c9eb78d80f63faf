import assert from "node:assert/strict";
import { approve, CountersignError, createGate, currentCall, definePolicy, type Gate } from "@countersign/core";
import { alice, bob } from "../cast.ts";
import { journalStore } from "../journal/journal.ts";
import type { AdapterCase, ToolSpec } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertCode, assertPaid, assertStatus, assertTold, onlyPending, paid } from "./expect.ts";
import { calls, payment, Payment, payments, says, SHORT_LEASES } from "./payments.ts";

const LARGE = { amount: 4_200, to: "Acme Corp" };
const turns = [calls(payment("call_0", 4_200)), says()];
const paying = (pay: NonNullable<ToolSpec["answer"]>) => () => payments(turns, { pay, timings: SHORT_LEASES });

/** The second step of a tool, which asks a gate about it as the documentation says. */
async function sendMail(gate: Gate): Promise<string> {
  const ticket = await gate.ask({ threadId: "mails", key: "mail", tool: "mail", args: {} });
  assert.equal(ticket.status, "allowed");
  return gate.execute(ticket, () => "mail sent");
}
const policy = definePolicy({ default: "allow" });

/** The mails are frozen. */
async function meetsFreeze(): Promise<string> {
  const gate = createGate({ policy, store: journalStore(":memory:"), warn: () => {} });
  await gate.freeze({ tool: "mail" }, { by: bob, reason: "wrong addresses" });
  return sendMail(gate);
}

/** The store of the mails is away. */
async function meetsOutage(): Promise<string> {
  const away = () => Promise.reject(new CountersignError("STORE_UNAVAILABLE", { retryable: false }));
  const store = new Proxy(journalStore(":memory:"), {
    get: (target, name) => (typeof Reflect.get(target, name) === "function" ? away : Reflect.get(target, name)) as unknown,
  });
  return sendMail(createGate({ policy, store, warn: () => {} }));
}

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** It ran once, nobody knows with what end, and no model hears of it until a person has found out. */
async function staysUnknown(stage: Stage, id: string): Promise<void> {
  assertPaid(stage, LARGE);
  const again = await stage.resumeWhenFree();
  assertCode(again, "EXECUTION_UNKNOWN");
  assert.equal(again.requests, 0, "the model was asked although a person has to look first");
  assert.equal((await stage.gate.get(id))?.execution, "unknown");
  await stage.gate.settle(id, { executed: "paid; the bank says so" }, { by: alice });
  const answer = await stage.resumeWhenFree();
  assertStatus(answer, "completed");
  assertTold(answer, "call_0", "paid; the bank says so");
  assertPaid(stage, LARGE);
}

async function endsUnknown(stage: Stage): Promise<void> {
  const call = onlyPending(await stage.start());
  await stage.decide(call, approve());
  const answer = await stage.resumeWhenFree();
  assertCode(answer, "EXECUTION_UNKNOWN");
  assert.equal(answer.requests, 0, "the model was told of a failure");
  await staysUnknown(stage, call.id);
}

/** What came of an effect that was started. */
export const effects: readonly AdapterCase[] = [
  {
    id: "effect.met-freeze",
    title: "A tool that ends with the freeze of its second step is unknown: surfaced, never repeated, and no failure for the model.",
    guards: "Somebody freezes one tool, and another one, which had paid already, pays again and again.",
    setting: paying(meetsFreeze),
    run: endsUnknown,
  },
  {
    id: "effect.met-outage",
    title: "So is one that met an outage of the store and ends with an error of its own, whatever that says.",
    guards: "A tool wraps its errors, and what cut it short in the middle looks like a payment that failed.",
    setting: paying(() =>
      meetsOutage().catch(() => {
        throw new Error("the mail was not sent");
      }),
    ),
    run: endsUnknown,
  },
  {
    id: "effect.answered",
    title: "A tool that meets a freeze and answers all the same has come to its answer.",
    guards: "Every tool that can do without its second step needs a person.",
    setting: paying(() => meetsFreeze().catch(() => "paid, but no mail")),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      const answer = await stage.resume();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "paid, but no mail");
      assertPaid(stage, LARGE);
    },
  },
  {
    id: "effect.idempotent",
    title: "An idempotent call that met a freeze is repeated by itself later, with the same key.",
    guards: "A call that could be repeated safely waits for a person, or the model is told that it failed.",
    setting: () =>
      payments(turns, {
        idempotent: true,
        timings: SHORT_LEASES,
        pay: ({ amount }) => (currentCall()?.attempt === 1 ? meetsFreeze() : `paid ${String(amount)}`),
      }),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      const cut = await stage.resume();
      assertCode(cut, "EXECUTION_UNKNOWN");
      assert.equal(cut.requests, 0, "the model was told of a failure");
      const answer = await stage.resumeWhenFree();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "paid 4200");
      assert.deepEqual(stage.effects().map(({ attempt }) => attempt), [1, 2]); // prettier-ignore
      assert.equal(new Set(stage.effects().map(({ key }) => key)).size, 1);
    },
  },
  {
    id: "effect.called-off",
    title: "A tool that ends with an error after its run was called off is unknown.",
    guards: "The user closes the page, the connection to the bank breaks off, and the model is told that the payment failed.",
    needs: ["durable"],
    setting: paying(() => {
      throw new Error("socket hang up");
    }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      assertStatus(await stage.resume({ calledOff: true }), "error");
      await staysUnknown(stage, call.id);
    },
  },
  {
    id: "effect.timeout",
    title: "A tool that its framework calls off by a timeout is unknown, and the model is not told that it failed.",
    guards: "The bank is slow: the model reads that the payment timed out, and orders it again while the first one goes through.",
    needs: ["toolTimeout"],
    setting: () =>
      payments(turns, {
        timeout: 300,
        timings: SHORT_LEASES,
        pay: () => new Promise((resolve) => setTimeout(() => resolve("paid at last"), 1_500)),
      }),
    run: endsUnknown,
  },
  {
    id: "effect.stood-still",
    title: "A tool that stood still for longer than its claim's lease and ends with an error is unknown.",
    guards: "A process is swapped out in the middle of a payment, and the connection that broke meanwhile passes for a refusal.",
    setting: () =>
      payments(turns, {
        timings: { ...SHORT_LEASES, claimLease: 600 },
        pay: () => {
          standStill(800);
          throw new Error("connection reset");
        },
      }),
    run: endsUnknown,
  },
  {
    id: "effect.lost-thread",
    title: "So is one whose thread may be somebody else's by then.",
    guards: "A second process takes over, the first one wakes and gives its claim back, and both of them pay.",
    setting: () =>
      payments(turns, {
        timings: { ...SHORT_LEASES, claimLease: 8_000 },
        pay: () => {
          standStill(3_300);
          throw new Error("connection reset");
        },
      }),
    run: endsUnknown,
  },
  {
    id: "effect.frozen-sibling",
    title: "A call that runs beside a frozen one comes to its own end: after the lift it is not repeated.",
    guards: "What keeps one call from running gives back the claim of another one that is paying just then.",
    needs: ["parallel"],
    setting: () =>
      payments([calls(payment("a", 4_200), { id: "b", tool: "wire", args: { amount: 1, to: "B" } }), says()], {
        timings: SHORT_LEASES,
        pay: () => new Promise((resolve) => setTimeout(() => resolve("paid at last"), 300)),
        tools: [{ name: "wire", args: Payment }],
      }),
    async run(stage) {
      const { pending } = await stage.start();
      for (const call of pending) await stage.decide(call, approve());
      const frozen = await stage.gate.freeze({ tool: "wire" }, { by: bob, reason: "wrong bank" });
      assertCode(await stage.resume(), "FROZEN");
      // What ended the run, and its process, may have come before the bank was reached.
      const reached = (): boolean => paid(stage).length > 0;
      assertPaid(stage, ...(reached() ? [LARGE] : []));
      await stage.gate.liftFreeze(frozen.id, { by: bob });
      let answer = await stage.resumeWhenFree();
      if (answer.code === "EXECUTION_UNKNOWN") {
        // A framework may call off what runs beside a call that ends its run.
        for (const { id } of (await stage.gate.list({ execution: "unknown" })).items)
          await stage.gate.settle(id, reached() ? { executed: "paid at last" } : { retry: true }, { by: alice });
        answer = await stage.resumeWhenFree();
      }
      assertStatus(answer, "completed");
      assertTold(answer, "a", "paid at last");
      assertPaid(stage, LARGE);
      assert.equal(stage.effects().length - paid(stage).length, 1, "the frozen call ran once after the lift");
    },
  },
  {
    id: "effect.settled-as-failed",
    title: "A person who found out that an unknown call did not run, and shall not, settles it: the model is told why.",
    guards: "An order that nobody wants any more can only be repeated, or passed off as paid.",
    needs: ["durable"],
    setting: () => payments(turns, { timings: SHORT_LEASES }),
    async run(stage) {
      const call = onlyPending(await stage.start());
      await stage.decide(call, approve());
      assertStatus(await stage.resume({ kill: { when: "before", point: "effect" } }), "killed");
      assertCode(await stage.resumeWhenFree(), "EXECUTION_UNKNOWN");
      await stage.gate.settle(call.id, { failed: "the bank has no such payment" }, { by: alice });
      const answer = await stage.resumeWhenFree();
      assertStatus(answer, "completed");
      assertTold(answer, "call_0", "the bank has no such payment");
      assertPaid(stage);
    },
  },
];
