import { CountersignError, type Gate } from "@countersign/core";
import { refuseLookalikes, type Offer, type OfferedTool } from "@countersign/core/adapter";
import { isClientTool, isServerTool, type Tool } from "@openrouter/agent";
import { gateOf } from "./gated.ts";
import { runnable, serverToolName } from "./kinds.ts";

/** What a model is offered by a run under this gate, which stands around whatever runs here and has no other gate yet. */
export function offerOf(gate: Gate, tools: readonly Tool[]): Offer {
  refuseOthers(tools);
  return { tools: tools.map((tool) => offered(gate, tool)) };
}

function offered(gate: Gate, tool: Tool): OfferedTool {
  if (!isClientTool(tool)) return { name: serverToolName(tool), gate: undefined };
  const { name } = tool.function;
  return { name, calledAs: name, gate: runnable(tool) && (gateOf(tool) ?? gate) };
}

export const REMEDY = "What is answered by hand, runs at the provider, or is declared with `run`, nothing here can hold up.";

/** @throws SETUP for what is no list of the SDK's tools */
export function refuseOthers(tools: unknown): asserts tools is readonly Tool[] {
  if (!Array.isArray(tools)) throw setup("tools is a list. Write [sendPayment], with what the SDK's tool() gives.");
  const at = (tools as readonly unknown[]).findIndex((tool) => !isServerTool(tool as Tool) && !isNamed(tool));
  if (at >= 0) throw setup(`tools[${at}] is not a tool of the SDK. Make it with tool() or serverTool().`);
}

function isNamed(tool: unknown): boolean {
  const { function: made } = (tool ?? {}) as { readonly function?: { readonly name?: unknown } };
  return typeof made?.name === "string";
}

function setup(hint: string): CountersignError<"SETUP"> {
  return new CountersignError("SETUP", { hint });
}

/** For a run without a runner. @throws SETUP for two tools of one name, and for tools that another gate guards */
export function refuseUngatable(gate: Gate, tools: readonly Tool[]): void {
  const offer = offerOf(gate, tools);
  refuseLookalikes(offer);
  const others = offer.tools.filter((tool) => tool.gate !== undefined && tool.gate !== gate);
  if (others.length === 0) return;
  const names = others.map(({ name }) => name).join(", ");
  throw setup(`Two gates: another gate guards ${names}. Pass the tools as they were before.`);
}
