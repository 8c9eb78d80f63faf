import type { ApprovalRequest, Gate } from "@countersign/core";
import { requestIdFor, type ProposedCall, type Thread } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";
import { callsAt, partsOf } from "./turn.ts";
import { isNoticed, withNotice, type ModelOutput } from "./worded.ts";

/**
 * The messages, with each result of a call that a person edited saying so: UIMessages keep a tool's own output alone, so
 * the model wouldn't know on later turns. Each call is found by its own turn; models use call ids again.
 */
export async function withEditsTold(gate: Gate, thread: Thread, messages: ModelMessage[]): Promise<ModelMessage[]> {
  const edited = await editedIn(gate, thread.id);
  if (edited.length === 0) return messages;
  const told = [...messages];
  for (const [at, message] of messages.entries()) {
    if (message.role !== "assistant") continue;
    for (const call of callsAt(messages, at, "questions")) {
      if (!edited.some((request) => isOf(gate, request, call))) continue;
      const result = resultOf(messages, at, call.callId);
      const notice = result && (await noticeOf(thread, call));
      if (result && notice) told[result.at] = noticed(told[result.at] ?? result.message, call.callId, notice);
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

/** Of a call that has run: what is recorded is looked up, and nothing runs. */
async function noticeOf(thread: Thread, call: ProposedCall): Promise<string | undefined> {
  const execution = await thread.execute(call, () => {
    throw new Error("It has run already.");
  });
  return execution.status === "ran" ? execution.notice : undefined;
}

function noticed(message: ModelMessage, callId: string, notice: string): ModelMessage {
  if (message.role !== "tool") return message;
  const retold = (output: ModelOutput): ModelOutput => (isNoticed(output, notice) ? output : withNotice(output, notice));
  const content = message.content.map((part) =>
    part.type === "tool-result" && part.toolCallId === callId ? { ...part, output: retold(part.output) } : part,
  );
  return { ...message, content };
}
