// The payments agent on OpenRouter's agent SDK, with the framework's own approvals.
import { OpenRouter, tool, deserializeConversationState, serializeConversationState, type StateAccessor } from "@openrouter/agent";
import { SendPayment } from "../approvals.ts";
import { pay } from "../bank.ts";
import { loadRun, saveRun } from "../native-runs.ts";
import { offline } from "./offline-model.ts";

const sendPayment = tool({
  name: "send_payment",
  description: "Pay a vendor",
  inputSchema: SendPayment,
  requireApproval: ({ amount }) => amount > 1_000,
  execute: (payment) => pay(payment, undefined),
});

/** The model that the environment has a key for, or none. */
export const modelName: string | undefined = process.env["OPENROUTER_API_KEY"] ? "openai/gpt-5.2" : undefined;

const client = new OpenRouter({ apiKey: process.env["OPENROUTER_API_KEY"] ?? "none", ...(modelName ? {} : { httpClient: offline }) });

export async function start(threadId: string, sentence: string): Promise<string> {
  return call(threadId, { input: sentence });
}

export async function resume(threadId: string, approved: boolean): Promise<string> {
  const ids = ((await stateOf(threadId).load())?.pendingToolCalls ?? []).map(({ id }) => id);
  return call(threadId, { input: [], ...(approved ? { approveToolCalls: ids } : { rejectToolCalls: ids }) });
}

async function call(
  threadId: string,
  given: { input: string | []; approveToolCalls?: string[]; rejectToolCalls?: string[] },
): Promise<string> {
  const result = client.callModel({
    model: modelName ?? "offline",
    instructions: "You pay vendors. Propose all payments of a request at once.",
    tools: [sendPayment],
    state: stateOf(threadId),
    ...given,
  });
  const text = await result.getText();
  return (await result.requiresApproval()) ? "suspended" : text;
}

function stateOf(threadId: string): StateAccessor<[typeof sendPayment]> {
  return {
    async load() {
      const saved = loadRun(threadId);
      return saved === undefined
        ? null
        : (deserializeConversationState(saved) as Awaited<ReturnType<StateAccessor<[typeof sendPayment]>["load"]>>);
    },
    save: async (state) => saveRun(threadId, serializeConversationState(state)),
  };
}
