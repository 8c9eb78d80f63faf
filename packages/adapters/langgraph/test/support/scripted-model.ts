import { appendFileSync } from "node:fs";
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { RunnableLambda } from "@langchain/core/runnables";
import { TOKENS } from "@countersign/conformance";

export interface ScriptedCall {
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly id?: string;
}

/** What a model was asked, and what it then proposed. */
export type Script = (messages: readonly BaseMessage[]) => readonly ScriptedCall[] | string;

/**
 * A chat model that follows a script. Every request it gets is logged outside the process, and a conversation that a
 * provider would refuse (a call without its answer) is refused here too.
 */
export class ScriptedModel extends BaseChatModel {
  readonly script: Script;
  readonly log: string | undefined;
  requests = 0;
  lastMessages: readonly BaseMessage[] = [];

  constructor(script: Script, log?: string) {
    super({});
    this.script = script;
    this.log = log;
  }

  override _llmType(): string {
    return "scripted";
  }

  override bindTools(): this {
    return this;
  }

  /** A structured answer is what the model has just said, as JSON. It asks nothing more. */
  override withStructuredOutput(): never {
    return RunnableLambda.from(
      (messages: BaseMessage[]) => JSON.parse(messages.findLast((each) => AIMessage.isInstance(each))?.text ?? "") as object,
    ) as never;
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    refuseUnanswered(messages);
    this.requests++;
    this.lastMessages = messages;
    if (this.log) appendFileSync(this.log, `request ${process.pid}\n`);
    const answer = this.script(messages);
    const message = said(
      typeof answer === "string"
        ? { content: answer }
        : {
            content: "",
            tool_calls: answer.map(({ name, args, id }, index) => ({ name, args, id: id ?? `call_${index}`, type: "tool_call" as const })),
          },
    );
    return { generations: [{ message, text: message.text }] };
  }
}

/** Every answer says what it took. Its declared type has no place for that. */
function said(fields: Pick<AIMessage, "content" | "tool_calls">): AIMessage {
  const { inputTokens, outputTokens } = TOKENS;
  const usage_metadata = { input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
  return new AIMessage({ ...fields, usage_metadata } as never);
}

/** Takes its calls from the user: the last human message is a JSON list of `[tool, args]`. Answers with all results. */
export const obedient: Script = (messages) => {
  const last = messages.findLastIndex((message) => HumanMessage.isInstance(message));
  const results = messages.slice(last + 1).filter((message) => ToolMessage.isInstance(message));
  if (results.length > 0) return results.map((message) => message.text).join(" | ");
  const asked = messages[last]?.text ?? "";
  if (!asked.startsWith("[")) return `You said: ${asked}`;
  return (JSON.parse(asked) as [string, Record<string, unknown>][]).map(([name, args]) => ({ name, args }));
};

function refuseUnanswered(messages: readonly BaseMessage[]): void {
  messages.forEach((message, index) => {
    if (!AIMessage.isInstance(message)) return;
    const calls = message.tool_calls ?? [];
    const answers = messages.slice(index + 1, index + 1 + calls.length).filter((answer) => ToolMessage.isInstance(answer));
    for (const { id } of calls) {
      if (!answers.some(({ tool_call_id }) => tool_call_id === id))
        throw new Error(`400: tool call ${id} has no answer right behind its message`);
    }
  });
}
