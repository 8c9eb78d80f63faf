import { leftOpen, NO_RESULT, NOT_RUN, type ProposedCall, type Thread } from "@countersign/core/adapter";
import type { ModelMessage, ToolModelMessage, ToolSet } from "ai";
import { plainOutput, withNotice, type ModelOutput } from "./told.ts";
import { openTurn, proposedCalls, type OpenCall, type Turn } from "./turn.ts";

/**
 * A result for each call that was left open, from what is recorded of it: providers refuse a conversation with open calls.
 * Nothing: no call is open.
 */
export async function answersToOpenCalls(thread: Thread, messages: readonly ModelMessage[]): Promise<readonly ToolModelMessage[]> {
  const turn = openTurn(messages);
  if (!turn) return [];
  const outputs = await Promise.all(proposedCalls(messages, turn).map((call) => outputFor(thread, call)));
  const content = turn.open.map((call, index) => resultOf(call, outputs[index] ?? denied(NO_RESULT)));
  return [{ role: "tool", content }];
}

/**
 * The one message that lets the SDK go on: its own kind of answer for each call that it stopped for. What was approved is
 * looked up again when it runs.
 */
export async function responsesTo(thread: Thread, { open }: Turn, calls: readonly ProposedCall[]): Promise<ToolModelMessage> {
  const content = await Promise.all(
    open.map(async ({ approvalId, providerExecuted }, index) => {
      const call = calls[index];
      if (approvalId === undefined || !call) return [];
      const refusal = await refusalOf(thread, call, providerExecuted);
      return [
        {
          type: "tool-approval-response" as const,
          approvalId,
          approved: refusal === undefined,
          ...(refusal === undefined ? {} : { reason: refusal }),
          ...(providerExecuted ? { providerExecuted } : {}),
        },
      ];
    }),
  );
  return { role: "tool", content: content.flat() };
}

/** A call of a tool without `execute`: no question of anybody's, the browser answers it. */
export function isTheBrowsers({ tool, approvalId, providerExecuted }: OpenCall, tools: ToolSet): boolean {
  const known = Object.hasOwn(tools, tool) ? tools[tool] : undefined;
  return known !== undefined && !known.execute && approvalId === undefined && !providerExecuted;
}

/** What the browser answered to its calls. A tool of the server's own is none of its business. */
export function browserResults(
  messages: readonly ModelMessage[],
  tools: ToolSet,
  answered: Readonly<Record<string, unknown>>,
): readonly ToolModelMessage[] {
  const calls = (openTurn(messages)?.open ?? []).filter((call) => isTheBrowsers(call, tools) && Object.hasOwn(answered, call.id));
  const content = calls.map((call) => resultOf(call, plainOutput(answered[call.id])));
  return content.length > 0 ? [{ role: "tool", content }] : [];
}

/** A response that was cut off leaves calls that the SDK neither ran nor asked about. */
export function cutOffResults({ open }: Turn): ToolModelMessage["content"] {
  const left = open.filter(({ approvalId, providerExecuted }) => approvalId === undefined && !providerExecuted);
  return left.map((call) => resultOf(call, denied(NOT_RUN)));
}

function resultOf({ id, tool }: OpenCall, output: ModelOutput) {
  return { type: "tool-result" as const, toolCallId: id, toolName: tool, output };
}

/** Why a decided call does not run. Undefined: it may. */
async function refusalOf(thread: Thread, call: ProposedCall, providerExecuted: boolean): Promise<string | undefined> {
  const request = await thread.recorded(call);
  const mayRun = request?.status === "approved";
  // The provider runs it as soon as it is told: from here on it may have run.
  if (mayRun && !providerExecuted) return undefined;
  // What nobody was asked about is settled by the policy alone, where it runs.
  if (!request) return undefined;
  const execution = await thread.execute(call, () => BY_PROVIDER);
  return execution.status === "refused" ? execution.message : undefined;
}
const BY_PROVIDER = "The provider was told to run it.";

async function outputFor(thread: Thread, call: ProposedCall): Promise<ModelOutput> {
  const left = await leftOpen(thread, call);
  switch (left.status) {
    case "ran":
      return withNotice(plainOutput(left.result), left.notice);
    case "not run":
      return denied(left.message);
    case "failed":
      return { type: "error-text", value: left.message };
  }
}

function denied(reason: string): ModelOutput {
  return { type: "execution-denied", reason };
}
