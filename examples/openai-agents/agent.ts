// The payments agent on the OpenAI Agents SDK: an ordinary agent, and its tools behind the gate.
import { currentCall } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, Runner, tool } from "@openai/agents";
import { gate, SendPayment } from "../approvals.ts";
import { pay } from "../bank.ts";
import { OfflineModel } from "./offline-model.ts";

const sendPayment = tool({
  name: "send_payment",
  description: "Pay a vendor",
  parameters: SendPayment,
  execute: (payment) => pay(payment, currentCall()?.idempotencyKey),
});

/** The model that the environment has a key for, or none. */
export const modelName: string | undefined = process.env["OPENAI_API_KEY"] ? "gpt-5.2" : undefined;

const agent = new Agent({
  name: "Payments",
  instructions: "You pay vendors. Propose all payments of a request at once.",
  model: modelName ?? new OfflineModel(),
  tools: gateTools(gate, [sendPayment]),
});

// The SDK sends traces to OpenAI, with the key.
const sdk = new Runner({ tracingDisabled: modelName === undefined });
export const payments = createRunner(gate, agent, { name: "payments-openai", sdk });
