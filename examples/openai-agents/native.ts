// The payments agent on the OpenAI Agents SDK, with the framework's own approvals.
import { Agent, Runner, RunState, tool } from "@openai/agents";
import { SendPayment } from "../approvals.ts";
import { pay } from "../bank.ts";
import { loadRun, saveRun } from "../native-runs.ts";
import { OfflineModel } from "./offline-model.ts";

const sendPayment = tool({
  name: "send_payment",
  description: "Pay a vendor",
  parameters: SendPayment,
  needsApproval: async (_, { amount }) => amount > 1_000,
  execute: (payment) => pay(payment, undefined),
});

/** The model that the environment has a key for, or none. */
export const modelName: string | undefined = process.env["OPENAI_API_KEY"] ? "gpt-5.2" : undefined;

const agent = new Agent({
  name: "Payments",
  instructions: "You pay vendors. Propose all payments of a request at once.",
  model: modelName ?? new OfflineModel(),
  tools: [sendPayment],
});

// The SDK sends traces to OpenAI, with the key.
const sdk = new Runner({ tracingDisabled: modelName === undefined });

export async function start(threadId: string, sentence: string): Promise<string> {
  return outcomeOf(threadId, await run(sentence));
}

export async function resume(threadId: string, approved: boolean): Promise<string> {
  const state = await RunState.fromString<unknown, typeof agent>(agent, loadRun(threadId) ?? "");
  for (const item of state.getInterruptions()) {
    if (approved) state.approve(item);
    else state.reject(item);
  }
  return outcomeOf(threadId, await run(state));
}

function run(input: string | RunState<unknown, typeof agent>) {
  return sdk.run(agent, input);
}

function outcomeOf(threadId: string, result: Awaited<ReturnType<typeof run>>): string {
  if (result.interruptions.length === 0) return result.finalOutput ?? "";
  saveRun(threadId, result.state.toString());
  return "suspended";
}
