import type { HostedMCPTool, HostedTool, Tool } from "@openai/agents";
import { getFunctionToolDisplayName, getToolCallDisplayName } from "@openai/agents/utils";
import type { CallItem } from "../turn.ts";

/** How a model calls a tool: by this the SDK finds the tool of a call. Undefined: the provider runs it, and knows. */
export function calledAs(tool: Tool): string | undefined {
  switch (tool.type) {
    case "function":
      return getFunctionToolDisplayName(tool) ?? tool.name;
    case "hosted_tool":
      return isHostedMcp(tool) ? serverOf(labelOf(tool)) : undefined;
    default:
      return tool.type;
  }
}

/** The same, in a call. */
export function calledIn({ type, name, namespace, providerData }: CallItem): string | undefined {
  switch (type) {
    case "function_call":
      return getToolCallDisplayName({ name, namespace });
    case "hosted_tool_call":
      return serverOf(providerData?.server_label);
    default:
      return type?.replace(/_call$/, "");
  }
}

export function isHostedMcp(tool: HostedTool): tool is HostedMCPTool {
  return tool.name === "hosted_mcp";
}

export function labelOf({ providerData }: HostedMCPTool): string {
  return String((providerData as Readonly<Record<string, unknown>>)["server_label"]);
}

/** All tools of an MCP server, also in a policy's rules. */
export function serverOf(name: string | undefined): string {
  return `${name}/*`;
}

/** Of a tool that `toolNamespace` grouped: the SDK's own name for it begins with it. */
export function namespaceOf(tool: Extract<Tool, { type: "function" }>): string | undefined {
  const shown = getFunctionToolDisplayName(tool) ?? tool.name;
  return shown !== tool.name && shown.endsWith(`.${tool.name}`) ? shown.slice(0, -tool.name.length - 1) : undefined;
}

export function isAgentTool(tool: object): boolean {
  return "on" in tool && typeof tool.on === "function";
}
