import { CountersignError, type Gate } from "@countersign/core";
import type { ProposedCall, Thread } from "@countersign/core/adapter";
import type { ToolSet } from "ai";
import { gatedOf } from "./gated.ts";
import { FRAMEWORK } from "./run.ts";

/**
 * A process whose tools no longer fit the calls that wait changes nothing: one without the tool would leave a signed call
 * without a result, and one without its gate would run it past its record.
 * @throws STATE_INCOMPATIBLE
 */
export function refuseUnfit(gate: Gate, tools: ToolSet, calls: readonly { readonly tool: string }[]): void {
  for (const { tool } of calls) {
    const known = Object.hasOwn(tools, tool) ? tools[tool] : undefined;
    if (gatedOf(known)?.gate === gate) continue;
    const names = Object.keys(tools).join(", ") || "none";
    throw incompatible(`with a call of ${tool}`, known ? `${tool} without this gate` : `the tools ${names}`);
  }
}

/**
 * In a loop of the application's own the SDK checks a call's arguments before the gate does, and tells the model of those that
 * a later schema refuses: the signed call would be passed over.
 * @throws STATE_INCOMPATIBLE
 */
export async function refuseStricter(thread: Thread, tools: ToolSet, calls: readonly ProposedCall[]): Promise<void> {
  for (const call of calls) {
    const schema = gatedOf(tools[call.tool])?.schema;
    if (!schema || (await thread.recorded(call))?.status !== "approved") continue;
    try {
      await schema.read(call.args);
    } catch (cause) {
      throw incompatible(`with arguments of ${call.tool} that its schema took`, "a schema that refuses them", cause);
    }
  }
}

function incompatible(saved: string, running: string, cause?: unknown): CountersignError<"STATE_INCOMPATIBLE"> {
  return new CountersignError("STATE_INCOMPATIBLE", { framework: FRAMEWORK, saved, running }, { note: NOTE, cause });
}
const NOTE = "Nothing was changed, and the decisions about its calls stand. Resume with that version.";
