// The payments agent on the AI SDK: an ordinary agent, and its tools gated.
import { createRunner, gateTools } from "@countersign/ai-sdk";
import { currentCall } from "@countersign/core";
import { tool, ToolLoopAgent } from "ai";
import { gate, SendPayment } from "../approvals.ts";
import { pay } from "../bank.ts";
import { offlineModel } from "./offline-model.ts";

const send_payment = tool({
  description: "Pay a vendor",
  inputSchema: SendPayment,
  execute: async (args) => pay(args, currentCall()?.idempotencyKey),
});

const agent = new ToolLoopAgent({
  model: process.env["AI_GATEWAY_API_KEY"] ? "openai/gpt-5.2" : offlineModel,
  instructions: "You pay vendors. Propose all payments of a request at once.",
  tools: gateTools(gate, { send_payment }),
});

export const payments = createRunner(gate, agent, { name: "payments-ai-sdk" });
