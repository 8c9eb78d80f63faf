import { textOf } from "@countersign/core/adapter";
import type { ClientTool } from "@langchain/core/tools";

/**
 * The same tool, for the calls of a model: LangChain makes text of what its function answers with JSON.stringify, and where that
 * refuses a bigint, it tells the model "[object Object]".
 */
export function telling(tool: ClientTool): ClientTool {
  if (typeof (tool as Told).func !== "function") return tool;
  const telling = known.get(tool) ?? (Object.create(tool, { func: { value: told(tool as Told) } }) as ClientTool);
  known.set(tool, telling);
  return telling;
}

/** Once for each tool: an allowed call must not pay for it. */
const known = new WeakMap<ClientTool, ClientTool>();

interface Told {
  readonly func?: unknown;
  readonly responseFormat?: unknown;
}

function told(tool: Told): (...given: readonly unknown[]) => Promise<unknown> {
  return async (...given) => {
    const answer: unknown = await Reflect.apply(tool.func as (...given: readonly unknown[]) => unknown, tool, given);
    if (tool.responseFormat !== "content_and_artifact" || !Array.isArray(answer)) return tellable(answer);
    const [content, ...artifact] = answer as readonly unknown[];
    return [tellable(content), ...artifact];
  };
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
