import { leftOpen, NO_RESULT, type ProposedCall, type Thread } from "@countersign/core/adapter";
import { user, type AgentInputItem } from "@openai/agents";
import type { Pause } from "./invocation.ts";
import type { CallItem, StateJson } from "./proposals.ts";

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

/**
 * An answer to each call that has no result: what is recorded of it, or that it did not run. Providers refuse a
 * conversation with open calls.
 */
export async function answersTo(thread: Thread, items: readonly AgentInputItem[], pause: Pause | undefined): Promise<AgentInputItem[]> {
  const known = [...(pause?.asked ?? []), ...(pause?.carrying ?? [])];
  return Promise.all(
    openCalls(items).map(async (item) => {
      const found = known.find((each) => each?.path.length === 0 && each.call.callId === item.callId);
      return answer(item, found ? await toldOf(thread, found.call) : NO_RESULT);
    }),
  );
}

/** Without the calls that nobody can answer in words. */
export function withoutUnanswerable(items: readonly AgentInputItem[]): AgentInputItem[] {
  const open = new Set<unknown>(items.filter((item) => item.type === "computer_call" && !isAnswered(items, item as CallItem)));
  return items.filter((item) => !open.has(item));
}

const ANSWERABLE: ReadonlySet<string | undefined> = new Set(["function_call", "shell_call", "apply_patch_call"]);

function openCalls(items: readonly AgentInputItem[]): readonly CallItem[] {
  return (items as readonly CallItem[]).filter((item) => ANSWERABLE.has(item.type) && !isAnswered(items, item));
}

/** Models use call ids again: only what follows a call answers it. */
function isAnswered(items: readonly AgentInputItem[], call: CallItem): boolean {
  const after = items.slice((items as readonly unknown[]).indexOf(call) + 1);
  return after.some((item) => "callId" in item && item.callId === call.callId && /_(result|output)$/.test(item.type ?? ""));
}

async function toldOf(thread: Thread, call: ProposedCall): Promise<string> {
  const left = await leftOpen(thread, call);
  if (left.status !== "ran") return left.message;
  const { result, notice = "" } = left;
  return notice + (typeof result === "string" ? result : (JSON.stringify(result) ?? "done"));
}

function answer({ type, callId = "", name = "" }: CallItem, text: string): AgentInputItem {
  switch (type) {
    case "shell_call":
      return { type: "shell_call_output", callId, output: [{ stdout: "", stderr: text, outcome: { type: "exit", exitCode: null } }] };
    case "apply_patch_call":
      return { type: "apply_patch_call_output", callId, status: "failed", output: text };
    default:
      return { type: "function_call_result", callId, name, status: "completed", output: { type: "text", text } };
  }
}
