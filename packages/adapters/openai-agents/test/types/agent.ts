// Compiled by `check`, never run: what users write, and the mistakes that the types must catch.
import { createGate, createWorker, definePolicy, type AgentRunner } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { applyDecisions, argsOf, createRunner, decideNative, gateMcpServers, gateTools } from "@countersign/openai-agents";
import { testGate } from "@countersign/testing";
import { Agent, MCPServerStdio, MemorySession, run, RunState, shellTool, tool, type AgentInputItem } from "@openai/agents";
import { z } from "zod";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function sure<A, B>(_: Equal<A, B>): void {}

const SendPayment = z.object({ amount: z.number(), recipient: z.string() });
const policy = definePolicy({ tools: { send_payment: { args: SendPayment, ask: ({ args }) => args.amount > 1_000 } } });
const gate = createGate({ policy, store: memoryStore() });

const sendPayment = tool({
  name: "send_payment",
  description: "Pay a vendor",
  parameters: SendPayment,
  execute: async ({ amount, recipient }) => `paid ${amount} to ${recipient}`,
});
const shell = shellTool({ shell: { run: async () => ({ output: [] }) } });

/** Same tools, same types. */
const tools = gateTools(gate, [sendPayment, shell]);
sure<typeof tools, [typeof sendPayment, typeof shell]>(true);
const agent = new Agent({ name: "Payments", model: "gpt-5.2", tools: gateTools(gate, [sendPayment]) });

/** A runner's outcome and stream are the agent's. */
const payments = createRunner(gate, agent, { name: "payments" });
const outcome = await payments.start("pay-001", "Pay Acme Corp $4200 for invoice 88.", { maxTurns: 3, requestedBy: "bob" });
if (outcome.status === "suspended") outcome.pending[0]?.id satisfies string | undefined;
if (outcome.status === "completed") sure<typeof outcome.output, string>(true);
if (outcome.status === "completed") sure<typeof outcome.messages, AgentInputItem[]>(true);
sure<Awaited<ReturnType<typeof payments.messages>>, AgentInputItem[]>(true);
const { stream } = await payments.resumeStream("pay-001");
stream.completed satisfies Promise<void>;
for await (const event of stream) event.type satisfies string;
createWorker(gate, [payments]);
payments satisfies AgentRunner<string>;
// @ts-expect-error a number is no input
await payments.start("pay-001", 42);
// @ts-expect-error an option that the runner doesn't have
await payments.start("pay-001", "x", { maxTurn: 3 });

const Answer = z.object({ paid: z.number() });
const structured = createRunner(gate, new Agent({ name: "S", outputType: Answer }), {
  name: "s",
  context: ({ threadId }) => ({ session: new MemorySession({ sessionId: threadId }) }),
});
const answered = await structured.resume("t");
if (answered.status === "completed") sure<typeof answered.output, { paid: number }>(true);

/** A policy's context is asked for at every start, and given to whoever makes the live one. */
interface Live {
  readonly db: { query(sql: string): Promise<unknown> };
}
const withContext = definePolicy({ context: z.object({ user: z.string() }), tools: {} });
const asking = createGate({ policy: withContext, store: memoryStore() });
const live = createRunner(asking, new Agent<Live>({ name: "L" }), {
  name: "l",
  context: async ({ threadId, context }) => ({
    context: { db: { query: async () => [threadId, context?.user satisfies string | undefined] } },
    conversationId: `conv_${threadId}`,
  }),
});
await live.start("t", "x", { context: { user: "alice" } });
// @ts-expect-error the policy's context is missing
await live.start("t", "x");
// @ts-expect-error what the agent's context needs is missing
createRunner(asking, new Agent<Live>({ name: "L" }), { name: "l", context: () => ({}) });
// @ts-expect-error the context of the tools stands one level deeper
createRunner(asking, new Agent<Live>({ name: "L" }), { name: "l", context: () => ({ db: { query: async () => 1 } }) });
// @ts-expect-error an agent with a context of its own can't run without
createRunner(asking, new Agent<Live>({ name: "L" }), { name: "l" });
// @ts-expect-error a session is made for each run
createRunner(gate, agent, { name: "payments", session: () => new MemorySession() });
// @ts-expect-error a later resume could not have it
await payments.start("t", "x", { session: new MemorySession() });
// @ts-expect-error a runner without a name can't be found again
createRunner(gate, agent, {});

/** The schema of a tool that exists types a policy. */
definePolicy({ tools: { send_payment: { args: argsOf(sendPayment), ask: ({ args }) => args.amount > 1_000 } } });
// @ts-expect-error a misspelt argument would let a payment run
definePolicy({ tools: { send_payment: { args: argsOf(sendPayment), ask: ({ args }) => args.ammount > 1_000 } } });
// @ts-expect-error a shell has no arguments of its own
argsOf(shell);

/** One's own loop. */
const own = new Agent<{ conversation: string }>({
  name: "x",
  tools: gateTools(gate, [sendPayment], (c) => ({ threadId: c.context.conversation })),
});
const result = await run(own, "x", { context: { conversation: "c1" } });
const restored = await RunState.fromString<{ conversation: string }, typeof own>(own, result.state.toString());
const next = await applyDecisions(gate, restored, { threadId: "c1" });
if (next.status === "ready") await run(own, next.state);
else next.pending[0]?.tool satisfies string | undefined;
// @ts-expect-error a serialized state isn't one yet
await applyDecisions(gate, result.state.toString(), { threadId: "c1" });
await decideNative(gate, restored, { threadId: "c1", by: { id: "alice", roles: ["finance"] } });
// @ts-expect-error nobody signs
await decideNative(gate, restored, { threadId: "c1" });

new Agent({ name: "M", tools: await gateMcpServers(gate, [new MCPServerStdio({ name: "billing", command: "billing" })]) });
const tested = testGate(policy);
createRunner(tested, new Agent({ name: "T", tools: gateTools(tested, [sendPayment]) }), { name: "t" });
