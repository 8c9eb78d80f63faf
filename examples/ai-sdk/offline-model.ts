// A model that needs no network: it turns sentences about payments into tool calls, and results into an answer.
import type { LanguageModel } from "ai";
import { paymentsIn } from "../sentences.ts";

type Model = Extract<LanguageModel, { specificationVersion: "v4" }>;
type Prompt = Parameters<Model["doStream"]>[0]["prompt"];
type Part = Awaited<ReturnType<Model["doStream"]>>["stream"] extends ReadableStream<infer P> ? P : never;

const HELP = "I only know payments with a $ amount. Try: Pay Acme Corp $4200 for invoice 88 and Globex $300";
const tokens = { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0, text: 0, reasoning: 0 };

export const offlineModel: Model = {
  specificationVersion: "v4",
  provider: "offline",
  modelId: "offline",
  supportedUrls: {},
  async doGenerate({ prompt }) {
    const { content, finishReason, usage } = answerTo(prompt);
    return { content, finishReason, usage, warnings: [] };
  },
  async doStream({ prompt }) {
    const { content, finishReason, usage } = answerTo(prompt);
    const parts = content.flatMap((part): Part[] => {
      if (part.type === "tool-call") return [part];
      return [{ type: "text-start", id: "0" }, { type: "text-delta", id: "0", delta: part.text }, { type: "text-end", id: "0" }]; // prettier-ignore
    });
    return {
      stream: ReadableStream.from<Part>([{ type: "stream-start", warnings: [] }, ...parts, { type: "finish", finishReason, usage }]),
    };
  },
};

function answerTo(prompt: Prompt) {
  const last = prompt.at(-1);
  const said = last?.role === "user" ? last.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join(" ") : "";
  const results = last?.role === "tool" ? last.content.flatMap((part) => (part.type === "tool-result" ? [textOf(part.output)] : [])) : [];
  const calls = paymentsIn(said).map((payment) => ({
    type: "tool-call" as const,
    toolCallId: crypto.randomUUID(),
    toolName: "send_payment",
    input: JSON.stringify(payment),
  }));
  const text = results.length > 0 ? results.map((result) => result.split("\n").at(-1)).join(" ") : HELP;
  return {
    content: calls.length > 0 ? calls : [{ type: "text" as const, text }],
    finishReason: { unified: calls.length > 0 ? ("tool-calls" as const) : ("stop" as const), raw: undefined },
    usage: { inputTokens: tokens, outputTokens: tokens },
  };
}

function textOf(output: { readonly type: string; readonly value?: unknown; readonly reason?: string | undefined }): string {
  return output.reason ?? (typeof output.value === "string" ? output.value : (JSON.stringify(output.value) ?? "Not approved."));
}
