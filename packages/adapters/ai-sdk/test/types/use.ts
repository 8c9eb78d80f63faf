// Compiled by `check` against both versions of the SDK, never run: what users write, and the mistakes that the types must catch.
import { argsOf, createRunner, decideNative, gateTools, type ApprovalData, type ChatMessage } from "@countersign/ai-sdk";
import { createGate, definePolicy, type AgentRunner, type Gate, type Principal } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import {
  DefaultChatTransport,
  dynamicTool,
  generateText,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  Output,
  streamText,
  tool,
  ToolLoopAgent,
  type InferAgentUIMessage,
  type InferUITools,
  type ToolSet,
  type UIMessage,
} from "ai";
import { z } from "zod";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function sure<A, B>(_: Equal<A, B>): void {}

const SendPayment = z.object({ amount: z.number(), recipient: z.string(), on: z.coerce.date().optional() });
const ReadReport = z.object({ id: z.string() });
export const policy = definePolicy({
  tools: {
    send_payment: {
      args: SendPayment,
      deny: ({ args }) => args.amount > 100_000,
      ask: ({ args }) => args.amount > 1_000 && "over $1,000",
      review: { roles: ["finance"], expiresIn: "48h" },
    },
    "delete_*": "ask",
    read_report: "allow",
  },
});
export const gate = createGate({ policy, store: memoryStore() });

// a quick start
const send_payment = tool({
  description: "Pay a vendor",
  inputSchema: SendPayment,
  execute: async ({ amount, recipient }) => `paid ${amount} to ${recipient}`,
});
const agent = new ToolLoopAgent({ model: "openai/gpt-5.2", tools: gateTools(gate, { send_payment }) });
export const payments = createRunner(gate, agent, { name: "payments" });
const outcome = await payments.start("pay-001", "Pay Acme Corp $4200 for invoice 88.");
if (outcome.status === "suspended") console.log(outcome.pending[0]?.id);
if (outcome.status === "completed") {
  sure<typeof outcome.output, string>(true);
  const loaded = await payments.messages("pay-001");
  sure<typeof outcome.messages, typeof loaded>(true);
  for (const part of outcome.messages[0]?.parts ?? [])
    if (part.type === "tool-send_payment" && part.state === "output-available") sure<typeof part.output, string>(true);
}
export const all: AgentRunner<string>[] = [payments];

// a chat route
declare function signedIn(request: Request): Promise<Principal>;
export async function POST(req: Request): Promise<Response> {
  const by = await signedIn(req);
  const { id, message } = (await req.json()) as { id: string; message: UIMessage };
  return payments.respond({ threadId: id, message, by, signal: req.signal });
}
// @ts-expect-error nobody is signed in
payments.respond({ threadId: "chat", message: {} as UIMessage });
export const chat = {
  transport: new DefaultChatTransport({ prepareSendMessagesRequest: ({ id, messages }) => ({ body: { id, message: messages.at(-1) } }) }),
  sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
};
const shown = (await payments.messages("chat"))[0];
for (const part of shown?.parts ?? []) {
  if (part.type === "tool-send_payment" && part.state === "approval-requested") sure<typeof part.input.amount, number>(true);
}
export type Shown = InferAgentUIMessage<typeof agent>;

// what stands beside a call, and what a route adds
export type Message = ChatMessage<typeof agent, { model: string }, { note: string }>;
for (const part of shown?.parts ?? []) {
  if (part.type === "data-approval") sure<typeof part.data, ApprovalData>(true);
}
export const answering = (message: UIMessage, by: Principal): Promise<Response> =>
  payments.respond<{ model: string }, { note: string }>({
    threadId: "chat",
    message,
    by,
    messageMetadata: ({ part }) => (part.type === "start" ? { model: "gpt" } : undefined),
    execute: ({ writer }) => writer.write({ type: "data-note", data: "looking" }),
    headers: { "x-run": "1" },
    status: 200,
    onFinish({ messages, responseMessage, outcome }) {
      sure<typeof messages, Message[]>(true);
      sure<typeof responseMessage, Message | undefined>(true);
      if (outcome?.status === "completed") sure<typeof outcome.output, string>(true);
    },
  });
payments.respond<{ model: string }>({
  threadId: "chat",
  message: {} as UIMessage,
  by: { id: "bob" },
  // @ts-expect-error metadata of another kind
  messageMetadata: () => ({ modell: "gpt" }),
});

// structured outputs come through
const typed = createRunner(gate, new ToolLoopAgent({ model: "m", output: Output.object({ schema: z.object({ paid: z.boolean() }) }) }), {
  name: "x",
});
type OutputOf<R> = R extends AgentRunner<any, infer O, any, any, any> ? O : never;
sure<OutputOf<typeof typed>, { paid: boolean }>(true);

