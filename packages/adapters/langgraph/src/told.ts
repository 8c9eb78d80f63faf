import type { Gate } from "@countersign/core";
import { isUnexecuted, leftOpen, NO_RESULT, textOf } from "@countersign/core/adapter";
import { RemoveMessage, ToolMessage, type AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import { Command, isCommand, ParentCommand, REMOVE_ALL_MESSAGES } from "@langchain/langgraph";
import { decode } from "./checkpoints/receipt.ts";
import type { Run } from "./run.ts";
import { openTurn, proposedCall, type Turn } from "./turn.ts";

/** Answers a call that did not run. */
export function refusalMessage(call: ToolCall, message: string): ToolMessage {
  return new ToolMessage({ content: message, tool_call_id: call.id ?? "", name: call.name, status: "error" });
}

/** The transcript has to say which arguments ran: the notice stands before the tool's own text. A value that is none stays as it is. */
export function withNotice(output: unknown, notice: string | undefined, callId: string | undefined): unknown {
  if (notice === undefined) return output;
  if (ToolMessage.isInstance(output)) return noted(output, notice);
  if (isCommand(output)) return notedCommand(output, notice, callId);
  return typeof output === "string" ? notice + output : output;
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

/** A call that ran. `notice`, for the model: a person changed the arguments. */
interface Ran {
  readonly output: unknown;
  readonly notice: string | undefined;
}

/** What a tool node is told. */
export function toldOutput({ output, notice }: Ran, from: ToolCall): ToolMessage | Command {
  return withNotice(asToolOutput(output, from), notice, from.id) as ToolMessage | Command;
}

/** A tool node takes messages and commands. A settled execution's result is whatever a person wrote down. */
export function asToolOutput(output: unknown, from: ToolCall): ToolMessage | Command {
  if (ToolMessage.isInstance(output)) return output;
  if (isCommand(output)) return output;
  const content = output === undefined ? "The call ran. Its result was not recorded." : textOf(output);
  return new ToolMessage({ content, tool_call_id: from.id ?? "", name: from.name });
}

/**
 * Providers refuse a conversation with unanswered calls, so each gets an answer when a new input comes or a reviewer ends the
 * run: what is recorded of it, or that it did not run. Nothing runs here.
 */
export async function answerToOpenCall({ thread }: Run, turnId: string, from: ToolCall): Promise<ToolMessage> {
  const left = await leftOpen(thread, proposedCall(turnId, from), { decode: (json) => decode(json, from.id) });
  if (left.status !== "ran") return refusalMessage(from, left.message);
  const output = left.result instanceof ParentCommand ? undefined : left.result;
  const told = toldOutput({ output, notice: left.notice }, from);
  return "tool_call_id" in told ? told : refusalMessage(from, NO_RESULT);
}

/** A new input came while calls were open: requests that nobody has executed are withdrawn. */
export async function answersToOpenCalls(gate: Gate, run: Run, { turnId, open }: Turn): Promise<readonly ToolMessage[]> {
  return Promise.all(
    open.map(async (call) => {
      const request = await run.thread.recorded(proposedCall(turnId, call));
      const answer = await answerToOpenCall(run, turnId, call);
      if (request && isUnexecuted(request)) await withdraw(gate, request.id);
      return answer;
    }),
  );
}
/** A new input came instead. */
export async function withdraw(gate: Gate, id: string): Promise<void> {
  await gate.cancel(id, { by: WITHDRAWER, reason: "a new input came instead" });
}
const WITHDRAWER = { id: "countersign", kind: "service" } as const;

/** A conversation as it shall be given to the model. */
export interface Repair {
  readonly messages: BaseMessage[];
  /** What makes the graph's state the same, when the model has answered. */
  update(answer: AIMessage): { readonly messages: BaseMessage[] };
}

/** Puts the answers where providers want them: right behind the message that made the calls. */
export async function repairOf(gate: Gate, run: Run, messages: readonly BaseMessage[]): Promise<Repair | undefined> {
  const turn = openTurn(messages);
  if (!turn) return undefined;
  const at = messages.indexOf(turn.message) + 1;
  // Nothing came instead of the answers: whoever runs the agent like this wants the calls to run.
  if (messages.slice(at).every((message) => ToolMessage.isInstance(message))) return undefined;
  const answers = await answersToOpenCalls(gate, run, turn);
  const repaired = [...messages.slice(0, at), ...answers, ...messages.slice(at)];
  return {
    messages: repaired,
    update: (answer) => ({ messages: [new RemoveMessage({ id: REMOVE_ALL_MESSAGES }), ...repaired, answer] }),
  };
}
