import type { Gate } from "@countersign/core";
import type { Offer, OfferedTool } from "@countersign/core/adapter";
import { isClientTool, type Tool } from "@openrouter/agent";
import { gatedOf } from "./gated.ts";
import { runnable, serverToolName } from "./kinds.ts";

/** What a model is offered by a run under this gate, which stands around whatever runs here and has no other gate yet. */
export function offerOf(gate: Gate, tools: readonly Tool[]): Offer {
  return { tools: tools.map((tool) => offered(gate, tool)) };
}

function offered(gate: Gate, tool: Tool): OfferedTool {
  if (!isClientTool(tool)) return { name: serverToolName(tool), gate: undefined };
  const { name } = tool.function;
  return { name, calledAs: name, gate: runnable(tool) && (gatedOf(tool)?.gate ?? gate) };
}