// every tool keeps its own type
const pay = tool({ inputSchema: SendPayment, execute: async ({ amount }) => ({ ok: amount > 1 }) });
const tools = gateTools(gate, { send_payment: pay, read: tool({ inputSchema: ReadReport, execute: async () => "r" }) }, { threadId: "t" });
sure<InferUITools<typeof tools>["send_payment"]["input"]["amount"], number>(true);
sure<InferUITools<typeof tools>["send_payment"]["output"], { ok: boolean }>(true);
const result = await generateText({ model: "m", prompt: "x", tools });
for (const call of result.toolCalls) if (call.toolName === "send_payment" && !call.dynamic) sure<typeof call.input.amount, number>(true);
streamText({ model: "m", prompt: "x", tools: gateTools(gate, { send_payment: pay }, { threadId: "chat-1", requestedBy: "alice" }) });
declare const mcp: ToolSet;
gateTools(gate, { ...mcp, anything: dynamicTool({ inputSchema: z.unknown(), execute: async () => 1 }) }, ({ toolCallId }) => ({
  threadId: toolCallId,
}));

// args from a tool that exists already
definePolicy({ tools: { c: { args: argsOf(pay), ask: ({ args }) => args.amount > 1 } } });
definePolicy({
  tools: {
    // @ts-expect-error a misspelt argument would let a payment run
    c: { args: argsOf(pay), ask: ({ args }) => args.amuont > 1 },
  },
});

// a policy with context
const contextual = createGate({
  policy: definePolicy({
    context: z.object({ trusted: z.boolean() }),
    tools: { send_payment: { args: SendPayment, ask: ({ context }) => !context.trusted } },
  }),
  store: memoryStore(),
});
const careful = createRunner(contextual, new ToolLoopAgent({ model: "m", tools: gateTools(contextual, { send_payment: pay }) }), {
  name: "careful",
});
await careful.start("t", "x", { context: { trusted: false }, requestedBy: "bob" });
// @ts-expect-error context is required
await careful.start("t", "x");
// @ts-expect-error context is required
await careful.respond({ threadId: "t", message: {} as UIMessage, by: { id: "bob" } });
await careful.respond({ threadId: "t", message: {} as UIMessage, by: { id: "bob" }, context: { trusted: true } });
// @ts-expect-error not this context
gateTools(contextual, { send_payment: pay }, { threadId: "t", context: { trusted: 1 } });

// an existing UI's answer
declare const anyGate: Gate;
await decideNative(anyGate, [{ approvalId: "a", approved: false, reason: "no" }], { threadId: "t", by: { id: "alice" } });
// @ts-expect-error an answer without a person
await decideNative(anyGate, [{ approvalId: "a", approved: true }], { threadId: "t" });

// what an agent is given for each run
const demanding = new ToolLoopAgent<{ tenant: string }, { send_payment: typeof send_payment }>({
  model: "m",
  tools: gateTools(gate, { send_payment }),
  callOptionsSchema: z.object({ tenant: z.string() }),
  prepareCall: ({ options, ...rest }) => ({ ...rest, instructions: `for ${options.tenant}` }),
});
// @ts-expect-error it can't run without call options
createRunner(gate, demanding, { name: "demanding" });
// @ts-expect-error nor with others
createRunner(gate, demanding, { name: "demanding", context: () => ({ options: { tenant: 1 } }) });
// @ts-expect-error nor without any
createRunner(gate, demanding, { name: "demanding", context: () => ({}) });
const demanded = createRunner(gate, demanding, {
  name: "demanding",
  context: async ({ threadId, requestedBy }) => ({
    options: { tenant: `${threadId} ${typeof requestedBy === "object" ? requestedBy.id : "nobody"}` },
    headers: { "x-thread": threadId },
  }),
});
// @ts-expect-error a resume elsewhere wouldn't have it
await demanded.start("t", "x", { options: { tenant: "acme" } });
// @ts-expect-error nor this
await demanded.resume("t", { options: { tenant: "acme" } });
// @ts-expect-error this agent takes none
createRunner(gate, agent, { name: "payments", context: () => ({ options: { tenant: "acme" } }) });
// @ts-expect-error the runner gives it its messages
createRunner(gate, agent, { name: "payments", context: () => ({ messages: [] }) });
createRunner(contextual, new ToolLoopAgent({ model: "m", tools: gateTools(contextual, { send_payment: pay }) }), {
  name: "careful",
  context: ({ context }) => ({ headers: { "x-trusted": String(context?.trusted) } }),
});
