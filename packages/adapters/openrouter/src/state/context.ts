import { buildToolExecuteContext, ToolContextStore, type CallModelInput, type Tool } from "@openrouter/agent";
import type { RunnableTool, ToolContext } from "../kinds.ts";

/** What `callModel` was given for its tools, as they see it in `context.local` and `context.shared`. */
export interface ToolContexts {
  of(tool: RunnableTool): ToolContext;
  /** For the rest of the run: with what tools have set meanwhile. */
  rest(): Record<string, Record<string, unknown>> | undefined;
}

type ContextSetting = CallModelInput<readonly Tool[]>["context"];

/** For calls that run when a conversation goes on, before `callModel` makes its own. */
export async function toolContexts(setting: ContextSetting, sharedSchema?: unknown): Promise<ToolContexts> {
  const turn = { numberOfTurns: 0 };
  const given = typeof setting === "function" ? await setting(turn) : setting;
  const store = given && new ToolContextStore(given);
  return {
    of: ({ function: { name, contextSchema } }) =>
      buildToolExecuteContext({ numberOfTurns: 1 }, store, name, contextSchema as never, sharedSchema as never),
    rest: () => store?.getSnapshot(),
  };
}
