import { tool, type LanguageModel } from "ai";
import { ARGS, Payment } from "../stores/policy.ts";

type Model = Extract<LanguageModel, { specificationVersion: "v4" }>;

const tokens = { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0, text: 0, reasoning: 0 };
const usage = { inputTokens: tokens, outputTokens: tokens };

/** Calls the tool so many times at once, and then is done. Costs nothing. */
export function instantModel(name: string, calls: number): LanguageModel {
  return {
    specificationVersion: "v4",
    provider: "bench",
    modelId: "instant",
    supportedUrls: {},
    doStream: () => Promise.reject(new Error("it only generates")),
    async doGenerate({ prompt }) {
      if (prompt.at(-1)?.role === "tool") {
        return { content: [{ type: "text", text: "done" }], finishReason: { unified: "stop", raw: undefined }, usage, warnings: [] };
      }
      const content = Array.from({ length: calls }, (_, n) => ({
        type: "tool-call" as const,
        toolCallId: `call_${n}`,
        toolName: name,
        input: INPUT,
      }));
      return { content, finishReason: { unified: "tool-calls", raw: undefined }, usage, warnings: [] };
    },
  } satisfies Model;
}
const INPUT = JSON.stringify(ARGS);

export const instantTool = tool({
  inputSchema: Payment,
  execute: async ({ recipient }) => recipient,
});
