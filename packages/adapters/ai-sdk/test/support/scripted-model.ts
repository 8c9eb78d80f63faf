import type { Scenario, Transcript } from "@countersign/conformance";
import type { LanguageModel } from "ai";

/** What the SDK hands to a provider, in either version. */
interface Message {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string | readonly Part[];
}
interface Part {
  readonly type: string;
  readonly text?: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly input?: unknown;
  readonly output?: { readonly type: string; readonly value?: unknown; readonly reason?: string };
}

export interface ScriptedModel {
  readonly model: LanguageModel;
  transcript(): Transcript;
}

const NOTHING = { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0, text: 0, reasoning: 0 };

/** Says its lines one after the other: which one it is follows from the history, as another process goes on in the middle. */
export function scriptedModel(
  turns: readonly (Scenario["turns"][number] & { readonly cutOff?: boolean })[],
  version: "v3" | "v4",
): ScriptedModel {
  const seen: { requests: number; prompt: readonly Message[] } = { requests: 0, prompt: [] };
  const next = ({ prompt }: { readonly prompt: readonly Message[] }) => {
    seen.requests++;
    seen.prompt = structuredClone(prompt);
    const turn = turns[prompt.filter(({ role }) => role === "assistant").length] ?? { text: "" };
    if ("fails" in turn) throw new Error(turn.fails);
    const calls = "calls" in turn ? turn.calls : [];
    return {
      text: "text" in turn ? turn.text : undefined,
      calls: calls.map(({ id, tool, args }) => ({ type: "tool-call", toolCallId: id, toolName: tool, input: JSON.stringify(args) })),
      usage: { inputTokens: NOTHING, outputTokens: NOTHING },
      finishReason: { unified: "cutOff" in turn ? "length" : calls.length > 0 ? "tool-calls" : "stop", raw: undefined },
    };
  };
  const model = {
    specificationVersion: version,
    provider: "scripted",
    modelId: "scripted",
    supportedUrls: {},
    doGenerate: async (options: { prompt: readonly Message[] }) => {
      const { text, calls, usage, finishReason } = next(options);
      return { content: text === undefined ? calls : [{ type: "text", text }], usage, finishReason, warnings: [] };
    },
    doStream: async (options: { prompt: readonly Message[] }) => {
      const { text, calls, usage, finishReason } = next(options);
      const said =
        text === undefined
          ? calls
          : [
              { type: "text-start", id: "0" },
              { type: "text-delta", id: "0", delta: text },
              { type: "text-end", id: "0" },
            ];
      return { stream: ReadableStream.from([{ type: "stream-start", warnings: [] }, ...said, { type: "finish", finishReason, usage }]) };
    },
  };
  return {
    model: model as unknown as LanguageModel,
    transcript: () => ({ requests: seen.requests, messages: seen.prompt.flatMap(shown) }),
  };
}

function shown({ role, content }: Message): Transcript["messages"] {
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return parts.flatMap((part: Part): Transcript["messages"] => {
    const id = part.toolCallId ?? "";
    if (part.type === "tool-call") return [{ role: "call", id, tool: part.toolName ?? "", args: part.input }];
    if (part.type === "tool-result") return [{ role: "result", id, text: textOf(part.output) }];
    return part.type === "text" && role !== "system" ? [{ role: role === "user" ? "user" : "assistant", text: part.text ?? "" }] : [];
  });
}

function textOf(output: Part["output"]): string {
  if (!output) return "";
  if (output.type === "execution-denied") return output.reason ?? "";
  return typeof output.value === "string" ? output.value : JSON.stringify(output.value);
}
