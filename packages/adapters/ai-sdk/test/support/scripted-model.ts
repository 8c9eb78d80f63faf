import { TOKENS, type Scenario, type Transcript } from "@countersign/conformance";
import type { JsonObject } from "@countersign/core";
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
  readonly providerExecuted?: boolean;
  readonly output?: {
    readonly type: string;
    readonly value?: unknown;
    readonly reason?: string;
    readonly providerOptions?: { readonly openai?: { readonly approvalId?: string } };
  };
  readonly approvalId?: string;
  readonly approved?: boolean;
  readonly reason?: string;
}

export interface ScriptedModel {
  readonly model: LanguageModel;
  transcript(): Transcript;
}

const tokens = (total: number) => ({ total, noCache: total, cacheRead: 0, cacheWrite: 0, text: total, reasoning: 0 });
const USAGE = { inputTokens: tokens(TOKENS.inputTokens), outputTokens: tokens(TOKENS.outputTokens) };

/** What a provider runs itself, by the tool's name: it asks before, and takes no conversation that leaves a question open. */
export type Hosted = Readonly<Record<string, (args: JsonObject) => Promise<unknown>>>;

/** Says its lines one after the other: which one it is follows from the history, as another process goes on in the middle. */
export function scriptedModel(
  turns: readonly (Scenario["turns"][number] & { readonly cutOff?: boolean })[],
  version: "v3" | "v4",
  hosted: Hosted = {},
): ScriptedModel {
  const seen: { requests: number; prompt: readonly Message[] } = { requests: 0, prompt: [] };
  const next = async ({ prompt }: { readonly prompt: readonly Message[] }) => {
    seen.requests++;
    seen.prompt = prompt;
    const ran = await runs(prompt, hosted);
    const turn = turns[prompt.filter(({ role }) => role === "assistant").length] ?? { text: "" };
    if ("fails" in turn) throw new Error(turn.fails);
    const calls = "calls" in turn ? turn.calls : [];
    const isLocal = calls.some(({ tool }) => !Object.hasOwn(hosted, tool));
    return {
      text: "text" in turn ? turn.text : undefined,
      calls: [
        ...ran,
        ...calls.flatMap(({ id, tool, args }): object[] => {
          const call = { type: "tool-call", toolCallId: id, toolName: tool, input: JSON.stringify(args) };
          if (!Object.hasOwn(hosted, tool)) return [call];
          return [
            { ...call, providerExecuted: true },
            { type: "tool-approval-request", approvalId: questionAbout(id), toolCallId: id },
          ];
        }),
      ],
      usage: USAGE,
      finishReason: { unified: "cutOff" in turn ? "length" : isLocal ? "tool-calls" : "stop", raw: undefined },
    };
  };
  const model = {
    specificationVersion: version,
    provider: "scripted",
    modelId: "scripted",
    supportedUrls: {},
    doGenerate: async (options: { prompt: readonly Message[] }) => {
      const { text, calls, usage, finishReason } = await next(options);
      return { content: text === undefined ? calls : [...calls, { type: "text", text }], usage, finishReason, warnings: [] };
    },
    doStream: async (options: { prompt: readonly Message[] }) => {
      const { text, calls, usage, finishReason } = await next(options);
      const said =
        text === undefined
          ? calls
          : [...calls, { type: "text-start", id: "0" }, { type: "text-delta", id: "0", delta: text }, { type: "text-end", id: "0" }];
      return { stream: ReadableStream.from([{ type: "stream-start", warnings: [] }, ...said, { type: "finish", finishReason, usage }]) };
    },
  };
  return {
    model: model as unknown as LanguageModel,
    transcript: () => ({ requests: seen.requests, messages: seen.prompt.flatMap(shown) }),
  };
}

const questionAbout = (callId: string): string => `may-${callId}`;

/** Runs what was approved, in the order of the calls. @throws Error for what the API of such a provider refuses */
async function runs(prompt: readonly Message[], hosted: Hosted): Promise<readonly object[]> {
  const parts = prompt.flatMap(({ role, content }) => (typeof content === "string" ? [] : content.map((part) => ({ role, part }))));
  const made: object[] = [];
  for (const { part } of parts.filter((each) => each.part.type === "tool-call" && each.part.providerExecuted)) {
    const { toolCallId = "", toolName = "", input } = part;
    if (!Object.hasOwn(hosted, toolName)) continue;
    const answers = parts.filter((each) => each.part.approvalId === questionAbout(toolCallId));
    const results = parts.filter((each) => each.part.type === "tool-result" && each.part.toolCallId === toolCallId);
    if (answers.length !== 1) throw new Error(`400: ${answers.length} answers to the question about ${toolCallId}`);
    if (results.some((each) => each.role === "tool" && !isEcho(each.part)))
      throw new Error(`400: an output of ${toolCallId}, which has none`);
    if (!answers[0]?.part.approved || results.length > 0) continue;
    const result = await hosted[toolName]?.(input as JsonObject);
    made.push({ type: "tool-call", toolCallId, toolName, input: JSON.stringify(input), providerExecuted: true }, { type: "tool-result", toolCallId, toolName, result }); // prettier-ignore
  }
  return made;
}

/** What the SDK adds to a no of the provider's own, for the provider to leave out. */
function isEcho({ output }: Part): boolean {
  return output?.providerOptions?.openai?.approvalId !== undefined;
}

function shown({ role, content }: Message): Transcript["messages"] {
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return parts.flatMap((part: Part): Transcript["messages"] => {
    const id = part.toolCallId ?? "";
    if (part.type === "tool-call") return [{ role: "call", id, tool: part.toolName ?? "", args: part.input }];
    if (part.type === "tool-result") return isEcho(part) ? [] : [{ role: "result", id, text: textOf(part.output) }];
    if (part.type === "tool-approval-response") {
      const call = part.approvalId?.slice(questionAbout("").length) ?? "";
      return [{ role: "result", id: call, text: part.approved ? "the provider may run it" : (part.reason ?? "no") }];
    }
    return part.type === "text" && role !== "system" ? [{ role: role === "user" ? "user" : "assistant", text: part.text ?? "" }] : [];
  });
}

function textOf(output: Part["output"]): string {
  if (!output) return "";
  if (output.type === "execution-denied") return output.reason ?? "";
  return typeof output.value === "string" ? output.value : JSON.stringify(output.value);
}
