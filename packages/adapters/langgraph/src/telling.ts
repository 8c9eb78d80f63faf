import { textOf } from "@countersign/core/adapter";
import type { ClientTool } from "@langchain/core/tools";

/**
 * The same tool, for one call of a model: LangChain makes text of what its function answers with JSON.stringify, and where that
 * refuses a bigint, it tells the model "[object Object]".
 */
export function telling(tool: ClientTool): ClientTool {
  const { func, responseFormat } = tool as { readonly func?: unknown; readonly responseFormat?: unknown };
  if (typeof func !== "function") return tool;
  const told = async (...given: readonly unknown[]): Promise<unknown> => {
    const answer: unknown = await Reflect.apply(func, tool, given);
    if (responseFormat !== "content_and_artifact" || !Array.isArray(answer)) return tellable(answer);
    const [content, ...artifact] = answer as readonly unknown[];
    return [tellable(content), ...artifact];
  };
  return Object.create(tool, { func: { value: told } }) as ClientTool;
}

function tellable(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || "lc_direct_tool_output" in answer) return answer;
  try {
    JSON.stringify(answer);
    return answer;
  } catch {
    return textOf(answer);
  }
}
