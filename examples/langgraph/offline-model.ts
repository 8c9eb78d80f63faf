// A chat model that needs no network: it turns sentences about payments into tool calls, and results into an answer.
import type { BaseMessage } from "@langchain/core/messages";
import { AIMessage, ToolMessage } from "@langchain/core/messages";
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { ChatResult } from "@langchain/core/outputs";
import { paymentsIn } from "../sentences.ts";

const HELP =
  "I only know payments with a $ amount. Try 'Pay Acme Corp $4200 for invoice 88 and Globex $300', in single quotes: in double quotes the shell eats the $.";

export class OfflineModel extends BaseChatModel {
  constructor() {
    super({});
  }

  override _llmType(): string {
    return "offline";
  }

  override bindTools(): this {
    return this;
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const message = answer(messages);
    return { generations: [{ text: message.text, message }] };
  }
}

function answer(messages: readonly BaseMessage[]): AIMessage {
  const asked = messages.findLastIndex((message) => message.type === "human");
  const results = messages.slice(asked + 1).filter((message) => ToolMessage.isInstance(message));
  // The last line of a result is the tool's own; a notice before it says what a person changed.
  if (results.length > 0) return new AIMessage(results.map(({ text }) => text.trim().split("\n").at(-1)).join(" "));
  const payments = paymentsIn(messages[asked]?.text ?? "");
  if (payments.length === 0) return new AIMessage(HELP);
  return new AIMessage({
    content: "",
    tool_calls: payments.map((args, i) => ({ type: "tool_call", id: `call_${i}`, name: "send_payment", args: { ...args } })),
  });
}
