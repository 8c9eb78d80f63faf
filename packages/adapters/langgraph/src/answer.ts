import { ToolMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import { Command, isCommand } from "@langchain/langgraph";

/** Answers a call that did not run. */
export function refusalMessage(call: ToolCall, message: string): ToolMessage {
  return new ToolMessage({ content: message, tool_call_id: call.id ?? "", name: call.name, status: "error" });
}

/** The transcript has to say which arguments ran: the notice stands before the tool's own text. */
export function withNotice(output: unknown, notice: string | undefined, callId: string | undefined): unknown {
  if (notice === undefined) return output;
  if (ToolMessage.isInstance(output)) return noted(output, notice);
  if (isCommand(output)) return notedCommand(output, notice, callId);
  return notice + (typeof output === "string" ? output : JSON.stringify(output));
}

function noted(message: ToolMessage, notice: string): ToolMessage {
  const { content } = message;
  const changed = new ToolMessage({ ...message.lc_kwargs, tool_call_id: message.tool_call_id, content });
  changed.content = typeof content === "string" ? notice + content : [{ type: "text", text: notice }, ...content];
  return changed;
}

/** A tool that answers with a Command carries its own ToolMessage; one that doesn't has no text for the model. */
function notedCommand(command: Command, notice: string, callId: string | undefined): Command {
  const note = (message: unknown): unknown =>
    ToolMessage.isInstance(message) && message.tool_call_id === callId ? noted(message, notice) : message;
  const rewrite = (value: unknown): unknown => (Array.isArray(value) ? value.map(note) : note(value));
  const { update, goto, graph } = command;
  const changed = Array.isArray(update)
    ? update.map(([key, value]) => [key, key === "messages" ? rewrite(value) : value])
    : typeof update === "object" && update !== null && "messages" in update
      ? { ...update, messages: rewrite(update["messages"]) }
      : update;
  return new Command({ goto, ...(graph === undefined ? {} : { graph }), update: changed } as ConstructorParameters<typeof Command>[0]);
}
