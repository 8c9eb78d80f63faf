import { createGate, definePolicy, isCountersignError, CountersignError } from "@countersign/core";
import { defineRunner, isPassing, requestIdFor, savedRun, type ProposedCall } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { expect, test } from "vitest";

const call: ProposedCall = { turnId: "msg_1", callId: "call_0", tool: "send_payment", args: { recipient: "Acme Corp", amount: 4_200 } };

function open() {
  const gate = createGate({ policy: definePolicy({ tools: { send_payment: "ask" } }), store: memoryStore(), warn: () => {} });
  const runner = defineRunner<string, string>(gate, {
    name: "payments",
    framework: "test",
    async advance(thread) {
      await thread.mustWait(call, { fresh: true });
      return { status: "suspended", calls: [call], continuation: { format: 7, data: { said: ["pay"] } } };
    },
  });
  return { gate, runner };
}

test("what an adapter saved can be shown, whoever holds the thread; of an unknown thread nothing is saved", async () => {
  const { gate, runner } = open();
  expect(await savedRun(gate, "pay-001")).toEqual({ continuation: null, input: undefined });
  await runner.start("pay-001", "pay");
  const thread = { threadId: "pay-001", requestedBy: undefined, context: undefined };
  expect(await savedRun(gate, "pay-001")).toEqual({ thread, continuation: { format: 7, data: { said: ["pay"] } }, input: undefined });
});

test("what a start began with can be shown until something of it is saved", async () => {
  const { gate } = open();
  const seen: unknown[] = [];
  const looking = defineRunner<string, string>(gate, {
    name: "payments",
    framework: "test",
    async advance() {
      seen.push(await savedRun(gate, "pay-001"));
      return { status: "completed", output: "", text: "", continuation: { format: 7, data: [] } };
    },
  });
  await looking.start("pay-001", "pay");
  const thread = { threadId: "pay-001", requestedBy: undefined, context: undefined };
  expect(seen).toEqual([{ thread, continuation: null, input: "pay" }]);
  expect(await savedRun(gate, "pay-001")).toEqual({ thread, continuation: { format: 7, data: [] }, input: undefined });
});

test("a call's request has the id that was told before it was asked", async () => {
  const { gate, runner } = open();
  const id = requestIdFor(gate, "pay-001", call);
  expect(id).toBe("0ef9152b535fd17b3971253e9d9b7a34");
  const outcome = await runner.start("pay-001", "pay");
  expect(outcome.status === "suspended" && outcome.pending.map((request) => request.id)).toEqual([id]);
});

test("errors after which a call can go on are told from its failures", () => {
  const busy = new CountersignError("THREAD_BUSY", { threadId: "t" });
  expect([isPassing(busy), isPassing(new Error("no")), isPassing(new CountersignError("SETUP", { hint: "no" }))]).toEqual([
    true,
    false,
    false,
  ]);
  expect(isCountersignError(busy, "THREAD_BUSY")).toBe(true);
});
