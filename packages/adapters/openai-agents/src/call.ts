import type { Gate, JsonObject, ReviewTerms } from "@countersign/core";
import type { ProposedCall } from "@countersign/core/adapter";
import { modelArgs, parseArgs } from "./args.ts";
import { callIdOf, type CallItem } from "./proposals.ts";

/** The kinds of call that run what the model said, or nothing. */
export const UNEDITABLE: ReviewTerms["decisions"] = ["approve", "reject"];

/**
 * A model's call as it is gated and signed. Undefined for arguments that are no object: the SDK refuses those itself.
 * @param namespace of its tool, where the call itself doesn't say it
 */
export function callOf(gate: Gate, item: CallItem, turnId: string, namespace: string | undefined = item.namespace): ProposedCall | undefined {
  const call = content(item, namespace);
  return call && { turnId, callId: callIdOf(item), ...call, args: modelArgs(gate, call, call.args) };
}

function content(item: CallItem, namespace: string | undefined): Omit<ProposedCall, "turnId" | "callId"> | undefined {
  const { name = "" } = item;
  const args = parseArgs(item.arguments);
  return args && { namespace, tool: name, args };
}
