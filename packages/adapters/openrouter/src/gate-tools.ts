import type { Gate, ThreadRef } from "@countersign/core";
import {
  demandGate,
  demandOptions,
  demandThread,
  emitting,
  outsideThread,
  refuseLookalikes,
  refuseRenamed,
  warnUngated,
  type GateIn,
} from "@countersign/core/adapter";
import type { Tool, TurnContext } from "@openrouter/agent";
import { originalsOf, register } from "./gated.ts";
import { finalOf } from "./generator.ts";
import { guard } from "./guard.ts";
import { runnable, type RunnableTool, type ToolContext } from "./kinds.ts";
import { offerOf, REMEDY } from "./offers.ts";
import { newRun, threadOf, type Run } from "./run.ts";
import { modelOutput } from "./told.ts";
import { isRecord, judged, mustPause } from "./waiting.ts";
import { arrive } from "./within.ts";

/**
 * Same tools, same types: each runs only what was signed, and what the policy allows. `callModel` is lazy, so
 * outside a runner say whose call it is: a ThreadRef. To have people asked and to go on afterwards, spread `gateCall`: it takes
 * these tools, or yours. Tools that run elsewhere (`execute: false`, server tools) are passed through; with a thread, the gate warns
 * of them unless `ungated` names them. Tools of another gate belong to this one then.
 * @example gateTools(gate, [sendPayment], { threadId: "pay-001" })
 * @throws SETUP for two tools of one name; THREAD_UNKNOWN from a call, without a thread
 */
export function gateTools<const T extends readonly Tool[], C>(
  gate: GateIn<C>,
  tools: T,
  who?: ThreadRef<C> & { readonly ungated?: readonly string[] },
): T {
  demandGate(gate);
  demandThread(who ?? undefined, "gateTools(gate, tools, { threadId })");
  if (who) demandOptions(who, ["threadId", "requestedBy", "context", "ungated"], "gateTools(gate, tools, { threadId })");
  const offer = offerOf(gate, tools);
  refuseLookalikes(offer);
  const own = originalsOf(tools);
  if (!who) return own.map((tool) => gated(gate, tool, (runnableTool) => unbound(gate, runnableTool))) as unknown as T;
  warnUngated({ gate, ungated: who.ungated, remedy: REMEDY }, offer.tools);
  const thread = threadOf(gate, who as ThreadRef);
  const run = newRun({ gate, thread, tools: own, asksItself: undefined, keep: async () => {} });
  return gatedFor(gate, own, () => run) as unknown as T;
}

/** The tools of one run of the SDK, by what they were before. */
export function gatedFor(gate: Gate, tools: readonly Tool[], current: () => Run): readonly Tool[] {
  return tools.map((tool) => gated(gate, tool, (runnableTool) => bound(runnableTool, current)));
}

/** How a call gets to its tool. */
interface Way {
  readonly requireApproval: (args: unknown, context: TurnContext) => Promise<boolean>;
  readonly enter: (args: unknown, context: ToolContext | undefined, effect: (args: unknown) => unknown) => Promise<unknown>;
}

function bound(tool: RunnableTool, run: () => Run): Way {
  return {
    requireApproval: (args, context) => pauses(run(), tool, args, context),
    enter: (args, context, effect) => guard({ run: run(), tool, args, context }, effect),
  };
}

/** Whoever knows the thread is further out: a runner, around something that the application has put around these tools. */
function unbound(gate: Gate, { function: { name } }: RunnableTool): Way {
  return {
    requireApproval: () => Promise.reject(outsideThread(name)),
    enter: async (args, _context, effect) => arrive(gate, { tool: name, args }, () => effect(args)),
  };
}

function gated(gate: Gate, original: Tool, wayTo: (tool: RunnableTool) => Way): Tool {
  const tool = runnable(original);
  if (!tool) return original;
  const members = guarded(tool, wayTo(tool));
  register(gate, members, tool.function);
  return { ...original, function: { ...tool.function, ...members } } as unknown as Tool;
}

function guarded(tool: RunnableTool, { requireApproval, enter }: Way): Partial<RunnableTool["function"]> {
  const { name, execute, onToolCalled, eventSchema } = tool.function;
  return {
    requireApproval,
    toModelOutput: (told) => modelOutput(tool, told),
    ...(onToolCalled && {
      async onToolCalled(args, context) {
        refuseRenamed(nameOf(this) ?? name, name);
        return enter(args, context, (parsed) => onToolCalled(parsed, context));
      },
    }),
    ...(execute && {
      execute(args, context) {
        refuseRenamed(nameOf(this) ?? name, name);
        if (!eventSchema) return enter(args, context, (parsed) => execute(parsed, context));
        return emitting((emit) => enter(args, context, (parsed) => finalOf(tool, execute(parsed, context), emit)));
      },
    }),
  };
}

/** The SDK calls a tool's function as a method of what it offers to the model. */
function nameOf(offered: unknown): string | undefined {
  return isRecord(offered) && typeof offered["name"] === "string" ? offered["name"] : undefined;
}

/** Where the predicate for all calls isn't in place: the SDK says the arguments, and not which call it is. */
async function pauses(run: Run, tool: RunnableTool, args: unknown, context: TurnContext): Promise<boolean> {
  const { name } = tool.function;
  const same = run.round.turn?.open.filter((call) => call.tool === name && JSON.stringify(call.args) === JSON.stringify(args)) ?? [];
  if (same.length > 0) return (await Promise.all(same.map((call) => mustPause(run, call, context)))).some(Boolean);
  return judged({ ...run, asksItself: undefined }, { id: crypto.randomUUID(), tool: name, args }, context);
}
