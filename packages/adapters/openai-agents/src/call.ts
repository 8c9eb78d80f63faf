import type { Gate, ReviewTerms } from "@countersign/core";
import type { ProposedCall } from "@countersign/core/adapter";
import { modelArgs, parseArgs } from "./args.ts";
import type { Gated } from "./gated.ts";
import { callIdOf, type CallItem, type Proposal } from "./proposals.ts";

/** What can be said of a call that runs as the model said it, or not at all. */
export const UNEDITABLE: ReviewTerms["decisions"] = ["approve", "reject"];

/** A model's call as it is gated and signed. Undefined for arguments that are no object: the SDK refuses those itself. */
export function callOf(gate: Gate, { item, turnId, agent }: Omit<Proposal, "path">, tool?: Gated): ProposedCall | undefined {
  const call = content(item, tool);
  return call && { turnId, callId: callIdOf(item), ...call, args: modelArgs(gate, call, call.args), proposedBy: agent };
}

function content(item: CallItem, { name = item.name ?? "", namespace = item.namespace }: Partial<Gated> = {}): Deed | undefined {
  switch (item.type) {
    case "shell_call":
      return { tool: name, args: { ...item.action } };
    case "apply_patch_call":
      return { tool: name, args: { ...item.operation } };
    case "computer_call":
      return { tool: name, args: { actions: item.actions ?? [item.action] } };
    case "hosted_tool_call": {
      const args = parseArgs(item.providerData?.arguments);
      return args && { namespace, tool: item.providerData?.name ?? name, args };
    }
    default: {
      const args = parseArgs(item.arguments);
      return args && { namespace, tool: name, args };
    }
  }
}
type Deed = Omit<ProposedCall, "turnId" | "callId">;
