import type { RunToolApprovalItem } from "@openai/agents";
import type { AnyState } from "./saved.ts";
import { callIdOf, type CallItem, type NativeApprovals, type StateJson } from "./turn.ts";

/** Why an answer can't be taken, for its author. */
export type Refuse = (reason: string) => never;

/** What a UI said of one call. */
export interface Answer {
  readonly approved: boolean;
  readonly message: string | undefined;
  /** For all calls of the tool. */
  readonly always: boolean;
}

/** The answer to one of the state's own items, if there is one. */
export function answerTo(state: AnyState, json: StateJson, item: RunToolApprovalItem, refuse: Refuse): Answer | undefined {
  const raw = item.rawItem as CallItem;
  const answer = raw.type === "hosted_tool_call" ? hostedAnswer(json, raw) : localAnswer(state, item);
  if (answer && !fits(state, item, answer)) refuse(`the answer to call ${callIdOf(raw)} is about other arguments than the call's own`);
  return answer;
}

/** The SDK knows only whether a call of a tool was answered, not whose. */
function localAnswer({ _context: context }: AnyState, item: RunToolApprovalItem): Answer | undefined {
  const toolName = item.toolName ?? item.name ?? "";
  const callId = callIdOf(item.rawItem as CallItem);
  const approved = context.isToolApproved({ toolName, callId });
  if (approved === undefined) return undefined;
  // Of a call that never was, only a sticky answer is known.
  const always = context.isToolApproved({ toolName, callId: `not ${callId}` }) === approved;
  return { approved, message: approved ? undefined : context.getRejectionMessage(toolName, callId), always };
}

/** Of calls of hosted MCP servers the SDK tells nobody: what was answered stands in the saved state alone, by server and tool. */
function hostedAnswer({ context }: StateJson, raw: CallItem): Answer | undefined {
  const { server_label: server, name } = raw.providerData ?? {};
  const given = context.hostedMcpApprovals?.[JSON.stringify(["hosted_mcp", server, name])];
  const callId = callIdOf(raw);
  const approved = verdictIn(given, callId);
  if (!given || approved === undefined) return undefined;
  const always = verdictIn(given, undefined) === approved;
  return { approved, message: approved ? undefined : (given.messages?.[callId] ?? given.stickyRejectMessage), always };
}

/** As the SDK resolves it: an answer to the very call counts more than one to all. */
function verdictIn(given: NativeApprovals | undefined, callId: string | undefined): boolean | undefined {
  if (!given) return undefined;
  const names = (list: NativeApprovals["approved"]) => typeof list !== "boolean" && callId !== undefined && list.includes(callId);
  if (names(given.approved)) return true;
  if (names(given.rejected)) return false;
  if (given.approved === true) return true;
  return given.rejected === true ? false : undefined;
}

/**
 * The SDK keeps what an item looked like when it was answered, and tells nobody. It refuses the same answer to the state's own
 * item if that looks different; else this changes nothing.
 */
function fits(state: AnyState, own: RunToolApprovalItem, { approved }: Answer): boolean {
  try {
    if (approved) state.approve(own);
    else state.reject(own);
    return true;
  } catch {
    return false;
  }
}
