import { CountersignError, type ApprovalRequest, type Gate } from "@countersign/core";
import type { RunToolApprovalItem } from "@openai/agents";
import { callOf, UNEDITABLE } from "./call.ts";
import { gatedOf, type Gated } from "./gate.ts";
import { keyOf, type Invocation, type Pause, type Ticket } from "./invocation.ts";
import { stopIn, type CallItem, type StateJson } from "./proposals.ts";
import type { AnyState } from "./saved.ts";

/** @throws SETUP for a call of a tool that isn't gated */
export function pauseOf(gate: Gate, state: AnyState, json: StateJson): Pause {
  const { asked, carrying } = stopIn(json);
  const items = state.getInterruptions();
  return {
    asked: asked.map(({ path, turnId, item }, index) => ticket(gate, path, turnId, item, gatedToolOf(items[index]))),
    carrying: carrying.flatMap(({ path, turnId, item }) => ticket(gate, path, turnId, item, undefined) ?? []),
  };
}

function ticket(gate: Gate, path: Ticket["path"], turnId: string, item: CallItem, tool: Gated | undefined): Ticket | null {
  const call = callOf(gate, item, turnId, tool?.namespace ?? item.namespace);
  return call ? { path, call } : null;
}

function gatedToolOf(item: RunToolApprovalItem | undefined): Gated {
  const raw = item?.rawItem as CallItem | undefined;
  for (const tool of item?.agent.tools ?? []) {
    const known = tool.type === "function" && tool.name === raw?.name ? gatedOf(tool) : undefined;
    if (known && (raw?.namespace === undefined || raw.namespace === known.namespace)) return known;
  }
  const hint = `${raw?.name ?? raw?.type} of agent ${item?.agent.name} asks for approval, but isn't gated: pass it to gateTools.`;
  throw new CountersignError("SETUP", { hint });
}

/**
 * The gate's one question for each call of a pause.
 * @param fresh this invocation saw the model produce it
 * @returns the calls that wait
 */
export async function waitingIn(invocation: Invocation, state: AnyState, { asked }: Pause, fresh: boolean): Promise<readonly Ticket[]> {
  const { thread, native, stopped } = invocation;
  const items = state.getInterruptions();
  const waiting: Ticket[] = [];
  for (const [index, each] of asked.entries()) {
    if (!each) continue;
    const { path, call } = each;
    const place = keyOf(path, call.callId);
    if (fresh && !stopped.has(place)) throw new CountersignError("SETUP", { hint: ungatedCarrier(path) });
    stopped.add(place);
    // What the policy alone lets pass was stopped by the tool itself.
    const itself = native.has(place) || thread.settledByPolicy(call);
    const { argsSchema } = gatedToolOf(items[index]);
    const waits = await thread.mustWait(call, {
      fresh,
      argsSchema,
      ...(itself ? { asked: "the tool asks for approval itself" } : {}),
      ...(items[index]?.rawItem.type === "function_call" ? {} : { decisions: UNEDITABLE }),
    });
    if (waits) waiting.push(each);
  }
  return waiting;
}

function ungatedCarrier(path: Ticket["path"]): string {
  return `A nested agent has gated tools, but the tool that runs it (call ${path.at(-1)}) isn't gated: pass that to gateTools as well.`;
}

/** Nothing waits any more: what is decided may run, under its record. Answers whoever stopped the run. */
export async function permit(invocation: Invocation, state: AnyState, { asked, carrying }: Pause): Promise<ApprovalRequest | undefined> {
  const { thread, tickets } = invocation;
  const known = asked.filter((each) => each !== null);
  const requests = await Promise.all([...known, ...carrying].map(({ call }) => thread.recorded(call)));
  const stopper = requests.find((request) => request !== undefined && stops(request));
  if (stopper) return stopper;
  tickets.length = 0;
  tickets.push(...known, ...carrying.filter((_, index) => requests[known.length + index] !== undefined));
  for (const item of state.getInterruptions()) state.approve(item);
  return undefined;
}

function stops({ status, decisions }: ApprovalRequest): boolean {
  const last = decisions.at(-1)?.decision;
  return status === "rejected" && last?.type === "reject" && last.then === "stop";
}

