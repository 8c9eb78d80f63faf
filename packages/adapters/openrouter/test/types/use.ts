// Compiled by `check`, never run: what users write, and the mistakes that the types must catch.
import { createGate, createWorker, definePolicy, type AgentRunner } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { argsOf, createRunner, decideNative, gateCall, gateTools } from "@countersign/openrouter";
import { testGate } from "@countersign/testing";
import {
  HooksManager,
  OpenRouter,
  serverTool,
  stepCountIs,
  tool,
  type ConversationState,
  type Item,
  type ModelResult,
  type StateAccessor,
} from "@openrouter/agent";
import { z } from "zod";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function sure<A, B>(_: Equal<A, B>): void {}

const SendPayment = z.object({ amount: z.number(), recipient: z.string() });
const policy = definePolicy({ tools: { send_payment: { args: SendPayment, ask: ({ args }) => args.amount > 1_000 } } });
const gate = createGate({ policy, store: memoryStore() });
const client = new OpenRouter({ apiKey: "" });

const sendPayment = tool({
  name: "send_payment",
  description: "Pay a vendor",
  inputSchema: SendPayment,
  execute: async ({ amount, recipient }) => `paid ${amount} to ${recipient}`,
});
const search = serverTool({ type: "openrouter:datetime" });

/** Same tools, same types. */
const tools = gateTools(gate, [sendPayment, search], { threadId: "t" });
sure<typeof tools, readonly [typeof sendPayment, typeof search]>(true);

/** A runner's outcome is text, its conversation that of the state, its stream the SDK's own. */
const payments = createRunner(gate, client, { name: "payments", model: "openai/gpt-5.2", tools: [sendPayment], stopWhen: stepCountIs(5) });
const outcome = await payments.start("pay-001", "Pay Acme Corp $4200 for invoice 88.", { requestedBy: "bob" });
if (outcome.status === "suspended") outcome.pending[0]?.id satisfies string | undefined;
if (outcome.status === "completed") {
  sure<typeof outcome.output, string>(true);
  sure<typeof outcome.messages, Exclude<ConversationState["messages"], string>>(true);
}
sure<Awaited<ReturnType<typeof payments.messages>>, Exclude<ConversationState["messages"], string>>(true);
const { stream } = await payments.resumeStream("pay-001", { answered: { call_1: { paid: true } } });
stream satisfies ModelResult<readonly [typeof sendPayment]>;
for await (const delta of stream.getTextStream()) delta satisfies string;
createWorker(gate, [payments]);
payments satisfies AgentRunner<string>;
declare const items: Item[];
await payments.start("pay-001", items);
// @ts-expect-error a number is no input
await payments.start("pay-001", 42);
// @ts-expect-error an option that the runner doesn't have
await payments.start("pay-001", "x", { maxTurns: 3 });
// @ts-expect-error a runner without a name can't be found again
createRunner(gate, client, { model: "m", tools: [sendPayment] });
// @ts-expect-error the state is the runner's
createRunner(gate, client, { name: "p", model: "m", tools: [sendPayment], state: {} as StateAccessor });
// @ts-expect-error decisions are made in the gate
createRunner(gate, client, { name: "p", model: "m", tools: [sendPayment], approveToolCalls: ["call_1"] });
// @ts-expect-error every start has its own input
createRunner(gate, client, { name: "p", model: "m", tools: [sendPayment], input: "x" });

/** What tools share has a schema, and the stream knows it. */
const shared = { name: "s", model: "m", tools: [sendPayment], sharedContextSchema: z.object({ user: z.string() }) } as const;
const shares = { ...shared, context: () => ({ context: { send_payment: {}, shared: { user: "bob" } } }) };
const sharing = createRunner(gate, client, shares);
const { stream: sharedStream } = await sharing.stream("t", "x");
sharedStream satisfies ModelResult<readonly [typeof sendPayment], { user: string }>;
// @ts-expect-error only an object can be shared
createRunner(gate, client, { ...shares, sharedContextSchema: z.string() });
/** Settings that depend on the tools know them. */
createRunner(gate, client, { ...shares, requireApproval: (call) => call.arguments.amount > 10 });
// @ts-expect-error a misspelt argument in a predicate
createRunner(gate, client, { ...shares, requireApproval: (call) => call.arguments.ammount > 10 });
// @ts-expect-error what tools share has to come from somewhere
createRunner(gate, client, shared);

