import type { Gate } from "@countersign/core";
import type { ToolCall } from "@langchain/core/messages/tool";
import type { RunnableConfig } from "@langchain/core/runnables";
import type { ClientTool, ServerTool } from "@langchain/core/tools";

/** Tools that were gated by themselves, and middlewares that gate whatever their agent has. */
const gates = new WeakMap<object, Gate>();

export function markGated(guarded: object, gate: Gate): void {
  gates.set(guarded, gate);
}

/** Undefined: nobody has gated it. */
export function gateOf(guarded: unknown): Gate | undefined {
  return typeof guarded === "object" && guarded !== null ? gates.get(guarded) : undefined;
}

export type Invoke = (input: unknown, config?: RunnableConfig) => Promise<unknown>;

const originals = new WeakMap<object, ClientTool>();

/** The same tool with another way in. It inherits everything else, so that the framework sees no difference. */
export function gatedTool(gate: Gate, tool: ClientTool, invoke: Invoke): ClientTool {
  const way = { value: invoke, writable: true, configurable: true };
  const gated = Object.create(tool, { invoke: way, call: way }) as ClientTool;
  markGated(gated, gate);
  originals.set(gated, tool);
  return gated;
}

/** The tool as it was before this gate guarded it: guarded twice, a call would wait for its own claim. */
export function ungatedTool(gate: Gate, tool: ClientTool): ClientTool {
  return gateOf(tool) === gate ? (originals.get(tool) ?? tool) : tool;
}

/** By which a gated tool is judged. Undefined for one that isn't gated by itself. */
export function nameBefore(tool: object): string | undefined {
  return originals.get(tool)?.name;
}

export function isClientTool(tool: ClientTool | ServerTool): tool is ClientTool {
  return "invoke" in tool && typeof tool.invoke === "function";
}

export function invokerOf(tool: ClientTool): Invoke {
  return tool.invoke.bind(tool) as Invoke;
}

/** Does a tool node call the tool, or an application by hand? */
export function isToolCall(input: unknown): input is ToolCall & { readonly type: "tool_call" } {
  return typeof input === "object" && input !== null && "type" in input && input.type === "tool_call" && "name" in input && "args" in input;
}

/** The arguments of a call by hand, as a model would have proposed them. A tool for text takes the text alone. */
export function argsOfInput(input: unknown): ToolCall["args"] {
  return typeof input === "object" && input !== null ? (input as ToolCall["args"]) : { input };
}

/** The other way round: what such a tool takes. */
export function inputOf(args: ToolCall["args"], like: unknown): unknown {
  return typeof like === "object" && like !== null ? args : args["input"];
}
