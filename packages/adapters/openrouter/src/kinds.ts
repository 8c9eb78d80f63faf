import type { StandardSchemaV1 } from "@countersign/core";
import { isAutoResolvableTool, isClientTool, type ClientTool, type StateAccessor, type Tool, type TurnContext } from "@openrouter/agent";

/** What the SDK hands to a tool beside its arguments. */
export type ToolContext = TurnContext & object;

/** A tool that runs here, in whichever of the SDK's forms. */
export interface RunnableTool {
  readonly function: {
    readonly name: string;
    readonly inputSchema: StandardSchemaV1;
    readonly outputSchema?: StandardSchemaV1;
    /** Of a generator's events. */
    readonly eventSchema?: StandardSchemaV1;
    readonly contextSchema?: unknown;
    readonly requireApproval?: boolean | ((args: unknown, context: TurnContext) => unknown);
    readonly execute?: (args: unknown, context?: ToolContext) => unknown;
    /** Null: whoever runs the conversation answers the call. */
    readonly onToolCalled?: (args: unknown, context?: ToolContext) => unknown;
    readonly toModelOutput?: (told: { readonly output: unknown; readonly input: unknown }) => unknown;
  };
}

/**
 * Undefined for what runs elsewhere: at the provider, or by the hands of whoever runs the conversation. And for a tool with a
 * `run`, the one function of tools in later versions of the SDK: what calls that goes around `execute`.
 */
export function runnable(tool: Tool | undefined): RunnableTool | undefined {
  if (!tool || !isClientTool(tool) || !isAutoResolvableTool(tool) || "run" in tool.function) return undefined;
  return tool as unknown as RunnableTool;
}

/** Of a tool that runs at the provider: as rules would name it. */
export function serverToolName({ config }: Exclude<Tool, ClientTool>): string {
  return "serverLabel" in config ? `${config.serverLabel}/*` : config.type;
}

export function named(tools: readonly Tool[], name: string): Tool | undefined {
  return tools.find((tool) => isClientTool(tool) && tool.function.name === name);
}

/** The SDK types its state by the tools; this adapter doesn't look into them. */
export type State = NonNullable<Awaited<ReturnType<StateAccessor["load"]>>>;
