import type { Gate } from "@countersign/core";
import type { Tool, ToolSet } from "ai";
import type { GatedSchema } from "./schema.ts";

/** What is known of a gated tool. */
export interface Gated {
  readonly gate: Gate;
  /** By which the policy judges its calls. */
  readonly name: string;
  /** As it was before it was gated. */
  readonly tool: Tool;
  /** As gateTools made it. */
  readonly copy: Tool;
  readonly schema: GatedSchema;
}

/** By the tool, and by what it executes: a copy of a gated tool goes through the same gate. */
const known = new WeakMap<object, Gated>();

export function register(gated: Gated): void {
  const { copy } = gated;
  known.set(copy, gated);
  if (copy.execute) known.set(copy.execute, gated);
}

/** Undefined for a tool that isn't gated. */
export function gatedOf(tool: unknown): Gated | undefined {
  if (typeof tool !== "object" || tool === null) return undefined;
  return known.get(tool) ?? ("execute" in tool && typeof tool.execute === "function" ? known.get(tool.execute) : undefined);
}

/** A copy that has words of its own for results: they would be the model's only ones, whoever changed the call or held it up. */
export function isReworded({ copy }: Gated, given: Pick<ToolSet[string], "toModelOutput">): boolean {
  return given.toModelOutput !== copy.toModelOutput;
}

/** The tool that stands under a gate, with whatever the application has changed of it since. */
export function underGate({ tool, copy }: Gated, given: Tool): Tool {
  const before: Readonly<Record<string, unknown>> = copy;
  return { ...tool, ...Object.fromEntries(Object.entries(given).filter(([name, member]) => member !== before[name])) };
}
