import type { ComputerTool, HostedMCPTool } from "@openai/agents";
import { register, type Kit } from "../gated.ts";
import { scopeOf } from "../run.ts";
import { labelOf } from "./called.ts";
import { mustStop } from "./must-stop.ts";

/**
 * Kinds of tool that run where nothing can stand around them: the run always stops for them, and what is recorded as done is
 * that an approved call was handed over.
 */

// oxlint-disable-next-line typescript/no-explicit-any -- the SDK types a computer by its own environment
export function gatedComputer(kit: Kit, tool: ComputerTool<any, any>): ComputerTool<any, any> {
  const copy = {
    ...tool,
    needsApproval: (...given: Parameters<typeof tool.needsApproval>) => {
      const [context, , callId = ""] = given;
      return mustStop(scopeOf(kit.gate, tool.name, kit.who, context), callId, undefined, () => tool.needsApproval(...given));
    },
  };
  const asksItself = (): boolean => false;
  register(copy, {
    gate: kit.gate,
    name: tool.name,
    original: tool,
    namespace: undefined,
    argsSchema: undefined,
    elsewhere: { asksItself },
  });
  return copy;
}

export function gatedHostedMcp(kit: Kit, tool: HostedMCPTool): HostedMCPTool {
  const { on_approval, ...providerData } = tool.providerData as Record<string, unknown>;
  const copy = { ...tool, providerData: { ...providerData, require_approval: "always" } } as unknown as HostedMCPTool;
  const asksItself = (call: { readonly tool: string }): boolean => isRequired(providerData["require_approval"], call.tool);
  const namespace = labelOf(tool);
  register(copy, { gate: kit.gate, name: tool.name, original: tool, namespace, argsSchema: undefined, elsewhere: { asksItself } });
  return copy;
}

/** `always`, `never`, or lists of tool names for either. */
function isRequired(required: unknown, tool: string): boolean {
  if (typeof required !== "object" || required === null) return required === "always";
  const { always } = required as { always?: { tool_names?: readonly string[] } };
  return always?.tool_names?.includes(tool) ?? false;
}
