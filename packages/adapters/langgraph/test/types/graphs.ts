// Compiled by `check`, never run: graphs, gated tools and questions keep their own types.
import { definePolicy } from "@countersign/core";
import type { AgentRunner, Gate } from "@countersign/core";
import { argsOf, createRunner, gateTools, requestApproval } from "@countersign/langgraph";
import { Annotation, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { createAgent, tool } from "langchain";
import { z } from "zod";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function sure<A, B>(_: Equal<A, B>): void {}
type Output<R> = R extends AgentRunner<any, infer O, any, any, any> ? O : never;

const Transfer = z.object({ amount: z.number(), due: z.coerce.date().optional() });
const policy = definePolicy({ tools: { transfer: { args: Transfer, ask: ({ args }) => args.amount > 1 } } });
declare const gate: Gate<{ transfer: { in: z.input<typeof Transfer>; out: z.output<typeof Transfer> } }>;
void policy;

// a graph over messages takes text, another one does not
const chat = new StateGraph(MessagesAnnotation)
  .addNode("a", () => ({}))
  .addEdge(START, "a")
  .compile({ checkpointer: new MemorySaver() });
const chats = createRunner(gate, chat, { name: "chat" });
await chats.start("t", "hello");
await chats.start("t", { messages: "hello" });
// @ts-expect-error no such channel
await chats.start("t", { message: "hello" });
// @ts-expect-error not an option of LangGraph
createRunner(gate, chat, { name: "chat", context: () => ({ durability: "sometimes" }) });
const sums = createRunner(
  gate,
  new StateGraph(Annotation.Root({ amount: Annotation<number> }))
    .addNode("a", () => ({}))
    .addEdge(START, "a")
    .compile(),
  { name: "sums" },
);
await sums.start("t", { amount: 1 });
// @ts-expect-error this graph has no messages
await sums.start("t", "hello");
sure<Output<typeof sums>["amount"], number>(true);

// gated tools are the same tools, and tools that the provider runs pass through
const transfer = tool(async ({ amount }) => `${amount}`, { name: "transfer", description: "", schema: Transfer });
const gated = gateTools(gate, [transfer]);
sure<(typeof gated)[0], typeof transfer>(true);
new ToolNode(gated);
createAgent({ model: "m", tools: gateTools(gate, [transfer, { type: "web_search" }]) });
gateTools(gate, [transfer], (config) => ({ requestedBy: String(config.configurable?.["user"]) }));
// @ts-expect-error not tools
gateTools(gate, [1]);

// the schema of a tool types the policy
definePolicy({ tools: { transfer: { args: argsOf(transfer), ask: ({ args }) => args.amount > 1 } } });
// @ts-expect-error no such argument
definePolicy({ tools: { transfer: { args: argsOf(transfer), ask: ({ args }) => args.sum > 1 } } });

// a question is typed by the policy: in by what the schema takes, out by what it makes of it
const approval = await requestApproval(gate, { tool: "transfer", args: { amount: 1 } });
switch (approval.status) {
  case "allowed":
  case "approved":
    sure<typeof approval.args, { amount: number; due?: Date | undefined }>(true);
    await gate.execute(approval, (args, { idempotencyKey }) => [args.amount, idempotencyKey]);
    break;
  default:
    sure<typeof approval.message, string>(true);
}
// @ts-expect-error not this tool's arguments
await requestApproval(gate, { tool: "transfer", args: { amount: "1" } });
// a tool that no rule names takes any arguments
await requestApproval(gate, { tool: "delete_user", args: { id: 7 }, key: "user-7", requestedBy: "bob" });
