import type { JsonObject, StandardSchemaV1 } from "@countersign/core";
import type { Thread, WaitOptions } from "@countersign/core/adapter";
import { jsonSchemaOf } from "@countersign/core/policy";
import type { ParsedToolCall, Tool, TurnContext } from "@openrouter/agent";
import { named, runnable, type RunnableTool } from "./kinds.ts";
import type { Cleared, Run } from "./run.ts";
import { parse } from "./schema.ts";
import { proposedCall, type Call } from "./turn.ts";

/**
 * The question that the SDK asks before a call of the turn that the model has just made: must it wait for a person? One
 * answer per call. What needn't is cleared to run, and recorded first if a grant or a rule that counts has decided it.
 */
export function mustPause(run: Run, call: Call, context: TurnContext): Promise<boolean> {
  const { waits } = run.round;
  const known = waits.get(call.id) ?? judged(run, call, context);
  waits.set(call.id, known);
  return known;
}

/** The same, as `callModel` asks it. Its arguments are the SDK's, and hooks can change what is in them: they are read anew. */
export function predicate(run: Run): (call: ParsedToolCall<Tool>, context: TurnContext) => Promise<boolean> {
  return ({ id, name, arguments: args }, context) => {
    const call = run.round.turn?.open.find((each) => each.id === id && each.tool === name);
    return mustPause(run, call ?? { id, tool: name, args: structuredClone<unknown>(args) }, context);
  };
}

/** The same about a call of which nobody knows which one it is. */
export async function judged(run: Run, call: Call, context: TurnContext): Promise<boolean> {
  const { thread, round, saved } = run;
  const tool = runnable(named(run.tools, call.tool));
  // Nothing here would run it: there is nothing to sign.
  if (!tool) return false;
  // The model is told what is wrong with them, and nobody is asked.
  if (!isRecord(call.args)) return unreadable(thread, call, [{ path: [], message: "no JSON object" }]);
  const parsed = await parse(tool.function.inputSchema, call.args);
  if ("issues" in parsed) return unreadable(thread, call, parsed.issues);
  const asked = await ownReason(run, tool, call, parsed.value, context);
  const clear = { callId: call.id, tool: call.tool, args: call.args, parsed: parsed.value };
  if (asked === undefined && thread.decidedByPolicy({ callId: call.id, tool: call.tool, args: call.args })) {
    if (round.turn) round.cleared.push({ ...clear, recorded: undefined });
    else notePassed(round, { ...clear, recorded: undefined });
    return false;
  }
  // Whose conversation isn't known here can only be stopped.
  if (!round.turn || !saved) return true;
  const proposed = proposedCall(round.turn, call);
  if (await thread.mustWait(proposed, { fresh: true, ...waitOptions(tool, asked) })) return true;
  await run.keep(saved);
  round.cleared.push({ ...clear, recorded: proposed });
  return false;
}

/** More different ones than a process calls at once: whatever is not found any more is judged again. */
const PASSED = 1_000;

/** Nothing says when its turn is over, and the SDK asks more often than it runs. */
function notePassed({ passed }: Run["round"], cleared: Cleared): void {
  const key = passedKey(cleared.tool, cleared.parsed);
  if (passed.size >= PASSED) passed.clear();
  if (key !== undefined) passed.set(key, cleared);
}

/** By what a call that has passed is found again where it runs. Undefined: no JSON. */
export function passedKey(tool: string, parsed: unknown): string | undefined {
  try {
    return JSON.stringify([tool, parsed]);
  } catch {
    return undefined;
  }
}

function unreadable(thread: Thread, { tool }: Call, issues: Parameters<Thread["unreadable"]>[1]): false {
  thread.unreadable({ tool }, issues);
  return false;
}

/** Why a call is asked about that the policy itself would let pass. */
export async function ownReason(
  { asksItself }: Pick<Run, "asksItself">,
  tool: RunnableTool,
  call: Call,
  parsed: unknown,
  context: TurnContext,
): Promise<string | undefined> {
  const { requireApproval } = tool.function;
  const own = typeof requireApproval === "function" ? () => requireApproval(parsed, context) : () => requireApproval ?? false;
  if (await asks(own)) return "the tool asks for approval itself";
  const parsedCall: ParsedToolCall<Tool> = { id: call.id, name: call.tool, arguments: call.args };
  return asksItself && (await asks(() => asksItself(parsedCall, context))) ? "the run asks for approval itself" : undefined;
}

export function waitOptions({ function: { inputSchema } }: RunnableTool, asked: string | undefined): WaitOptions {
  if (!forms.has(inputSchema)) forms.set(inputSchema, jsonSchemaOf(inputSchema));
  return { frameworkAsks: asked, argsSchema: forms.get(inputSchema), parse: (args) => parse(inputSchema, args) };
}
/** Making one takes longer than the rest of the question. */
const forms = new WeakMap<StandardSchemaV1, JsonObject | undefined>();

/** Only a plain `false` doesn't ask, and what can't be evaluated asks. */
export async function asks(predicate: () => unknown): Promise<boolean> {
  try {
    return (await predicate()) !== false;
  } catch {
    return true;
  }
}

export function isRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
