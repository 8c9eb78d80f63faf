import { leftOpen, NO_RESULT, type ProposedCall, type Thread } from "@countersign/core/adapter";
import { assistant, type AgentInputItem, type ShellOutputResult } from "@openai/agents";
import type { Pause } from "./run.ts";
import { openCalls } from "./sessions/pairs.ts";
import { callIdOf, type CallItem } from "./turn.ts";

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
 * An answer to each call that has no result, in the form that its provider takes: what is recorded of it, or that it did not
 * run. Providers refuse a conversation with open calls.
 */
export async function answersTo(thread: Thread, items: readonly AgentInputItem[], pause: Pause | undefined): Promise<AgentInputItem[]> {
  const known = [...(pause?.asked ?? []), ...(pause?.carrying ?? [])];
  const told = openCalls(items).map(async (item) => {
    const found = known.find((each) => each?.path.length === 0 && each.call.callId === callIdOf(item));
    return answer(item, found ? await toldOf(thread, found.call, item) : NO_RESULT);
  });
  return (await Promise.all(told)).flat();
}

/** What became of a call that was handed over, only its provider knows. */
const HANDED_OVER = "This call was handed over before the run ended. It may have run; do not repeat it.";

async function toldOf(thread: Thread, call: ProposedCall, { type }: CallItem): Promise<string> {
  const left = await leftOpen(thread, call);
  if (left.status !== "ran") return left.message;
  if (type === "hosted_tool_call" || type === "computer_call") return HANDED_OVER;
  const { result, notice = "" } = left;
  return notice + (typeof result === "string" ? result : (JSON.stringify(result) ?? "done"));
}

/** As the SDK itself says that a call was rejected. */
function answer(item: CallItem, text: string): AgentInputItem[] {
  const { type, callId = "", name = "", namespace, caller } = item;
  const programs = caller ? { caller: caller as never } : {};
  switch (type) {
    case "shell_call":
      return [{ type: "shell_call_output", callId, output: [failedCommand(text)], ...programs }];
    case "apply_patch_call":
      return [{ type: "apply_patch_call_output", callId, status: "failed", output: text, ...programs }];
    case "computer_call": {
      const output = {
        type: "computer_screenshot",
        data: NOTHING_TO_SEE,
        providerData: { approvalStatus: "rejected", message: text },
      } as const;
      return [{ type: "computer_call_result", callId, output }, assistant(text)];
    }
    case "hosted_tool_call": {
      const providerData = { approve: false, approval_request_id: callIdOf(item), reason: text };
      return [{ type: "hosted_tool_call", name: "mcp_approval_response", providerData, ...programs }];
    }
    default: {
      const output = { type: "text", text } as const;
      const of = namespace === undefined ? {} : { namespace };
      return [{ type: "function_call_result", callId, name, ...of, status: "completed", output, ...programs }];
    }
  }
}

/** A computer has nothing but pictures to answer with: this is the one that the SDK takes, a single pixel. */
const NOTHING_TO_SEE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==";

/** What a shell says of a command that it did not run. */
export function failedCommand(stderr: string): ShellOutputResult {
  return { stdout: "", stderr, outcome: { type: "exit", exitCode: 1 } };
}
