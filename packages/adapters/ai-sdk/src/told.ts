import { CountersignError } from "@countersign/core";
import { leftOpen, NO_RESULT, NOT_RUN, type ProposedCall, type Thread } from "@countersign/core/adapter";
import type { ModelMessage, ToolModelMessage, ToolSet } from "ai";
import { gatedOf } from "./gated.ts";
import type { Run } from "./run.ts";
import { openTurn, proposedCalls, type KnownBy, type OpenCall, type Turn } from "./turn.ts";
import { plainOutput, withNotice, worded, type Aside, type ModelOutput } from "./worded.ts";

/** By the very arguments object: the SDK hands it to the tool, and then to what makes the model's text of the result. */
const asides = new WeakMap<object, Aside | { readonly leaving: CountersignError }>();

export function noteFor(input: object, { notice, replayed = false, args }: Aside): void {
  if (notice !== undefined || replayed) asides.set(input, { notice, replayed, args });
  else asides.delete(input);
}

/**
 * What a tool throws becomes text for the model, and the model plans on with it. What is thrown while that text is made
 * leaves the SDK: so an error that the model must not see waits until then.
 */
export function leaveFrom(input: object, leaving: CountersignError): void {
  asides.set(input, { leaving });
}

/** For whatever else reads the result until then, and for whoever words it without the gated tool: why there is none. */
export class NoResult {
  readonly error: string;

  constructor(error: string) {
    this.error = error;
  }
}

/** @throws the error that must leave instead */
export function asideFor(input: unknown): Aside {
  const aside = typeof input === "object" && input !== null ? asides.get(input) : undefined;
  if (!aside) return {};
  if ("leaving" in aside) throw aside.leaving;
  return aside;
}

/**
 * An answer to each call that was left open, from what is recorded of it: providers refuse a conversation with open calls. A
 * question of the provider's own is answered in its own form, and what it runs without a question is its own to answer.
 */
export async function answersToOpenCalls(
  run: Pick<Run, "thread" | "tools" | "outputs">,
  messages: readonly ModelMessage[],
  by: KnownBy,
): Promise<readonly ToolModelMessage[]> {
  const turn = openTurn(messages);
  if (!turn) return [];
  const calls = proposedCalls(messages, turn, by);
  const answers = turn.open.map(async (open, index): Promise<ToolModelMessage["content"]> => {
    const call = calls[index];
    if (!open.providerExecuted) return [resultOf(open, call ? await outputFor(run, call) : denied(NO_RESULT))];
    return open.approvalId === undefined || !call ? [] : [responseTo(open.approvalId, true, await reasonFor(run.thread, call))];
  });
  return toolMessage((await Promise.all(answers)).flat());
}

/** None for no content: providers refuse an empty message. */
export function toolMessage(content: ToolModelMessage["content"]): readonly ToolModelMessage[] {
  return content.length > 0 ? [{ role: "tool", content }] : [];
}

/**
 * The one message that lets the SDK go on: its own kind of answer for each call that it stopped for. What was approved is
 * looked up again when it runs.
 */
export async function responsesTo(thread: Thread, { open }: Turn, calls: readonly ProposedCall[]): Promise<ToolModelMessage["content"]> {
  const content = await Promise.all(
    open.map(async ({ approvalId, providerExecuted }, index) => {
      const call = calls[index];
      if (approvalId === undefined || !call) return [];
      return [responseTo(approvalId, providerExecuted, await refusalOf(thread, call, providerExecuted))];
    }),
  );
  return content.flat();
}

function responseTo(approvalId: string, providerExecuted: boolean, refusal: string | undefined): ToolModelMessage["content"][number] {
  return {
    type: "tool-approval-response",
    approvalId,
    approved: refusal === undefined,
    ...(refusal === undefined ? {} : { reason: refusal }),
    ...(providerExecuted ? { providerExecuted } : {}),
  };
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
  return toolMessage(calls.map((call) => resultOf(call, plainOutput(answered[call.id]))));
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
  // What nobody was asked about is decided by the policy alone, where it runs.
  const runsHere = !providerExecuted && (!request || request.status === "approved");
  if (runsHere) return undefined;
  // The provider runs it as soon as it is told: from here on it may have run.
  const execution = await thread.execute(call, () => BY_PROVIDER);
  if (execution.status === "pending") throw new CountersignError("NOT_APPROVED", { request: execution.request });
  return execution.status === "refused" ? execution.message : undefined;
}
const BY_PROVIDER = "The provider was told to run it.";

async function outputFor({ thread, tools, outputs }: Pick<Run, "thread" | "tools" | "outputs">, call: ProposedCall): Promise<ModelOutput> {
  const left = await leftOpen(thread, call);
  switch (left.status) {
    case "ran": {
      outputs.set(call.callId, left.result);
      const gated = gatedOf(Object.hasOwn(tools, call.tool) ? tools[call.tool] : undefined);
      const told = { toolCallId: call.callId, input: call.args, output: left.result };
      return gated ? worded(gated, told, left) : withNotice(plainOutput(left.result), left.notice);
    }
    case "not run":
      return denied(left.message);
    case "failed":
      return { type: "error-text", value: left.message };
  }
}

/** Why a question of the provider's is answered with no, where a run leaves it open: a yes would have it run now. */
async function reasonFor(thread: Thread, call: ProposedCall): Promise<string> {
  const left = await leftOpen(thread, call);
  return left.status === "ran" ? HANDED_OVER : left.message;
}
const HANDED_OVER = "The run ended after the provider was told to run this call. It may have run; do not repeat it.";

function denied(reason: string): ModelOutput {
  return { type: "execution-denied", reason };
}
