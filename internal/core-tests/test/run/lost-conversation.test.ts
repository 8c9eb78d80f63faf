// An adapter that pauses without saving: nobody could go on with the thread.
import { approve, definePolicy, isCountersignError } from "@countersign/core";
import { defineRunner, type Advance, type Continuation, type ProposedCall, type Thread } from "@countersign/core/adapter";
import { testGate } from "@countersign/testing";
import { describe, expect, it } from "vitest";

const CALL: ProposedCall = { turnId: "m", callId: "c", tool: "pay", args: { amount: 5 } };
const SAVED: Continuation = { format: 1, data: "asked" };

/** A framework that makes one call and is done. */
function setting(pause: (thread: Thread) => Promise<Continuation | null>, keepsConversation?: boolean) {
  const gate = testGate(definePolicy({ default: "ask", tools: {} }));
  const runner = defineRunner<string, string>(gate, {
    name: "a",
    framework: "forgetful",
    ...(keepsConversation === undefined ? {} : { keepsConversation }),
    async advance(thread): Promise<Advance<string>> {
      if (await thread.mustWait(CALL)) return { status: "suspended", calls: [CALL], continuation: await pause(thread) };
      await thread.execute(CALL, () => "paid");
      return { status: "completed", output: "done", text: "done" };
    },
  });
  return { gate, runner };
}

describe("a pause without a continuation", () => {
  it("is SETUP at once, names the framework and the thread, and nothing is asked", async () => {
    const { gate, runner } = setting(async () => null);
    const error = await runner.start("t", "go").then(() => undefined, (thrown: unknown) => thrown); // prettier-ignore
    expect(isCountersignError(error, "SETUP")).toBe(true);
    expect(String(error)).toMatch(/forgetful.*thread t\b.*keepsConversation/s);
    expect([gate.asked, (await gate.list()).items]).toEqual([[], []]);
    await gate.verify();
  });

  it.each<[string, (thread: Thread) => Promise<Continuation | null>, boolean | undefined]>([
    ["the framework keeps the conversation", async () => null, true],
    ["a hook has saved it with the request", async (thread) => (await thread.suspend([CALL], SAVED), null), undefined],
    ["a hook has saved it before", async (thread) => (await thread.save(SAVED), null), undefined],
  ])("is right where %s", async (_, pause, keepsConversation) => {
    const { gate, runner } = setting(pause, keepsConversation);
    expect(await runner.start("t", "go")).toMatchObject({ status: "suspended", pending: [{ tool: "pay" }] });
    const [request] = gate.asked;
    if (!request) throw new Error("nothing was asked");
    await gate.decide(request, approve(), { by: { id: "alice" } });
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(gate.executed).toHaveLength(1);
  });
});
