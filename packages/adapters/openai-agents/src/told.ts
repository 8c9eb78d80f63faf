import { leftOpen, NO_RESULT, type ProposedCall, type Thread } from "@countersign/core/adapter";
import { assistant, type AgentInputItem, type ApplyPatchResult, type ShellOutputResult, type ShellResult } from "@openai/agents";
import { toldBy } from "./failure.ts";
import { itemOutput, tellable, withNotice } from "./output.ts";
import type { Pause } from "./run.ts";
import { openCalls } from "./sessions/pairs.ts";
import { callIdOf, type CallItem } from "./turn.ts";

/**
 * An answer to each call that has no result, in the form that its provider takes: what is recorded of it, or that it did not
 * run. Providers refuse a conversation with open calls.
 */
export async function answersTo(thread: Thread, items: readonly AgentInputItem[], pause: Pause | undefined): Promise<AgentInputItem[]> {
  const known = [...(pause?.asked ?? []), ...(pause?.carrying ?? [])];
  const told = openCalls(items).map(async (item) => {
    const found = known.find((each) => each?.path.length === 0 && each.call.callId === callIdOf(item));
    return found ? toldOf(thread, found.call, item) : unrun(item, NO_RESULT);
  });
  return (await Promise.all(told)).flat();
}

/** What became of a call that was handed over, only its provider knows. */
const HANDED_OVER = "This call was handed over before the run ended. It may have run; do not repeat it.";

async function toldOf(thread: Thread, call: ProposedCall, item: CallItem): Promise<AgentInputItem[]> {
  const left = await leftOpen(thread, call);
  if (left.status !== "ran") return unrun(item, left.status === "failed" ? toldBy(left.message) : left.message);
  return ran(item, left.result, left.notice) ?? unrun(item, HANDED_OVER);
}

/** As the SDK itself tells it. Undefined: only the provider knows. */
function ran(
  { type, callId = "", name = "", namespace, caller }: CallItem,
  result: unknown,
  notice: string | undefined,
): AgentInputItem[] | undefined {
  const programs = caller ? { caller: caller as never } : {};
  switch (type) {
    case "shell_call": {
      const { output, maxOutputLength, providerData } = (result ?? {}) as Partial<ShellResult>;
      const more = { ...(maxOutputLength !== undefined && { maxOutputLength }), ...(providerData && { providerData }) };
      return [{ type: "shell_call_output", callId, output: output ?? [], ...more, ...programs }];
    }
    case "apply_patch_call": {
      const { status = "completed", output } = (result ?? {}) as ApplyPatchResult;
      return [{ type: "apply_patch_call_output", callId, status, ...(output ? { output } : {}), ...programs }];
    }
    case "hosted_tool_call":
    case "computer_call":
      return undefined;
    default: {
      const output = itemOutput(withNotice(tellable(result), notice));
      const of = namespace === undefined ? {} : { namespace };
      return [{ type: "function_call_result", callId, name, ...of, status: "completed", output, ...programs }];
    }
  }
}

/** As the SDK itself says that a call was rejected. */
function unrun(item: CallItem, text: string): AgentInputItem[] {
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
