import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { approve } from "@countersign/core";
import { z } from "zod";
import { TOKENS } from "../../contract/harness.ts";
import type { Answer } from "../process/order.ts";
import type { AdapterCase, Setting } from "../setting.ts";
import type { Stage } from "../stage.ts";
import { assertStatus, onlyPending } from "./expect.ts";
import { calls, payment, payments, says, SHORT_LEASES } from "./payments.ts";

const turns = [calls(payment("call_0", 4_200)), says("Acme Corp got its money.")];

const Summary = z.object({ paid: z.number(), to: z.string() });
const SUMMARY = { paid: 4_200, to: "Acme Corp" };
const structured = (): Setting => ({
  ...payments([calls(payment("call_0", 4_200)), says(JSON.stringify(SUMMARY))]),
  structured: Summary,
});

/** What an application reads of a completed run, whoever has completed it. */
function told({ status, text, usage, lastAgent, conversation }: Answer): unknown {
  return JSON.parse(JSON.stringify({ status, text, usage, lastAgent, conversation }));
}

/** Each way to the end of the same run, each in a thread of its own, and what is answered there afterwards. */
async function everyWay(stage: Stage): Promise<readonly (readonly [Answer, ...Answer[]])[]> {
  const streams = stage.declares("streaming") ? [true] : [];
  const ways: readonly ((threadId: string) => Promise<Answer>)[] = [
    (threadId) => stage.resume({ threadId }),
    // A worker tells nobody: whoever comes back is answered what is on record.
    async (threadId) => (await stage.work(), stage.resume({ threadId })),
    ...streams.map((stream) => (threadId: string) => stage.resume({ threadId, stream })),
  ];
  const found: [Answer, ...Answer[]][] = [];
  for (const [at, finish] of ways.entries()) {
    const threadId = `thread-${at}`;
    await stage.decide(onlyPending(await stage.start({ threadId })), approve());
    const answers: [Answer, ...Answer[]] = [await finish(threadId), await stage.resume({ threadId })];
    for (const stream of streams) answers.push(await stage.resume({ threadId, stream }));
    found.push(answers);
  }
  return found;
}

/** Answers the first outcome of each thread. */
async function sameEveryWay(stage: Stage): Promise<readonly Answer[]> {
  const threads = await everyWay(stage);
  const firsts = threads.map(([first]) => first);
  for (const [first, ...others] of threads) {
    assertStatus(first, "completed");
    assert.deepEqual(told(first), firsts[0] && told(firsts[0]), "the outcome depends on who woke the run");
    for (const other of others) assert.deepEqual(told(other), told(first), "a replay answers another outcome");
    // A framework's own output may name messages, by ids that no other thread has.
    for (const { output } of others) assert.deepEqual(output, first.output, "a replay answers another output");
  }
  return firsts;
}

function total({ usage }: Answer, requests: number): void {
  const [inputTokens, outputTokens] = [TOKENS.inputTokens * requests, TOKENS.outputTokens * requests];
  const expected = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens, cachedInputTokens: 0, reasoningTokens: 0 };
  assert.deepEqual(usage, expected, `not what ${requests} requests took`);
}

/** The same outcome, whoever woke the run. */
export const outcomes: readonly AdapterCase[] = [
  {
    id: "outcome.same",
    title: "A run's outcome is the same from a resume, after a worker, from a stream, and from each replay.",
    guards: "What an application is answered depends on which process was faster.",
    setting: () => payments(turns),
    async run(stage) {
      for (const { text } of await sameEveryWay(stage)) assert.equal(text, "Acme Corp got its money.");
    },
  },
  {
    id: "outcome.structured",
    title: "An answer by a schema is the same value from a resume, after a worker, from a stream, and from each replay.",
    guards: "An application gets its structured answer only if its own process was the one that went on.",
    needs: ["structuredOutput"],
    setting: structured,
    async run(stage) {
      for (const { output } of await sameEveryWay(stage))
        assert.ok(holds(output, SUMMARY), `the answer ${JSON.stringify(SUMMARY)} is not in ${JSON.stringify(output)}`);
    },
  },
  {
    id: "outcome.usage",
    title: "A run's usage is that of all its model requests, before its pause and after it, and of no other run's.",
    guards: "A tenant is billed for the last request alone, or for the thread's whole past.",
    needs: ["usage"],
    setting: () => payments([...turns, says("Nothing else to pay.")]),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      total(await stage.resume(), 2);
      total(await stage.start({ input: "anything else?" }), 1);
      total(await stage.resume(), 1);
    },
  },
  {
    id: "outcome.usage-after-failure",
    title: "A request that failed is not counted twice, and those before it are.",
    guards: "Each attempt of a worker adds to the bill.",
    needs: ["usage"],
    setting: (variant) =>
      payments([calls(payment("call_0", 4_200)), variant === "failing" ? { fails: "provider down" } : says()], { timings: SHORT_LEASES }),
    async run(stage) {
      await stage.decide(onlyPending(await stage.start()), approve());
      assertStatus(await stage.resume({ variant: "failing" }), "error");
      assertStatus(await stage.resume({ variant: "failing" }), "error");
      total(await stage.resume(), 2);
    },
  },
  {
    id: "outcome.conversation",
    title: "The runner gives the conversation as it stands: while a call waits, when the run is over, and in the outcome.",
    guards: "An application can't show its users what was said, but by reading the framework's own state.",
    needs: ["conversation"],
    setting: () => payments(turns, { pay: () => "paid" }),
    async run(stage) {
      assert.deepEqual((await stage.look()).conversation, [], "a conversation that nobody has begun");
      const call = onlyPending(await stage.start({ input: "pay Acme Corp" }));
      const asked = (await stage.look()).conversation ?? [];
      const before = [
        { role: "user", text: "pay Acme Corp" },
        { role: "call", id: "call_0", tool: "pay", args: { amount: 4_200, to: "Acme Corp" } },
      ];
      assert.deepEqual(asked, before, "the conversation while a call waits");
      await stage.decide(call, approve());
      const answer = await stage.resume();
      const [said, made, result, last] = answer.conversation ?? [];
      assert.deepEqual([said, made], before, "the conversation when it is over");
      assert.ok(result?.role === "result" && result.id === "call_0" && result.text.includes("paid"), "the call has no result in it");
      assert.deepEqual(last, { role: "assistant", text: "Acme Corp got its money." });
      assert.deepEqual((await stage.look()).conversation, answer.conversation, "another conversation than in the outcome");
    },
  },
  {
    id: "outcome.conversation-after-failure",
    title: "The conversation ends with what the user wrote, also if the run failed before anything was saved of it.",
    guards: "The provider is down for a moment, and the user's message is gone from the page.",
    needs: ["conversation"],
    setting: (variant) => payments([variant === "failing" ? { fails: "provider down" } : says("Paid.")]),
    async run(stage) {
      assertStatus(await stage.start({ input: "pay Acme Corp", variant: "failing" }), "error");
      assert.deepEqual((await stage.look()).conversation, [{ role: "user", text: "pay Acme Corp" }]);
    },
  },
];

/** Is it this value, or is it a member of it? A framework may answer more than the agent's own. */
function holds(output: unknown, value: object): boolean {
  if (typeof output !== "object" || output === null) return false;
  return [output, ...(Object.values(output) as unknown[])].some((found) => isDeepStrictEqual(found, value));
}
