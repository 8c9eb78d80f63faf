import { CountersignError, isCountersignError, type Gate } from "@countersign/core";
import { demand, demandGate, demandOptions, refuseLookalikes, warnUngated, type GateIn } from "@countersign/core/adapter";
import { BaseMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import type { RunnableConfig } from "@langchain/core/runnables";
import type { ClientTool, ServerTool } from "@langchain/core/tools";
import { GraphInterrupt } from "@langchain/langgraph";
import { positionOf } from "./checkpoints/position.ts";
import { surroundingsOf, type Surroundings } from "./checkpoints/surroundings.ts";
import { argsOfInput, gatedTool, inputOf, invokerOf, isClientTool, isToolCall, ungatedTool } from "./gated.ts";
import { guard, isPause } from "./guard.ts";
import { arrived, mustLeaveWith, refuseSwallowed } from "./pauses/leaving.ts";
import { pauseOf } from "./pauses/pause.ts";
import { errorPayload, pausePayload, type Asked } from "./pauses/payload.ts";
import { runOf, type Run, type Waiting, type Who } from "./run.ts";
import { jsonSchemaOf, parserOf } from "./schema.ts";
import { endRun } from "./stop.ts";
import { telling } from "./telling.ts";
import { timed } from "./timeout.ts";
import { toldOutput, withNotice } from "./told.ts";
import { callIdOf, proposedCall, turnProposing, type Turn } from "./turn.ts";
import { suspendUnsigned, type Candidate } from "./waiting.ts";

/** The tools that are gated together: their calls of one turn pause together. */
interface Kit extends Ungated {
  readonly gate: Gate;
  readonly who: ((config: RunnableConfig) => object) | undefined;
  readonly byName: ReadonlyMap<string, ClientTool>;
}

/** Names of all tools that went through `gateTools`, by gate. */
const gatedNames = new WeakMap<Gate, Set<string>>();

interface Ungated {
  /** Without a runner: tools that are meant to run without the gate, by name. Calls of others beside gated ones are warned about. */
  readonly ungated?: readonly string[] | undefined;
}

/**
 * The gate for `ToolNode`, `createReactAgent` and hand-written nodes: the same tools, which ask before they run. All calls
 * of a model's turn to these tools pause together, before any of them runs. Outside a runner say whose call it is: a function of
 * the node's config; the thread itself is always configurable.thread_id. Tools that the provider executes itself are
 * passed through: nothing here could hold them up.
 * @example new ToolNode(gateTools(gate, [sendPayment, readReport]))
 * @throws SETUP for two tools of one name
 */
export function gateTools<const T extends readonly (ClientTool | ServerTool)[], C>(
  gate: GateIn<C>,
  tools: T,
  who?: Who<RunnableConfig, C>,
  options: Ungated = {},
): { -readonly [K in keyof T]: T[K] } {
  demandGate(gate);
  demand(Array.isArray(tools), tools, "the tools", "gateTools(gate, [sendPayment])");
  for (const tool of tools) demand(typeof tool === "object" && tool !== null, tool, "a tool", "gateTools(gate, [sendPayment])");
  demand(
    who === undefined || typeof who === "function",
    who,
    "the function that says whose call it is",
    "gateTools(gate, tools, (config) => ({ requestedBy }))",
  );
  demandOptions(options, ["ungated"], 'gateTools(gate, tools, who, { ungated: ["search"] })');
  refuseLookalikes({ tools: tools.filter(isClientTool).map(calledByName) });
  const kit: Kit = { gate, who, ungated: options.ungated, byName: new Map(tools.filter(isClientTool).map((tool) => [tool.name, tool])) };
  const names = gatedNames.get(gate) ?? new Set();
  gatedNames.set(gate, names);
  for (const name of kit.byName.keys()) names.add(name);
  return tools.map((tool) => (isClientTool(tool) ? gated(kit, ungatedTool(gate, tool)) : tool)) as { -readonly [K in keyof T]: T[K] };
}

/** A model calls tools by their names alone. */
export function calledByName({ name }: ClientTool): { readonly name: string; readonly calledAs: string } {
  return { name, calledAs: name };
}

function gated(kit: Kit, tool: ClientTool): ClientTool {
  return gatedTool(kit.gate, tool, (input, config) => invokeGated(kit, tool, input, config));
}

async function invokeGated(kit: Kit, tool: ClientTool, given: unknown, config: RunnableConfig | undefined): Promise<unknown> {
  const invoke = invokerOf(telling(tool));
  if (!isToolCall(given)) return invokeByHand(kit, tool, given, config);
  // The tool that runs is the tool that is asked about, whatever a middleware made of the call's name.
  const input = { ...given, name: tool.name };
  const surroundings = surroundingsOrPause(config);
  const run = runOf(kit.gate, surroundings, () => kit.who?.(surroundings.config) ?? {});
  const turn = turnProposing(messagesAround(surroundings, config), input);
  const call = proposedCall(turn?.turnId ?? surroundings.task, input);
  if (!run.driven) warnOfOthers(kit, turn);
  try {
    refuseSwallowed(run, surroundings, call.turnId);
    const waiting = await suspendTurn(kit, run, surroundings, turn, input);
    if (waiting.length > 0) throw pauseAmong(run, surroundings, waiting, input);
    const { signal, within } = timed(tool, config, surroundings.config);
    const proposed = { call, fresh: false, from: input, signal, parse: parserOf(tool) };
    const guarded = await guard(run, proposed, (args) => within(() => invoke({ ...input, args }, config)));
    arrived(run, call);
    switch (guarded.status) {
      case "ran":
        return toldOutput(guarded, input);
      case "refused":
        if (guarded.then === "stop") endRun(run, surroundings);
        return guarded.message;
      case "failed":
        throw guarded.error;
      case "pending":
        run.suspended.push(call);
        throw pauseShowing(run, [{ call, request: guarded.request }]);
    }
  } catch (error) {
    if (!isPause(error) && !isCountersignError(error)) throw error;
    mustLeaveWith(error, run, surroundings, call);
    throw isCountersignError(error) ? pauseOf(errorPayload(run.thread.id, error)) : error;
  }
}

/** A runner looks at all tools before a run. Without one, those are seen that the model calls beside gated ones. */
function warnOfOthers({ gate, ungated }: Kit, turn: Turn | undefined): void {
  const known = gatedNames.get(gate);
  const others = turn?.message.tool_calls?.filter(({ name }) => !known?.has(name)) ?? [];
  if (others.length > 0) warnUngated({ gate, ungated, remedy: REMEDY }, others.map(({ name }) => ({ name, gate: undefined }))); // prettier-ignore
}
const REMEDY = "The model called it beside tools that are gated. Pass it to gateTools as well.";

/** A call that no model proposed: a node calls the tool itself. Its refusal is an error, because there is no model to tell. */
async function invokeByHand(kit: Kit, tool: ClientTool, input: unknown, config: RunnableConfig | undefined): Promise<unknown> {
  const surroundings = surroundingsOf(config);
  const run = runOf(kit.gate, surroundings, () => kit.who?.(surroundings.config) ?? {});
  const from: ToolCall = {
    name: tool.name,
    args: argsOfInput(input),
    id: positionOf(surroundings, tool.name),
    type: "tool_call",
  };
  const call = proposedCall(surroundings.task, from);
  const waiting = await suspendUnsigned(run, surroundings, undefined, [{ call, options: schemaOf(tool) }]);
  if (waiting.length > 0) throw pauseShowing(run, waiting);
  const invoke = invokerOf(tool);
  const { signal, within } = timed(tool, config, surroundings.config);
  const proposed = { call, fresh: false, from, signal, parse: parserOf(tool) };
  const guarded = await guard(run, proposed, (args) => within(() => invoke(inputOf(args, input), config)));
  switch (guarded.status) {
    case "ran":
      return withNotice(guarded.output, guarded.notice, from.id);
    case "failed":
      throw guarded.error;
    case "pending":
      throw pauseShowing(run, [{ call, request: guarded.request }]);
    case "refused":
      throw new CountersignError("NOT_APPROVED", { request: undefined }, { note: guarded.message.text });
  }
}

/** One suspension for all calls of the turn, whichever parallel call comes first. */
function suspendTurn(kit: Kit, run: Run, surroundings: Surroundings, turn: Turn | undefined, input: ToolCall): Promise<readonly Waiting[]> {
  const calls = turn?.open ?? [input];
  const turnId = turn?.turnId ?? surroundings.task;
  const begun = turn && run.batches.get(turnId);
  if (begun) return begun;
  const candidates = calls.flatMap((each) => {
    const tool = kit.byName.get(each.name);
    return tool ? [{ call: proposedCall(turnId, each), options: schemaOf(tool) }] : [];
  });
  const batch = suspendUnsigned(run, surroundings, turn, candidates);
  run.batches.set(turnId, batch);
  batch.catch(() => run.batches.delete(turnId));
  return batch;
}

function schemaOf(tool: ClientTool): Candidate["options"] & object {
  return { argsSchema: jsonSchemaOf(tool), parse: parserOf(tool) };
}

/** Calls that run as tasks of their own show their own request; those that share a task share one pause. */
function pauseAmong(run: Run, surroundings: Surroundings, waiting: readonly Waiting[], input: ToolCall): GraphInterrupt {
  const alone = typeof surroundings.input === "object" && surroundings.input !== null && "lg_tool_call" in surroundings.input;
  const shown = alone ? waiting.filter(({ call }) => call.callId === callIdOf(input)) : waiting;
  // A call that needs no signature waits for its siblings, and has nothing to show.
  if (shown.length === 0) return new GraphInterrupt([]);
  return pauseShowing(run, shown, alone ? undefined : shown[0]?.pause);
}

function pauseShowing({ thread }: Run, asked: readonly Asked[], id?: string): GraphInterrupt {
  return pauseOf(pausePayload(thread.id, asked), id);
}

/** A tool node would tell the model that there is no checkpointer. */
function surroundingsOrPause(config: RunnableConfig | undefined): Surroundings {
  try {
    return surroundingsOf(config);
  } catch (error) {
    throw isCountersignError(error) ? pauseOf(errorPayload("", error)) : error;
  }
}

/** The conversation, where a tool node or the running task has it. */
function messagesAround({ input }: Surroundings, config: RunnableConfig | undefined): readonly BaseMessage[] {
  const state: unknown = (config as { readonly state?: unknown } | undefined)?.state;
  return [state, input].map(messagesIn).find((messages) => messages.length > 0) ?? [];
}

function messagesIn(state: unknown): readonly BaseMessage[] {
  if (typeof state !== "object" || state === null) return [];
  const lists: readonly unknown[] = Array.isArray(state) ? [state] : "messages" in state ? [state.messages] : Object.values(state);
  return lists.find(isConversation) ?? [];
}

function isConversation(list: unknown): list is readonly BaseMessage[] {
  return Array.isArray(list) && list.length > 0 && list.every((each) => BaseMessage.isInstance(each));
}
