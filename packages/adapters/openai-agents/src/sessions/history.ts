import { user, type AgentInputItem } from "@openai/agents";
import type { StateJson } from "../turn.ts";

/** An input as the SDK takes it. */
export type Input = string | AgentInputItem[];

export function itemsOf(input: Input): AgentInputItem[] {
  return typeof input === "string" ? [user(input)] : input;
}

/** The conversation of a run that was stopped: what was put in and what came of it. Calls without a result stay open. */
export function conversationIn(state: string): AgentInputItem[] {
  const { originalInput, generatedItems } = JSON.parse(state) as StateJson;
  const generated = generatedItems.filter(({ type }) => type !== "tool_approval_item").map(({ rawItem }) => rawItem);
  return [...itemsOf(originalInput as Input), ...(generated as AgentInputItem[])];
}
