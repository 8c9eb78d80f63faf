import { CountersignError, type Gate, type ThreadRef } from "@countersign/core";
import { emitting, refuseLookalikes, type GateIn } from "@countersign/core/adapter";
import type { Tool, TurnContext } from "@openrouter/agent";
import { originalsOf, register } from "./gated.ts";
import { finalOf } from "./generator.ts";
import { guard } from "./guard.ts";
import { runnable, type RunnableTool, type ToolContext } from "./kinds.ts";
import { offerOf } from "./offers.ts";
import { newRun, threadOf, type Run } from "./run.ts";
import { modelOutput } from "./told.ts";
import { mustPause } from "./waiting.ts";

/**
 * Same tools, same types: each runs only what was signed, and what the policy allows. `callModel` is lazy, so
 * outside a runner say whose call it is: a ThreadRef. To have people asked and to go on afterwards, spread `gateCall`: it takes
 * these tools, or yours. Tools that run elsewhere (`execute: false`, server tools) are passed through.
 * @example gateTools(gate, [sendPayment], { threadId: "pay-001" })
 * @throws SETUP for two tools of one name; THREAD_UNKNOWN from a call, without a thread
 */
export function gateTools<const T extends readonly Tool[], C>(gate: GateIn<C>, tools: T, who?: ThreadRef<C>): T {
  refuseLookalikes(offerOf(gate, tools));
  const own = originalsOf(tools);
  const run = who && unseen(gate, own, who as ThreadRef);
  return own.map((tool) => gated(gate, tool, () => run ?? outsideOfThreads(tool))) as unknown as T;
}

/** The tools of one run of the SDK, by what they were before. */
export function gatedFor(gate: Gate, tools: readonly Tool[], current: () => Run): readonly Tool[] {
  return tools.map((tool) => gated(gate, tool, current));
}

function unseen(gate: Gate, tools: readonly Tool[], who: ThreadRef): Run {
  return newRun({ gate, thread: threadOf(gate, who), tools, asksItself: undefined, keep: async () => {} });
}

function outsideOfThreads(tool: Tool): never {
  const name = runnable(tool)?.function.name;
  throw new CountersignError("THREAD_UNKNOWN", name === undefined ? {} : { tool: name });
}

function gated(gate: Gate, original: Tool, run: () => Run): Tool {
  const tool = runnable(original);
  if (!tool) return original;
  const copy = { ...original, function: { ...tool.function, ...guarded(tool, run) } } as unknown as Tool;
  register(copy, { gate, original });
  return copy;
}

function guarded(tool: RunnableTool, run: () => Run): Partial<RunnableTool["function"]> {
  const { execute, onToolCalled, eventSchema } = tool.function;
  const enter = (args: unknown, context: ToolContext | undefined) => ({ run: run(), tool, args, context });
  return {
    requireApproval: (args, context) => pauses(run(), tool, args, context),
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
async function pauses(run: Run, tool: RunnableTool, args: unknown, context: TurnContext): Promise<boolean> {
  const { name } = tool.function;
  const same = run.round.turn?.open.filter((call) => call.tool === name && JSON.stringify(call.args) === JSON.stringify(args)) ?? [];
  if (same.length > 0) return (await Promise.all(same.map((call) => mustPause(run, call, context)))).some(Boolean);
  return mustPause({ ...run, asksItself: undefined }, { id: crypto.randomUUID(), tool: name, args }, context);
}
