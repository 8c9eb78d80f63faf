import type { ApprovalRequest, Gate } from "@countersign/core";
import { requestIdFor, type Execution, type ProposedCall, type Thread } from "@countersign/core/adapter";
import type { ModelMessage, ToolSet } from "ai";
import { gatedOf } from "./gated.ts";
import { callsAt, partsOf } from "./turn.ts";
import { isNoticed, withNotice, worded, type ModelOutput } from "./worded.ts";

/**
 * The messages, with each result of a call that a person edited saying so: UIMessages keep a tool's own output alone, so
 * the model wouldn't know on later turns. Each call is found by its own turn; models use call ids again.
 * @param tools to word a result anew where they word it themselves: of UIMessages they were shown the model's own arguments
 */
export async function withEditsTold(
  gate: Gate,
  thread: Thread,
  messages: ModelMessage[],
  tools: ToolSet | undefined,
): Promise<ModelMessage[]> {
  const edited = await editedIn(gate, thread.id);
  if (edited.length === 0) return messages;
  const told = [...messages];
  for (const [at, message] of messages.entries()) {
    if (message.role !== "assistant") continue;
    for (const call of callsAt(messages, at, "questions")) {
      if (!edited.some((request) => isOf(gate, request, call))) continue;
      const result = resultOf(messages, at, call.callId);
      const ran = result && (await ranAs(thread, call));
      if (result && ran) told[result.at] = await noticed(told[result.at] ?? result.message, { call, ran, tools });
    }
  }
  return told;
}

/** Those that have run. All of a thread, in pages. */
async function editedIn(gate: Gate, threadId: string): Promise<readonly ApprovalRequest[]> {
  const found: ApprovalRequest[] = [];
  for (let after: string | undefined; ;) {
    const page = await gate.list({ threadId, execution: "done", limit: 1_000, ...(after === undefined ? {} : { after }) });
    found.push(...page.items.filter(({ decisions }) => decisions.some(({ decision }) => decision.type === "edit")));
    if (page.next === undefined) return found;
    after = page.next;
  }
}

function isOf(gate: Gate, request: ApprovalRequest, call: ProposedCall): boolean {
  return request.tool === call.tool && request.id === requestIdFor(gate, request.threadId, call);
}

interface Result {
  readonly at: number;
  readonly message: ModelMessage;
}

/** The message with the result of a call: it stands behind it, before the model speaks again. */
function resultOf(messages: readonly ModelMessage[], call: number, callId: string): Result | undefined {
  for (const [behind, message] of messages.slice(call + 1).entries()) {
    if (message.role === "assistant") return undefined;
    if (partsOf(message).some((part) => part.type === "tool-result" && part.toolCallId === callId))
      return { at: call + 1 + behind, message };
  }
  return undefined;
}

type Ran = Extract<Execution<unknown>, { status: "ran" }> & { readonly notice: string };

/** What is recorded of a call that has run is looked up, and nothing runs. Undefined: there is nothing to tell. */
async function ranAs(thread: Thread, call: ProposedCall): Promise<Ran | undefined> {
  const execution = await thread.execute<unknown>(call, () => {
    throw new Error("It has run already.");
  });
  return execution.status === "ran" && execution.notice !== undefined ? { ...execution, notice: execution.notice } : undefined;
}

interface Edited {
  readonly call: ProposedCall;
  readonly ran: Ran;
  readonly tools: ToolSet | undefined;
}

async function noticed(message: ModelMessage, { call, ran, tools }: Edited): Promise<ModelMessage> {
  if (message.role !== "tool") return message;
  const gated = gatedOf(tools?.[call.tool]);
  const retold = async (output: ModelOutput): Promise<ModelOutput> => {
    if (isNoticed(output, ran.notice)) return output;
    if (!gated?.tool.toModelOutput) return withNotice(output, ran.notice);
    return worded(gated, { toolCallId: call.callId, input: call.args, output: ran.result }, ran);
  };
  const content = message.content.map(async (part) =>
    part.type === "tool-result" && part.toolCallId === call.callId ? { ...part, output: await retold(part.output) } : part,
  );
  return { ...message, content: await Promise.all(content) };
}
