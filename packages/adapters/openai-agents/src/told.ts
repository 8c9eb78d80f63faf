import { leftOpen, NO_RESULT, type ProposedCall, type Thread } from "@countersign/core/adapter";
import type { AgentInputItem } from "@openai/agents";
import type { Pause } from "./run.ts";
import type { CallItem } from "./turn.ts";

/** The transcript has to say which arguments ran: the notice stands before the tool's own output. */
export function withNotice(output: unknown, notice: string | undefined): unknown {
  if (notice === undefined) return output;
  if (typeof output === "string") return notice + output;
  const parts: readonly unknown[] = Array.isArray(output) ? output : [output];
  if (parts.length > 0 && parts.every(isContent)) return [{ type: "text", text: notice }, ...parts];
  return notice + (JSON.stringify(output) ?? String(output));
}

/** What the SDK hands to the model as it is, and not as text. */
function isContent(value: unknown): boolean {
  return typeof value === "object" && value !== null && "type" in value && ["text", "image", "file"].includes(String(value.type));
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
