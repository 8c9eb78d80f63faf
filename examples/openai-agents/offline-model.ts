// A model that needs no network: it turns sentences about payments into tool calls, and results into an answer.
import { Usage, type AgentInputItem, type AgentOutputItem, type Model, type ModelRequest, type ModelResponse } from "@openai/agents";
import type { StreamEvent } from "@openai/agents";
import { paymentsIn } from "../sentences.ts";

const HELP =
  "I only know payments with a $ amount. Try 'Pay Acme Corp $4200 for invoice 88 and Globex $300', in single quotes: in double quotes the shell eats the $.";

export class OfflineModel implements Model {
  async getResponse({ input }: ModelRequest): Promise<ModelResponse> {
    return { usage: new Usage(), output: answer(typeof input === "string" ? [{ role: "user", content: input }] : input) };
  }

  async *getStreamedResponse(request: ModelRequest): AsyncIterable<StreamEvent> {
    const { output } = await this.getResponse(request);
    const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
    yield { type: "response_done", response: { id: crypto.randomUUID(), usage, output: output as never } };
  }
}

function answer(items: readonly AgentInputItem[]): AgentOutputItem[] {
  const asked = items.findLastIndex((item) => "role" in item && item.role === "user");
  const results = items.slice(asked + 1).filter((item) => item.type === "function_call_result");
  // The last line of a result is the tool's own; a notice before it says what a person changed.
  if (results.length > 0) return [said(results.map((item) => textOf(item.output).trim().split("\n").at(-1)).join(" "))];
  const sentence = items[asked];
  const payments = paymentsIn(sentence && "content" in sentence ? textOf(sentence.content) : "");
  if (payments.length === 0) return [said(HELP)];
  return payments.map((args, i) => ({
    type: "function_call",
    callId: `call_${i}`,
    name: "send_payment",
    arguments: JSON.stringify(args),
    status: "completed",
  }));
}

function said(text: string): AgentOutputItem {
  return { type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text }] };
}

function textOf(content: unknown): string {
  const parts: readonly unknown[] = Array.isArray(content) ? content : [content];
  return parts.map((part) => (typeof part === "string" ? part : (part as { text: string }).text)).join("");
}
