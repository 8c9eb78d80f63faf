import { approve, CountersignError, reject, type Decision, type ApprovalRequest } from "@countersign/core";
import type { DecideNative } from "@countersign/core/adapter";
import type { RunState, RunToolApprovalItem } from "@openai/agents";
import { scopeOfState, type Ticket } from "./invocation.ts";
import { callIdOf, type CallItem } from "./proposals.ts";
import { freeze } from "./saved.ts";
import { pauseOf } from "./suspend.ts";

type Refuse = (reason: string) => never;

/** An existing UI's answer to one call, and the request that it is about. */
interface Answered {
  readonly request: ApprovalRequest;
  readonly decision: Decision;
}

/**
 * An existing UI's own answer, accepted as decisions by an authenticated person: the RunState on which it called `approve`
 * or `reject`. Give it here instead of running it, then `runner.resume` or `applyDecisions`. All answers are checked before
 * the first is recorded. `alwaysApprove` and `alwaysReject` are remembered where the terms offer it; elsewhere they count
 * once, with a warning.
 * @throws NATIVE_REFUSED for stale, ambiguous or missing answers, with the pause unchanged; and what `gate.decide` throws
 */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the agent's own context and output are
export const decideNative: DecideNative<RunState<any, any>> = async (gate, state, { threadId, by, via = "openai-agents" }) => {
  const refuse: Refuse = (reason) => {
    throw new CountersignError("NATIVE_REFUSED", { threadId, reason });
  };
  const { thread } = scopeOfState(gate, { threadId }, state._context).invocation;
  const { asked } = pauseOf(gate, state, freeze(state, { ephemeral: true }).json);
  const items = state.getInterruptions();
  refuseAmbiguous(items, refuse);
  const answers: Answered[] = [];
  for (const [index, item] of items.entries()) {
    const each = asked[index];
    const answer = answerTo(state, item);
    if (each && answer) answers.push(await checked({ each, answer, request: await thread.recorded(each.call) }, refuse));
  }
  if (answers.length === 0) refuse("it answers none of its calls");
  const decided: ApprovalRequest[] = [];
  const remembered = new Set<string>();
  for (const { request, decision } of answers) {
    const { remember, ...once } = decision;
    const known = remembered.has(addressOf(request));
    if (remember) remembered.add(addressOf(request));
    decided.push(await gate.decide(request, known ? once : decision, { by, via }));
  }
  return decided;
};

interface Answer {
  readonly approved: boolean;
  readonly message: string | undefined;
  /** For all calls of the tool. */
  readonly always: boolean;
}

/** The SDK knows only whether a call of a tool was answered, not whose. */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
function answerTo({ _context: context }: RunState<any, any>, item: RunToolApprovalItem): Answer | undefined {
  const toolName = item.toolName ?? item.name ?? "";
  const callId = callIdOf(item.rawItem as CallItem);
  const approved = context.isToolApproved({ toolName, callId });
  if (approved === undefined) return undefined;
  // Of a call that never was, only a sticky answer is known.
  const always = context.isToolApproved({ toolName, callId: `not ${callId}` }) === approved;
  return { approved, message: approved ? undefined : context.getRejectionMessage(toolName, callId), always };
}

/** Nested agents may use one call id at once: an answer to one of them would be taken for an answer to both. */
function refuseAmbiguous(items: readonly RunToolApprovalItem[], refuse: Refuse): void {
  const places = items.map((item) => JSON.stringify([item.toolName, callIdOf(item.rawItem as CallItem)]));
  if (new Set(places).size < places.length) refuse("two of its calls share a tool and an id: decide about each by its request");
}

async function checked(
  { each, answer, request }: { readonly each: Ticket; readonly answer: Answer; readonly request: ApprovalRequest | undefined },
  refuse: Refuse,
): Promise<Answered> {
  if (!request) return refuse(`there is no request for call ${each.call.callId}`);
  const { id, proposal } = request;
  if (proposal.by !== undefined) return refuse(`the arguments of request ${id} were edited after they were shown`);
  const { remember } = request.terms;
  const offered = Array.isArray(remember) && remember.includes("tool");
  if (answer.always && !offered) {
    // oxlint-disable-next-line no-console -- nobody else would say why it counts only once
    console.warn(`countersign: an answer for all calls of ${request.tool} counts once: its terms don't offer to remember it.`);
  }
  const extras = answer.always && offered ? { remember: { scope: "tool" } as const } : {};
  return { request, decision: answer.approved ? approve(extras) : reject(answer.message, extras) };
}

function addressOf({ namespace, tool }: ApprovalRequest): string {
  return JSON.stringify([namespace, tool]);
}