/** A tool that needs a context makes the runner need one, from the thread. */
const forTenant = tool({
  name: "for_tenant",
  description: "",
  inputSchema: z.object({}),
  contextSchema: z.object({ tenant: z.string() }),
  execute: async (_args, context) => context?.local.tenant,
});
const ofTenant = { name: "n", model: "m", tools: [forTenant] } as const;
createRunner(gate, client, { ...ofTenant, context: ({ threadId }) => ({ context: { for_tenant: { tenant: threadId } } }) });
createRunner(gate, client, {
  ...ofTenant,
  context: async ({ threadId }) => ({ context: { for_tenant: { tenant: threadId } }, user: "bob" }),
});
// @ts-expect-error the tool's context is missing
createRunner(gate, client, ofTenant);
// @ts-expect-error the tool's context is missing in what is made
createRunner(gate, client, { ...ofTenant, context: () => ({ user: "bob" }) });
// @ts-expect-error another context than the tool's
createRunner(gate, client, { ...ofTenant, context: () => ({ context: { for_tenant: { tenant: 1 } } }) });
// @ts-expect-error it is made from the thread
createRunner(gate, client, { ...ofTenant, context: { for_tenant: { tenant: "acme" } } });

/** What a run is given anew: settings of callModel and of its requests. */
const plain = { name: "r", model: "m", tools: [sendPayment] } as const;
createRunner(gate, client, {
  ...plain,
  context: ({ threadId }) => ({ model: "other", temperature: 0, user: threadId, headers: { "x-thread": threadId }, hooks: {} }),
});
createRunner(gate, client, { ...plain, context: () => ({}) });
// @ts-expect-error a misspelt setting
createRunner(gate, client, { ...plain, context: () => ({ model: "m", temprature: 1 }) });
// @ts-expect-error a misspelt setting of the runner's own
createRunner(gate, client, { ...plain, temprature: 1 });
// @ts-expect-error the tools are the runner's
createRunner(gate, client, { ...plain, context: () => ({ tools: [sendPayment] }) });
// @ts-expect-error the state is the runner's
createRunner(gate, client, { ...plain, context: async () => ({ user: "bob", state: {} as StateAccessor }) });
// @ts-expect-error when it stops is the runner's
createRunner(gate, client, { ...plain, context: () => ({ stopWhen: stepCountIs(1) }) });
// @ts-expect-error an option for one start alone is none that a resume could have
await payments.start("pay-001", "x", { user: "bob" });

/** One spread; the text is the SDK's. */
const result = client.callModel({
  model: "m",
  input: "Pay Acme",
  ...gateCall(gate, [sendPayment], { threadId: "pay-001", requestedBy: "bob" }),
});
sure<Awaited<ReturnType<typeof result.getText>>, string>(true);
client.callModel({
  model: "m",
  input: [],
  ...gateCall(gate, [sendPayment], { threadId: "pay-001", requireApproval: (call) => call.arguments.amount > 10 }),
});
// @ts-expect-error a misspelt argument in a predicate
gateCall(gate, [sendPayment], { threadId: "pay-001", requireApproval: (call) => call.arguments.ammount > 10 });
/** Hooks go through it, so that signed calls pass them too. */
client.callModel({ model: "m", input: [], ...gateCall(gate, [sendPayment], { threadId: "pay-001", hooks: new HooksManager() }) });
// @ts-expect-error whose conversation?
gateCall(gate, [sendPayment], {});
declare const own: StateAccessor<readonly [typeof sendPayment]>;
const spread = gateCall(gate, [sendPayment], { threadId: "pay-001", state: own });
sure<typeof spread.tools, readonly [typeof sendPayment]>(true);

/** A policy's context is asked for at every start. */
const withContext = definePolicy({ context: z.object({ user: z.string() }), tools: {} });
const asking = createGate({ policy: withContext, store: memoryStore() });
const live = createRunner(asking, client, { name: "l", model: "m", tools: [sendPayment] });
await live.start("t", "x", { context: { user: "alice" } });
createRunner(asking, client, {
  name: "l",
  model: "m",
  tools: [sendPayment],
  context: ({ context }) => {
    sure<typeof context, { user: string } | undefined>(true);
    return { user: context?.user ?? "nobody" };
  },
});
// @ts-expect-error the policy's context is missing
await live.start("t", "x");
gateCall(asking, [sendPayment], { threadId: "t", context: { user: "alice" } });
// @ts-expect-error another context than the policy's
gateCall(asking, [sendPayment], { threadId: "t", context: { name: "alice" } });
// @ts-expect-error a policy without a context takes none
gateCall(gate, [sendPayment], { threadId: "t", context: { user: "alice" } });

/** The schema of a tool that exists types a policy. */
definePolicy({ tools: { send_payment: { args: argsOf(sendPayment), ask: ({ args }) => args.amount > 1_000 } } });
// @ts-expect-error a misspelt argument would let a payment run
definePolicy({ tools: { send_payment: { args: argsOf(sendPayment), ask: ({ args }) => args.ammount > 1_000 } } });

await decideNative(gate, { approveToolCalls: ["call_1"] }, { threadId: "c1", by: { id: "alice", roles: ["finance"] } });
// @ts-expect-error nobody signs
await decideNative(gate, { approveToolCalls: ["call_1"] }, { threadId: "c1" });
// @ts-expect-error booleans are no answers
await decideNative(gate, { approveToolCalls: true }, { threadId: "c1", by: { id: "alice" } });

const tested = testGate(policy);
createRunner(tested, client, { name: "t", model: "m", tools: [sendPayment] });
