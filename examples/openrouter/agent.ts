// The payments agent on OpenRouter's agent SDK: an ordinary tool, and a runner that calls the model.
import { currentCall } from "@countersign/core";
import { createRunner } from "@countersign/openrouter";
import { OpenRouter, tool } from "@openrouter/agent";
import { gate, SendPayment } from "../approvals.ts";
import { pay } from "../bank.ts";
import { offline } from "./offline-model.ts";

const sendPayment = tool({
  name: "send_payment",
  description: "Pay a vendor",
  inputSchema: SendPayment,
  execute: (payment) => pay(payment, currentCall()?.idempotencyKey),
});

/** The model that the environment has a key for, or none. */
export const modelName: string | undefined = process.env["OPENROUTER_API_KEY"] ? "openai/gpt-5.2" : undefined;

const client = new OpenRouter({ apiKey: process.env["OPENROUTER_API_KEY"] ?? "none", ...(modelName ? {} : { httpClient: offline }) });

export const payments = createRunner(gate, client, {
  name: "payments-openrouter",
  model: modelName ?? "offline",
  instructions: "You pay vendors. Propose all payments of a request at once.",
  tools: [sendPayment],
});
