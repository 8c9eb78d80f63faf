import type { Gate } from "@countersign/core";
import type { Tool } from "ai";
import type { GatedSchema } from "./schema.ts";

/** What is known of a gated tool. */
interface Gated {
  readonly gate: Gate;
  /** As it was before it was gated. */
  readonly tool: Tool;
  readonly schema: GatedSchema;
}

const known = new WeakMap<object, Gated>();

export function register(tool: object, gated: Gated): void {
  known.set(tool, gated);
}

/** Undefined for a tool that isn't gated. */
export function gatedOf(tool: unknown): Gated | undefined {
  return typeof tool === "object" && tool !== null ? known.get(tool) : undefined;
}
