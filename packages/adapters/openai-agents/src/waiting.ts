import { CountersignError, type ApprovalRequest, type Gate, type ReviewTerms } from "@countersign/core";
import { stopsRun, type ProposedCall, type Thread } from "@countersign/core/adapter";
import type { RunToolApprovalItem } from "@openai/agents";
import { addressOf, gatedToolOf, type Gated } from "./gated.ts";
import { FRAMEWORK, keyOf, type Pause, type Run, type Ticket } from "./run.ts";
import type { AnyState } from "./saved.ts";
import { callIdOf, callOf, stopIn, type CallItem, type StateJson } from "./turn.ts";

/** What can be said of a call that runs as the model said it, or not at all. */
const UNEDITABLE: ReviewTerms["decisions"] = ["approve", "reject"];

/** @throws SETUP for a call of a tool that isn't gated */
export function pauseOf(gate: Gate, state: AnyState, json: StateJson): Pause {
  const { asked, carrying } = stopIn(json);
  const items = state.getInterruptions();
  return {
    asked: asked.map((proposal, index) => {
      const call = callOf(gate, proposal, gatedToolOf(items[index]));
      return call ? { path: proposal.path, call } : null;
    }),
    carrying: carrying.flatMap((proposal) => {
      const call = callOf(gate, proposal);
      return call ? [{ path: proposal.path, call }] : [];
    }),
  };
}

/**
 * The gate's one question for each call of a pause.
 * @param fresh this run saw the model produce it
 * @returns the calls that wait
 */
export async function waitingIn(run: Run, state: AnyState, { asked }: Pause, fresh: boolean): Promise<readonly Ticket[]> {
  const { thread, askedByTool, stopped } = run;
  const items = state.getInterruptions();
  const waiting: Ticket[] = [];
  for (const [index, each] of asked.entries()) {
    if (!each) continue;
    const { path, call } = each;
    const place = keyOf(path, call.callId);
    const gated = gatedToolOf(items[index]);
    const { argsSchema, parse, elsewhere, structured } = gated;
    if (gated.namespace !== call.namespace) throw ofAnother(call, gated);
    if (fresh && !elsewhere && !stopped.has(place)) throw new CountersignError("SETUP", { hint: ungatedCarrier(path) });
    stopped.add(place);
    const asksItself = askedByTool.has(place) || elsewhere?.asksItself(call);
    const waits = await thread.mustWait(call, {
      fresh,
      argsSchema,
      parse,
      frameworkAsks: asksItself ? ITSELF : undefined,
      // What runs elsewhere is always stopped for; nothing else that the policy lets pass is, unless the tool itself asks.
      frameworkStopped: elsewhere ? undefined : ITSELF,
      ...(isEditable(items[index], structured) ? {} : { decisions: UNEDITABLE }),
    });
    if (waits) waiting.push(each);
  }
  return waiting;
}

const ITSELF = "the tool asks for approval itself";

/** Where the result is read by a program, it can't say that other arguments ran. */
function isEditable(item: RunToolApprovalItem | undefined, structured = false): boolean {
  if (item?.rawItem.type !== "function_call" || structured) return false;
  const outputType: unknown = item.agent.outputType;
  return item.agent.toolUseBehavior === "run_llm_again" || outputType === "text";
}

/** The tool has this name, but comes from somewhere else than the one that was asked about. */
function ofAnother(call: ProposedCall, { namespace, name }: Gated): CountersignError<"STATE_INCOMPATIBLE"> {
  const [saved, running] = [addressOf(call), addressOf({ namespace, tool: name })];
  return new CountersignError("STATE_INCOMPATIBLE", { framework: FRAMEWORK, saved, running });
}

function ungatedCarrier(path: Ticket["path"]): string {
  return `A nested agent has gated tools, and the tool that runs it (call ${path.at(-1)}) is not gated. Pass that tool to gateTools as well.`;
}

/** The request whose reviewer ended the run, if one did. */
export async function stopperOf({ thread }: Run, { asked }: Pause): Promise<ApprovalRequest | undefined> {
  const known = asked.filter((each) => each !== null);
  const requests = await Promise.all(known.map(({ call }) => thread.recorded(call)));
  return requests.find((request) => request !== undefined && stopsRun(request));
}

/** Nothing waits any more: what is decided may run, under its record. */
export async function permit(run: Run, state: AnyState, { asked, carrying }: Pause): Promise<void> {
  const { thread, tickets, spent } = run;
  tickets.length = 0;
  spent.length = 0;
  run.state = state;
  for (const each of carrying) if (await thread.recorded(each.call)) tickets.push(each);
  const items = state.getInterruptions();
  for (const [index, item] of items.entries()) {
    const each = asked[index] ?? undefined;
    const refused = await refusalOf(run, each, item, items);
    if (refused) state.reject(item, refused);
    else state.approve(item);
    if (each) tickets.push({ ...each, agent: item.agent });
  }
}

/**
 * Why the SDK shall refuse a call itself, in its own way. What it is let run, is refused by the guard all the same if it has
 * to be.
 */
async function refusalOf(
  run: Run,
  each: Ticket | undefined,
  item: RunToolApprovalItem,
  items: readonly RunToolApprovalItem[],
): Promise<{ readonly message?: string } | undefined> {
  const { thread } = run;
  const { elsewhere, structured } = gatedToolOf(item);
  if (!each) return elsewhere && { message: UNREADABLE };
  if (elsewhere) {
    const execution = await thread.execute(each.call, () => "handed over");
    return execution.status === "refused" ? { message: execution.message } : undefined;
  }
  // A refusal in the SDK's words has no such shape; and it would be taken for one of every call of this id.
  if (structured || items.some((other) => other !== item && placeOf(other) === placeOf(item))) return undefined;
  const preview = await thread.preview(each.call);
  if (preview.status !== "refused") return undefined;
  return run.speaks && (await isWordless(thread, each.call)) ? {} : { message: preview.message };
}
const UNREADABLE = "The arguments of this call can't be read. It did not run.";

/** The SDK finds its answers by these two. */
export function placeOf({ toolName, rawItem }: RunToolApprovalItem): string {
  return JSON.stringify([toolName, callIdOf(rawItem as CallItem)]);
}

/** Did its reviewer say nothing to the model? */
async function isWordless(thread: Thread, call: ProposedCall): Promise<boolean> {
  const decision = (await thread.recorded(call))?.decisions.at(-1)?.decision;
  return decision?.type === "reject" && decision.message === undefined && decision.then !== "revise";
}
