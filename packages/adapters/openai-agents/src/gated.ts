import { CountersignError, type Gate, type JsonObject } from "@countersign/core";
import type { RunToolApprovalItem } from "@openai/agents";
import type { Whose } from "./invocation.ts";
import type { CallItem } from "./proposals.ts";

/** What the tools of one `gateTools` have in common. */
export interface Kit {
  readonly gate: Gate;
  readonly whose: Whose | undefined;
  /** The MCP server that they come from. */
  readonly namespace?: string | undefined;
}

/** What is known of a gated tool. */
export interface Gated {
  readonly gate: Gate;
  readonly name: string;
  /** As it was before. */
  readonly original: object;
  readonly namespace: string | undefined;
  readonly argsSchema: JsonObject | undefined;
  /** Its results have a schema of their own. */
  readonly structured?: boolean;
  /** For tools that run where nothing of this package can stand in their way: they are always stopped for. */
  readonly elsewhere?: { asksItself(call: { readonly tool: string }): boolean };
}

const known = new WeakMap<object, Gated>();

export function register(tool: object, gated: Gated): void {
  known.set(tool, gated);
}

/** Undefined for a tool that isn't gated. */
export function gatedOf(tool: object): Gated | undefined {
  return known.get(tool);
}

const KIND: Readonly<Record<string, string>> = {
  function_call: "function",
  shell_call: "shell",
  apply_patch_call: "apply_patch",
  computer_call: "computer",
  hosted_tool_call: "hosted_tool",
};

/** The tool that this call is of. @throws SETUP if it isn't gated */
export function gatedToolOf(item: RunToolApprovalItem | undefined): Gated {
  const raw: CallItem = (item?.rawItem as CallItem | undefined) ?? {};
  const namespace = raw.providerData?.server_label ?? raw.namespace;
  for (const tool of item?.agent.tools ?? []) {
    const gated = tool.type === KIND[raw.type ?? ""] ? gatedOf(tool) : undefined;
    if (!gated || (tool.type === "function" && tool.name !== raw.name)) continue;
    if (namespace === undefined || namespace === gated.namespace) return gated;
  }
  const hint = `${raw.name ?? raw.type} of agent ${item?.agent.name} asks for approval, but isn't gated: pass it to gateTools.`;
  throw new CountersignError("SETUP", { hint });
}
