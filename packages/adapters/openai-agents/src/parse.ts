import type { Issue, JsonObject } from "@countersign/core";
import { tool as makeTool, type FunctionTool } from "@openai/agents";
import * as internal from "@openai/agents-core/utils/internal";

// oxlint-disable-next-line typescript/no-explicit-any -- the SDK types a tool by its context, its parameters and its result: any of them
type AnyFunctionTool = FunctionTool<any, any, any>;
type Parse = (args: JsonObject) => { readonly value: unknown } | { readonly issues: readonly Issue[] };
interface Prepared {
  readonly result: { readonly success: true; readonly value: unknown } | { readonly success: false; readonly error: unknown };
}

/** The SDK keeps a tool's parser for its own runners. Another version of it may not have this way in. */
const prepare = (internal as Partial<typeof internal>).prepareFunctionToolInput as
  | ((tool: Pick<AnyFunctionTool, "invoke" | "needsApproval">, input: string) => Prepared | undefined)
  | undefined;

/** For a tool with a predicate the SDK answers a copy for that, which not every value has. */
const { needsApproval } = makeTool({
  name: "none",
  description: "",
  parameters: { type: "object", properties: {}, required: [], additionalProperties: false },
  execute: () => undefined,
});

/** Reads arguments by the tool's own schema. Undefined: its parser can't be reached. */
export function parserOf({ invoke }: AnyFunctionTool): Parse | undefined {
  const read = (text: string): Prepared | undefined => prepare?.({ invoke, needsApproval }, text);
  if (!isRead(read)) return undefined;
  return (args) => {
    const prepared = read(JSON.stringify(args));
    if (!prepared) return { value: args };
    return prepared.result.success ? { value: prepared.result.value } : { issues: issuesIn(prepared.result.error) };
  };
}

/** Was the tool made by this copy of the SDK, and does its schema answer at once? */
function isRead(read: (text: string) => Prepared | undefined): boolean {
  try {
    return read("{}") !== undefined;
  } catch {
    return false;
  }
}

function issuesIn(error: unknown): readonly Issue[] {
  const { issues } = (error ?? {}) as { readonly issues?: unknown };
  if (Array.isArray(issues)) return issues as readonly Issue[];
  return [{ path: [], message: error instanceof Error ? error.message : String(error) }];
}
