import type { Gate } from "@countersign/core";
import type { Tool } from "ai";
import type { GatedSchema } from "./schema.ts";

/** What is known of a gated tool. */
export interface Gated {
  readonly gate: Gate;
  /** As it was before it was gated. */
  readonly tool: Tool;
  readonly schema: GatedSchema;
}

/** By the tool, and by what it executes: a copy of a gated tool goes through the same gate. */
const known = new WeakMap<object, Gated>();

export function register(tool: Tool, gated: Gated): void {
  known.set(tool, gated);
  if (tool.execute) known.set(tool.execute, gated);
}

/** Undefined for a tool that isn't gated. */
export function gatedOf(tool: unknown): Gated | undefined {
  if (typeof tool !== "object" || tool === null) return undefined;
  return known.get(tool) ?? ("execute" in tool && typeof tool.execute === "function" ? known.get(tool.execute) : undefined);
}

/** The tool that stands under a gate, with whatever the application has put around its function since. */
export function underGate({ tool }: Gated, given: Tool): Tool {
  return given.execute && !known.has(given.execute) ? { ...tool, execute: given.execute } : tool;
}
