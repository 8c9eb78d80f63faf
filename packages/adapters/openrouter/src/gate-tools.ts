import { CountersignError, type Gate, type ThreadRef } from "@countersign/core";
import { emitting, refuseLookalikes, type GateIn, type Offer, type OfferedTool } from "@countersign/core/adapter";
import { isClientTool, type Tool, type TurnContext } from "@openrouter/agent";
import { mustPause } from "./asking.ts";
import { finalOf } from "./generator.ts";
import { guard } from "./guard.ts";
import { newInvocation, threadOf, type Invocation } from "./invocation.ts";
import { runnable, serverToolName, type RunnableTool, type ToolContext } from "./kinds.ts";
import { modelOutput } from "./output.ts";

interface Gated {
  readonly gate: Gate;
  readonly original: Tool;
}
const known = new WeakMap<object, Gated>();

/** Tools as they were before they were gated. */
export function originalsOf(tools: readonly Tool[]): readonly Tool[] {
  return tools.map((tool) => known.get(tool)?.original ?? tool);
}

/** What a model is offered by a run under this gate, which stands around whatever runs here and has no other gate yet. */
export function offerOf(gate: Gate, tools: readonly Tool[]): Offer {
  return { tools: tools.map((tool) => offered(gate, tool)) };
}

function offered(gate: Gate, tool: Tool): OfferedTool {
  if (!isClientTool(tool)) return { name: serverToolName(tool), gate: undefined };
  const { name } = tool.function;
  return { name, calledAs: name, gate: runnable(tool) && (known.get(tool)?.gate ?? gate) };
}

/**
 * Same tools, same types: each runs only what was signed, and what the policy allows. `callModel` is lazy, so say whose
 * calls they are; inside a runner that is known. To have people asked and to go on afterwards, spread `gateCall`: it takes
 * these tools, or yours. Tools that run elsewhere (`execute: false`, server tools) are passed through.
 * @example gateTools(gate, [sendPayment], { threadId: "pay-001" })
 * @throws SETUP for two tools of one name; THREAD_UNKNOWN from a call, without a thread
 */
export function gateTools<const T extends readonly Tool[], C>(gate: GateIn<C>, tools: T, thread?: ThreadRef<C>): T {
  refuseLookalikes(offerOf(gate, tools));
  const own = originalsOf(tools);
  const invocation = thread && unseen(gate, own, thread as ThreadRef);
  return own.map((tool) => gated(gate, tool, () => invocation ?? outsideOfThreads(tool))) as unknown as T;
}

/** The tools of one run of the SDK, by what they were before. */
export function gatedFor(gate: Gate, tools: readonly Tool[], current: () => Invocation): readonly Tool[] {
  return tools.map((tool) => gated(gate, tool, current));
}

function unseen(gate: Gate, tools: readonly Tool[], thread: ThreadRef): Invocation {
  return newInvocation({ gate, thread: threadOf(gate, thread), tools, asksItself: undefined, keep: async () => {} });
}

function outsideOfThreads(tool: Tool): never {
  const name = runnable(tool)?.function.name;
  throw new CountersignError("THREAD_UNKNOWN", name === undefined ? {} : { tool: name });
}

function gated(gate: Gate, original: Tool, invocation: () => Invocation): Tool {
  const tool = runnable(original);
  if (!tool) return original;
  const copy = { ...original, function: { ...tool.function, ...guarded(tool, invocation) } } as unknown as Tool;
  known.set(copy, { gate, original });
  return copy;
}

function guarded(tool: RunnableTool, invocation: () => Invocation): Partial<RunnableTool["function"]> {
  const { execute, onToolCalled, eventSchema } = tool.function;
  const enter = (args: unknown, context: ToolContext | undefined) => ({ invocation: invocation(), tool, args, context });
  return {
    requireApproval: (args, context) => pauses(invocation(), tool, args, context),
    toModelOutput: (told) => modelOutput(tool, told),
    ...(onToolCalled && {
      onToolCalled: (args, context) => guard(enter(args, context), (parsed) => onToolCalled(parsed, context)),
    }),
    ...(execute && {
      execute: eventSchema
        ? (args, context) => emitting((emit) => guard(enter(args, context), (parsed) => finalOf(tool, execute(parsed, context), emit)))
        : (args, context) => guard(enter(args, context), (parsed) => execute(parsed, context)),
    }),
  };
}

/** Where the predicate for all calls isn't in place: the SDK says the arguments, and not which call it is. */
async function pauses(invocation: Invocation, tool: RunnableTool, args: unknown, context: TurnContext): Promise<boolean> {
  const { name } = tool.function;
  const same = invocation.round.turn?.open.filter((call) => call.tool === name && JSON.stringify(call.args) === JSON.stringify(args)) ?? [];
  if (same.length > 0) return (await Promise.all(same.map((call) => mustPause(invocation, call, context)))).some(Boolean);
  return mustPause({ ...invocation, asksItself: undefined }, { id: crypto.randomUUID(), tool: name, args }, context);
}
