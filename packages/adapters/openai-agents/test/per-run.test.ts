import { hintOf } from "@countersign/adapter-tests";
import { createWorker } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, MemorySession, tool } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying, saying } from "./support/desk.ts";

/** As JavaScript lets it pass. */
const untyped = (given: unknown) => given as never;

function open() {
  const desk = openDesk();
  const agent = new Agent({ name: "A", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
  return { desk, agent };
}

describe("the settings of a run", () => {
  test("are made again from the thread by whoever goes on with it, a worker as well", async () => {
    const desk = openDesk();
    const used: unknown[] = [];
    const pay = tool({
      name: "pay",
      description: "",
      parameters: z.object({ amount: z.number(), to: z.string() }),
      execute: async (_args, run) => void used.push(run?.context),
    });
    const agent = new Agent<{ asked: unknown }>({ name: "A", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [pay]) });
    const sessions = new Map<string, MemorySession>();
    const runner = createRunner(desk.gate, agent, {
      name: "a",
      async context({ threadId, requestedBy }) {
        const session = sessions.get(threadId) ?? new MemorySession({ sessionId: threadId });
        sessions.set(threadId, session);
        return { context: { asked: requestedBy }, session };
      },
    });
    await runner.start("t", "go", { requestedBy: "bob" });
    await desk.approve();
    await createWorker(desk.gate, [runner]).drain();
    expect(used).toEqual([{ asked: { id: "bob" } }]);
    expect((await sessions.get("t")?.getItems())?.map(({ type }) => type)).toEqual([
      "message",
      "function_call",
      "function_call_result",
      "message",
    ]);
  });

  test.each<readonly [string, unknown, RegExp]>([
    ["a key that the SDK doesn't take", { db: 1 }, /context gave db\..*context: \(thread\) => \(\{ context: \{ db: … \} \}\)/],
    ["an object of the application's", new Map(), /no settings of a run.*context: \(thread\) => \(\{ context: … \}\)/],
    ["nothing", undefined, /no settings of a run/],
    ["two conversations", { conversationId: "c", previousResponseId: "r" }, /conversationId and previousResponseId: one of them/],
    [
      "a session that nothing would be put in",
      { conversationId: "c", session: new MemorySession() },
      /session and conversationId: one of them/,
    ],
  ])("that are %s are refused, and nothing has run", async (_what, made, said) => {
    const { desk, agent } = open();
    const runner = createRunner(desk.gate, agent, { name: "payments", context: untyped(() => made) });
    const hint = await hintOf(() => runner.start("t", "go"));
    expect(hint).toMatch(said);
    expect(hint).toContain("payments");
    expect(await desk.pending()).toEqual([]);
  });

  test("can't be given where a later resume would not have them", async () => {
    const { desk, agent } = open();
    const session = new MemorySession();
    expect(await hintOf(() => createRunner(desk.gate, agent, untyped({ name: "a", session })))).toMatch(
      /no option session\..*context: \(thread\) => \(\{ session: … \}\)/,
    );
    expect(await hintOf(() => createRunner(desk.gate, agent, untyped(undefined)))).toMatch(/createRunner\(gate, agent, \{ name/);
    expect(await hintOf(() => createRunner(desk.gate, agent, untyped({ name: "a", contxt: 1 })))).toMatch(
      /no option contxt\..*name, context/,
    );
    for (const [option, value] of Object.entries({ context: { user: "bob" }, sdk: {} }))
      expect(await hintOf(() => createRunner(desk.gate, agent, untyped({ name: "a", [option]: value })))).toMatch(
        /createRunner got an object/,
      );
    const runner = createRunner(desk.gate, agent, { name: "a" });
    for (const key of ["session", "conversationId", "previousResponseId"]) {
      const given = untyped({ [key]: "x" });
      for (const run of [() => runner.start("t", "go", given), () => runner.stream("t", "go", given), () => runner.resume("t", given)])
        expect(await hintOf(run)).toMatch(new RegExp(`takes no option ${key} for one call.*context: \\(thread\\) =>`));
    }
    expect((await desk.gate.threads({})).items).toEqual([]);
    expect(await hintOf(() => runner.start("t", untyped({ messages: [] })))).toMatch(/got an object in the place of the input/);
  });
});
