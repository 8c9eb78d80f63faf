// The payments agent on the AI SDK, with the framework's own approvals.
import { tool, ToolLoopAgent, type ModelMessage, type ToolApprovalResponse } from "ai";
import { SendPayment } from "../approvals.ts";
import { pay } from "../bank.ts";
import { loadRun, saveRun } from "../native-runs.ts";
import { offlineModel } from "./offline-model.ts";

const send_payment = tool({
  description: "Pay a vendor",
  inputSchema: SendPayment,
  execute: async (args) => pay(args, undefined),
});

const agent = new ToolLoopAgent({
  model: process.env["AI_GATEWAY_API_KEY"] ? "openai/gpt-5.2" : offlineModel,
  instructions: "You pay vendors. Propose all payments of a request at once.",
  tools: { send_payment },
  toolApproval: { send_payment: ({ amount }) => (amount > 1_000 ? "user-approval" : undefined) },
});

export async function start(threadId: string, sentence: string): Promise<string> {
  return generate(threadId, [{ role: "user", content: sentence }]);
}

export async function resume(threadId: string, approved: boolean): Promise<string> {
  const messages = JSON.parse(loadRun(threadId) ?? "[]") as ModelMessage[];
  const asked = messages.at(-1)?.content;
  const answers = (Array.isArray(asked) ? asked : []).flatMap((part): ToolApprovalResponse[] =>
    part.type === "tool-approval-request" && !part.isAutomatic
      ? [{ type: "tool-approval-response", approvalId: part.approvalId, approved }]
      : [],
  );
  return generate(threadId, [...messages, { role: "tool", content: answers }]);
}

async function generate(threadId: string, messages: ModelMessage[]): Promise<string> {
  const result = await agent.generate({ messages });
  const waits = result.content.some((part) => part.type === "tool-approval-request" && !part.isAutomatic);
  if (!waits) return result.text;
  saveRun(threadId, JSON.stringify([...messages, ...result.responseMessages]));
  return "suspended";
}
