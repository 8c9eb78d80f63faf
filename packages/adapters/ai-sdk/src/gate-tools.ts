import { CountersignError, currentCall, type Gate, type JsonObject, type ThreadRef } from "@countersign/core";
import { demand, demandGate, demandOptions, demandThread, type GateIn } from "@countersign/core/adapter";
import type { Tool, ToolSet } from "ai";
import { gatedOf, isReworded, register, underGate } from "./gated.ts";
import { isGenerator, yielding } from "./generator.ts";
import { guard } from "./guard.ts";
import { look, lookAtCalls, type NativeOptions } from "./native-offers.ts";
import { restoredCall, runOf, surrounding, type CallOptions, type Run, type Who } from "./run.ts";
import { gatedSchema, type GatedSchema } from "./schema.ts";
import { asideFor } from "./told.ts";
import { passed, passing } from "./within.ts";
import { worded } from "./worded.ts";

/**
 * Same tools, same types: each stops the SDK where somebody has to be asked, and runs only what was signed. Outside a runner
 * say whose call it is: a ThreadRef, or a function of what the SDK hands to a tool. A tool's own `needsApproval` asks as
 * well. Tools without `execute` (the provider's, the browser's) are passed through: nothing here could hold them up. A tool
 * that this gate guards already is gated once.
 * @param options.ungated tools of your loop that are meant to run without the gate: about others the gate warns, once
 * @example new ToolLoopAgent({ model, tools: gateTools(gate, { send_payment }) })
 * @throws SETUP for a tool that another gate guards, and for one that calls others (code mode)
 */
export function gateTools<T extends ToolSet, C>(
  gate: GateIn<C>,
  tools: T,
  who?: ThreadRef<C> | ((options: CallOptions) => ThreadRef<C>),
  options: NativeOptions = {},
): T {
  refuseUnlike(gate, tools, who);
  demandOptions(options, ["ungated"], 'gateTools(gate, tools, { threadId }, { ungated: ["search"] })');
  const kit: Kit = { gate, who: who as Who | undefined };
  const entries = Object.entries(tools).map(([name, tool]) => [name, typeof tool.execute === "function" ? gated(kit, name, tool) : tool]);
  const guarded = Object.fromEntries(entries) as T;
  if (who !== undefined) look(gate, guarded, options.ungated);
  return guarded;
}

/** Types say so already. @throws SETUP */
function refuseUnlike(gate: Gate, tools: ToolSet, who: unknown): void {
  const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
  demandGate(gate);
  demand(isObject(tools), tools, "the tools", "gateTools(gate, { send_payment })");
  for (const [name, tool] of Object.entries(tools))
    demand(isObject(tool), tool, `the tool ${name}`, `gateTools(gate, { ${name}: tool({ … }) })`);
  demandThread(who, "gateTools(gate, tools, { threadId })");
}

type Emit = (output: unknown) => void;

interface Kit {
  readonly gate: Gate;
  readonly who: Who | undefined;
}

function gated({ gate, who }: Kit, name: string, given: Tool): Tool {
  const before = gatedOf(given);
  if (before && before.gate !== gate) throw new CountersignError("SETUP", { hint: `Another gate guards the tool ${name} already. Pass the tool as it was before, or use one gate.` }); // prettier-ignore
  if ("experimental_toolCaller" in given) throw new CountersignError("SETUP", { hint: `The tool ${name} calls other tools, and the SDK makes it anew for each step, without its gate. Leave it out of gateTools, and name it in ungated: the calls that it makes are judged one by one.` }); // prettier-ignore
  // Gated once is enough, unless it is another one by now, or it is said anew whose calls they are.
  if (before?.name === name && !isReworded(before, given) && who === undefined) return given;
  const tool = before ? underGate(before, given) : given;
  const own = tool as Asking;
  const schema = gatedSchema(name, tool.inputSchema);
  const enter = (options: CallOptions): Run => {
    if (who !== undefined && !surrounding()) lookAtCalls(gate, options.messages);
    return runOf(gate, name, who, options);
  };

  function needsApproval(input: object, options: CallOptions): boolean | Promise<boolean> {
    const run = enter(options);
    const restored = restoredCall(run, name, options);
    if (restored) return mayGoOn(run, restored);
    const decided = run.thread.decidedByPolicy({ callId: options.toolCallId, tool: name, args: input as JsonObject });
    if (!decided) return pauses(run, name);
    if (!own.needsApproval) return false;
    return asksItself(own, schema, input, options).then((asks) => asks && pauses(run, name));
  }

  async function perform(args: unknown, options: CallOptions, emit: Emit): Promise<unknown> {
    const made: unknown = await tool.execute?.(args, options as never);
    if (typeof made !== "object" || made === null || !(Symbol.asyncIterator in made)) return made;
    let last: unknown;
    for await (const output of made as AsyncIterable<unknown>) emit((last = output));
    return last;
  }

  async function effect(signed: JsonObject, options: CallOptions, emit: Emit): Promise<unknown> {
    const args: unknown = await schema.parse(signed);
    return passing({ gate, tool: name, options, args }, () => perform(args, options, emit));
  }

  const guarded = async (input: object, options: CallOptions, emit: Emit): Promise<unknown> =>
    passed({ gate, tool: name, options, args: input }, () => perform(input, options, emit)) ??
    guard({ run: enter(options), tool: name, input, options, parse: schema.read }, (args) => effect(args, options, emit));

  const toModelOutput: Tool["toModelOutput"] = async (told) => worded({ tool, schema }, told, asideFor(told.input));

  const copy = {
    ...tool,
    inputSchema: schema.forSdk,
    needsApproval,
    execute: isGenerator(tool.execute)
      ? (input: object, options: CallOptions) => yielding((emit) => guarded(input, options, emit))
      : (input: object, options: CallOptions) => guarded(input, options, () => {}),
    toModelOutput,
  } as unknown as Tool;
  register({ gate, name, tool, copy, schema });
  return copy;
}

/** A call that was stopped for. To say now that it needs no approval would make the SDK refuse it. @throws NOT_APPROVED */
async function mayGoOn({ thread }: Run, call: Parameters<Run["thread"]["mustWait"]>[0]): Promise<true> {
  if (await thread.mustWait(call)) throw new CountersignError("NOT_APPROVED", { request: await thread.recorded(call) });
  return true;
}

/** @throws SETUP inside another call of the thread: the SDK can't pause an agent that runs in a tool */
function pauses(run: Run, tool: string): true {
  if (currentCall()?.threadId !== run.thread.id) return true;
  const hint = `${tool} is called by an agent inside a tool, and the AI SDK can't pause that. Give that agent a runner and a thread of its own.`;
  const error = new CountersignError("SETUP", { hint });
  run.leaving ??= error;
  throw error;
}

/**
 * What the application itself set. Version 7 deprecates it for tools and for its version 8 at the earliest removes it; until
 * then it is the one way to pause that both versions know, and so also ours.
 */
interface Asking {
  readonly needsApproval?: ((input: unknown, options: CallOptions) => unknown) | boolean;
}

/** Only a plain `false` doesn't ask. */
async function asksItself({ needsApproval }: Asking, schema: GatedSchema, input: object, options: CallOptions): Promise<boolean> {
  if (typeof needsApproval !== "function") return needsApproval !== false;
  try {
    const asks: unknown = await needsApproval(await schema.parse(input), options);
    return asks !== false;
  } catch {
    return true;
  }
}
