import type { AgentInputItem } from "@openai/agents";
import { callIdOf, type CallItem } from "../turn.ts";

/** Providers want an answer to each of these, and only to these. */
const CALLS: ReadonlySet<string | undefined> = new Set(["function_call", "computer_call", "shell_call", "apply_patch_call"]);

export function isCall(item: CallItem): boolean {
  return CALLS.has(item.type) || (item.type === "hosted_tool_call" && isApproval(item, "request"));
}

function isApproval({ name, providerData }: CallItem, part: "request" | "response"): boolean {
  return name === `mcp_approval_${part}` || providerData?.type === `mcp_approval_${part}`;
}

/** The id of the call that this item answers. */
export function answers(item: AgentInputItem): string | undefined {
  const { type = "", callId, providerData } = item as CallItem;
  if (type === "hosted_tool_call") return isApproval(item as CallItem, "response") ? providerData?.approval_request_id : undefined;
  return /_(result|output)$/.test(type) ? callId : undefined;
}

/** Calls without an answer. Models use call ids again: only what follows a call answers it. */
export function openCalls(items: readonly AgentInputItem[]): readonly CallItem[] {
  return (items as readonly CallItem[]).filter((item, at) => isCall(item) && !isAnswered(items.slice(at + 1), callIdOf(item)));
}

function isAnswered(after: readonly AgentInputItem[], id: string): boolean {
  return after.some((item) => answers(item) === id);
}
