// The payments agent on LangGraph: an ordinary agent, and one line of middleware.
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { currentCall } from "@countersign/core";
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { createAgent, tool } from "langchain";
import { gate, SendPayment } from "../approvals.ts";
import { pay } from "../bank.ts";
import { OfflineModel } from "./offline-model.ts";

const sendPayment = tool((args) => pay(args, currentCall()?.idempotencyKey), {
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
  middleware: [approvalMiddleware(gate)],
});

export const payments = createRunner(gate, agent, { name: "payments-langgraph" });
