// The payments agent on LangGraph, with the framework's own approvals.
import { Command } from "@langchain/langgraph";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { createAgent, humanInTheLoopMiddleware, tool } from "langchain";
import { SendPayment } from "../approvals.ts";
import { pay } from "../bank.ts";
import { OfflineModel } from "./offline-model.ts";

const sendPayment = tool((args) => pay(args, undefined), {
  name: "send_payment",
  description: "Pay a vendor",
  schema: SendPayment,
});

/** The model that the environment has a key for, or none. */
export const modelName: string | undefined = process.env["OPENAI_API_KEY"]
  ? "openai:gpt-5.2"
  : process.env["ANTHROPIC_API_KEY"]
    ? "anthropic:claude-sonnet-4-5"
    : undefined;

export const agent = createAgent({
  model: modelName ?? new OfflineModel(),
  tools: [sendPayment],
  systemPrompt: "You pay vendors. Propose all payments of a request at once.",
  checkpointer: SqliteSaver.fromConnString(process.env["CHECKPOINTS_DB"] ?? "checkpoints.db"),
  middleware: [
    humanInTheLoopMiddleware({
      interruptOn: { send_payment: { allowedDecisions: ["approve", "reject"], when: ({ toolCall }) => toolCall.args["amount"] > 1_000 } },
    }),
  ],
});

const inThread = (threadId: string) => ({ configurable: { thread_id: threadId } });

export async function start(threadId: string, sentence: string): Promise<string> {
  return outcomeOf(await agent.invoke({ messages: sentence }, inThread(threadId)));
}

export async function resume(threadId: string, approved: boolean): Promise<string> {
  const { tasks } = await agent.graph.getState(inThread(threadId));
  const waiting = tasks.flatMap(({ interrupts }) =>
    interrupts.flatMap(({ value }) => (value as { actionRequests: unknown[] }).actionRequests),
  );
  const decisions = waiting.map(() => ({ type: approved ? "approve" : "reject" }));
  return outcomeOf(await agent.invoke(new Command({ resume: { decisions } }), inThread(threadId)));
}

function outcomeOf(result: { readonly messages: readonly { readonly text: string }[] }): string {
  return "__interrupt__" in result ? "suspended" : (result.messages.at(-1)?.text ?? "");
}
