import type { Gate } from "@countersign/core";
import type { Tool } from "@openrouter/agent";

/** What is known of a gated tool. */
interface Gated {
  readonly gate: Gate;
  /** As it was before. */
  readonly original: Tool;
}

const known = new WeakMap<object, Gated>();

export function register(tool: object, gated: Gated): void {
  known.set(tool, gated);
}

/** Undefined for a tool that isn't gated. */
export function gatedOf(tool: object): Gated | undefined {
  return known.get(tool);
}

/** Tools as they were before they were gated. */
export function originalsOf(tools: readonly Tool[]): readonly Tool[] {
  return tools.map((tool) => gatedOf(tool)?.original ?? tool);
}
