import { turnIdOf, type ProposedCall } from "@countersign/core/adapter";
import { AIMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";

/** One model response and the calls it proposes. */
export interface Turn {
  readonly message: AIMessage;
  readonly turnId: string;
  /** The calls that no ToolMessage has answered yet. */
  readonly open: readonly ToolCall[];
}

/** The last model response, if it proposes calls that are still open. */
export function openTurn(messages: readonly BaseMessage[]): Turn | undefined {
  const turn = turnAt(messages, messages.findLastIndex(isAI));
  return turn && turn.open.length > 0 ? turn : undefined;
}

/** The model response that proposed this call: the last one that has a call of its id. */
export function turnProposing(messages: readonly BaseMessage[], call: ToolCall): Turn | undefined {
  return turnAt(
    messages,
    messages.findLastIndex((message) => isAI(message) && proposes(message, call)),
  );
}

/** The call as it is gated and signed. */
export function proposedCall(turnId: string, call: ToolCall): ProposedCall {
  return { turnId, callId: callIdOf(call), tool: call.name, args: call.args };
}

/** Some models leave the id out. Two equal calls of one response then can't be told apart, and core refuses them. */
export function callIdOf({ id, name, args }: ToolCall): string {
  return id ?? JSON.stringify([name, args]);
}

/**
 * LangChain takes a call for done if any result in the history bears its id, unless all calls of the turn are like that:
 * then the repeated ids of a mixed turn get a number, or their calls would never run and never be answered.
 */
export function numberRepeatedIds(message: AIMessage, history: readonly BaseMessage[]): void {
  const answered = new Set(history.flatMap((earlier) => (ToolMessage.isInstance(earlier) ? [earlier.tool_call_id] : [])));
  const calls = message.tool_calls ?? [];
  const repeats = calls.filter(({ id }) => id !== undefined && answered.has(id));
  if (repeats.length === 0 || repeats.length === calls.length) return;
  const taken = new Set([...answered, ...calls.map(({ id }) => id)]);
  message.tool_calls = calls.map((call) => (repeats.includes(call) ? { ...call, id: unused(call.id ?? "", taken) } : call));
}

function unused(id: string, taken: ReadonlySet<string | undefined>): string {
  for (let number = 2; ; number++) if (!taken.has(`${id}-${number}`)) return `${id}-${number}`;
}

function turnAt(messages: readonly BaseMessage[], index: number): Turn | undefined {
  const message = messages[index];
  if (!message || !isAI(message)) return undefined;
  // Models reuse call ids: only what follows this message answers it.
  const answered = new Set(messages.slice(index + 1).flatMap((later) => (ToolMessage.isInstance(later) ? [later.tool_call_id] : [])));
  const open = (message.tool_calls ?? []).filter(({ id }) => id === undefined || !answered.has(id));
  return { message, turnId: message.id ?? turnIdOf(messages.slice(0, index + 1).map(essence)), open };
}

export function isAI(message: BaseMessage): message is AIMessage {
  return AIMessage.isInstance(message);
}

function proposes({ tool_calls = [] }: AIMessage, call: ToolCall): boolean {
  return tool_calls.some((proposed) => callIdOf(proposed) === callIdOf(call));
}

/** What of a message survives every serializer unchanged. */
function essence(message: BaseMessage): unknown {
  const calls = isAI(message) ? message.tool_calls : undefined;
  return [message.type, message.content, calls?.map(({ id, name, args }) => [id, name, args])];
}
