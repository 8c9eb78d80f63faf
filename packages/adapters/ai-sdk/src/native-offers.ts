import type { Gate } from "@countersign/core";
import { warnUngated } from "@countersign/core/adapter";
import type { ModelMessage, ToolSet } from "ai";
import { offerOf, REMEDY } from "./offers.ts";
import { partsOf } from "./turn.ts";

/** Of a loop of the application's own. */
export interface NativeOptions {
  /** Tools that are meant to run without the gate, by name: the provider's and the browser's too. */
  readonly ungated?: readonly string[] | undefined;
}

/** By gate, the names of the tools that a loop of the application's own offers beside each other, and the gate knows of. */
const known = new WeakMap<Gate, Set<string>>();

/** A loop's tools, as far as it shows them: those that no gate guards are told to the gate's `warn`, once. */
export function look(gate: Gate, tools: ToolSet, ungated: readonly string[] = []): void {
  const names = known.get(gate) ?? new Set();
  known.set(gate, names);
  for (const name of [...Object.keys(tools), ...ungated]) names.add(name);
  warnUngated({ gate, ungated, remedy: REMEDY }, offerOf(tools).tools);
}

/** What the model called last: a tool that came beside the gated ones, such as one of an MCP server, shows here for the first time. */
export function lookAtCalls(gate: Gate, messages: readonly ModelMessage[]): void {
  const names = known.get(gate);
  const last = messages.findLast(({ role }) => role === "assistant");
  if (!names || !last) return;
  for (const part of partsOf(last)) {
    if (part.type !== "tool-call" || part.providerExecuted || names.has(part.toolName)) continue;
    warnUngated({ gate, remedy: REMEDY }, [{ name: part.toolName, gate: undefined }]);
  }
}
