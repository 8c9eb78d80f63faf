import type { ApprovalRequest } from "@countersign/core";
import { leftOpen, NO_RESULT, NOT_RUN, stopsRun, type Execution, type ProposedCall, type Thread } from "@countersign/core/adapter";
import { named, runnable, type RunnableTool, type State } from "../kinds.ts";
import type { Run } from "../run.ts";
import type { Saved } from "../saved.ts";
import { parse, worded } from "../schema.ts";
import { errorOutput, messageOf, outputOf, type Output } from "../told.ts";
import { asAsked, itemsOf, lastTurn, outputItem, proposedCall, type Call, type Item, type Turn } from "../turn.ts";
import { isRecord, ownReason, waitOptions } from "../waiting.ts";
import { unsentOutputs } from "./absorb.ts";
import type { ToolContexts } from "./context.ts";
import { answered, repaired } from "./conversation.ts";
import { executeHooked } from "./hooked.ts";
import { perform } from "./perform.ts";

/** How a conversation can go on. */
export type Standing =
  | { readonly type: "waits"; readonly saved: Saved; readonly calls: readonly ProposedCall[] }
  | { readonly type: "stopped"; readonly saved: Saved }
  /** All that was decided has an output now. Calls that are answered from outside may still be open. */
  | { readonly type: "ready"; readonly saved: Saved };

/**
 * Goes on from what was saved: once nothing waits any more, what was signed runs, side by side as the SDK would do it, and
 * all outputs are folded into the conversation, which then continues with an ordinary turn.
 * @throws STATE_INCOMPATIBLE, before anything runs, for a signed call whose tool no longer runs here
 */
export async function goOn(run: Run, from: Saved, contexts: () => Promise<ToolContexts>): Promise<Standing> {
  const saved = await mended(run, from);
  const turn = openTurn(run, saved);
  const open = turn?.open.filter(({ id }) => !saved.outside.includes(id)) ?? [];
  if (!turn || open.length === 0) return { type: "ready", saved: inProgress(saved) };
  const calls = await Promise.all(open.map((call) => standingOf(run, turn, call)));
  const waiting = calls.flatMap(({ waits, proposed }) => (waits && proposed ? [proposed] : []));
  if (waiting.length > 0) return { type: "waits", saved, calls: waiting };
  if (calls.some(({ request }) => request && stopsRun(request))) return { type: "stopped", saved: await endedIn(run, saved) };
  await refuseWithoutTool(run.thread, calls);
  const surroundings: Surroundings = { run, state: saved.state, contexts: await contexts() };
  const outputs = await allOf(calls.map((call) => outputFor(surroundings, call)));
  await run.hooks?.drain();
  const outside = outputs.flatMap((output, index) => (output === OUTSIDE ? [open[index]?.id ?? ""] : []));
  return { type: "ready", saved: withOutputs(inProgress({ ...saved, outside: [...saved.outside, ...outside] }), turn, open, outputs) };
}

/** An output for each call that was left open, from what is recorded of it, without running anything. */
export async function endedIn(run: Run, from: Saved, answers: ReadonlySet<string> = new Set()): Promise<Saved> {
  const { thread, tools } = run;
  const saved = await mended(run, from);
  const turn = openTurn(run, saved);
  if (!turn) return inProgress(saved);
  const open = turn.open.filter(({ id }) => !answers.has(id));
  const outputs = await Promise.all(open.map((call) => toldOf(thread, runnable(named(tools, call.tool)), proposedIn(turn, call))));
  return withOutputs(inProgress({ ...saved, outside: [], last: false }), turn, open, outputs);
}

function openTurn({ asked = [] }: Run, { state }: Saved): Turn | undefined {
  const turn = lastTurn(itemsOf(state.messages));
  return turn && asAsked(turn, asked);
}

/** What a crash of the SDK's own approvals, or an interruption, may have left behind is put right. */
async function mended({ tools }: Pick<Run, "tools">, saved: Saved): Promise<Saved> {
  const { unsentToolResults = [], ...state } = saved.state;
  const items = itemsOf(state.messages);
  const turn = lastTurn(items);
  const whole = turn ? answered(items, turn, await unsentOutputs(tools, turn, unsentToolResults)) : items;
  return { ...saved, state: { ...state, messages: repaired(whole, errorOutput(NO_RESULT)) as State["messages"] } };
}

/** A call that has no output, and what is known of it. */
interface OpenCall {
  readonly call: Call;
  readonly tool: RunnableTool | undefined;
  readonly proposed: ProposedCall | undefined;
  readonly request: ApprovalRequest | undefined;
  readonly waits: boolean;
  /** What is wrong with its arguments. */
  readonly issues: string | undefined;
  readonly isKnownTool: boolean;
}

async function standingOf(run: Run, turn: Turn, call: Call): Promise<OpenCall> {
  const { thread, tools } = run;
  const tool = runnable(named(tools, call.tool));
  const isKnownTool = named(tools, call.tool) !== undefined;
  const proposed = proposedIn(turn, call);
  const request = proposed && (await thread.recorded(proposed));
  const found = { call, tool, proposed, request, isKnownTool, waits: false, issues: undefined };
  if (request && proposed) return { ...found, waits: await thread.mustWait(proposed) };
  if (!proposed && (tool || !isKnownTool)) return { ...found, issues: `the model wrote no JSON object: ${String(call.args)}` };
  if (!tool || !proposed) return found;
  const parsed = await parse(tool.function.inputSchema, call.args);
  if ("issues" in parsed) return { ...found, issues: worded(parsed.issues) };
  const asked = await ownReason(run, tool, call, parsed.value, { numberOfTurns: 0 });
  return { ...found, waits: await thread.mustWait(proposed, waitOptions(tool, asked)) };
}

/** Undefined: nobody can be asked about it. */
function proposedIn(turn: Turn, call: Call): ProposedCall | undefined {
  return isRecord(call.args) ? proposedCall(turn, call) : undefined;
}

/** Of calls whose tool is no longer here. @throws STATE_INCOMPATIBLE for one that is signed and hasn't run */
async function refuseWithoutTool(thread: Thread, calls: readonly OpenCall[]): Promise<void> {
  for (const { tool, request, proposed } of calls) if (!tool && request && proposed) await thread.execute(proposed, undefined);
}

/** What stands around the calls that run when a conversation goes on. */
interface Surroundings {
  readonly run: Run;
  readonly state: State;
  readonly contexts: ToolContexts;
}

/** The call is answered from outside. */
const OUTSIDE = Symbol("outside");

async function outputFor({ run, state, contexts }: Surroundings, open: OpenCall): Promise<Output | typeof OUTSIDE> {
  const { gate, thread, hooks } = run;
  const { tool, proposed, request, issues, isKnownTool } = open;
  if (!tool && !request && isKnownTool) return OUTSIDE;
  if (issues !== undefined || !proposed) return errorOutput(`The arguments are invalid: ${issues}. The call did not run.`);
  // Nothing was recorded, and the run had gone past its question: it may have run. Of an interrupted one nothing has.
  const mayHaveRun = !request && state.status === "in_progress";
  if (!tool) return outputOfExecution(tool, await thread.execute(proposed, undefined));
  if (mayHaveRun) return outputOfExecution(tool, await thread.execute(proposed, () => Promise.reject(new Error(NO_RESULT))));
  const performed = { thread, hooks, sessionId: state.id, tool, proposed };
  return outputOfExecution(tool, await executeHooked(performed, (args) => perform(gate, tool, args, contexts.of(tool))));
}

async function toldOf(thread: Thread, tool: RunnableTool | undefined, proposed: ProposedCall | undefined): Promise<Output> {
  if (!proposed) return errorOutput(NO_RESULT);
  const left = await leftOpen(thread, proposed);
  if (left.status !== "ran") return errorOutput(left.message);
  const output = await outputOfRun(tool, left);
  return output === OUTSIDE ? errorOutput(NO_RESULT) : output;
}

async function outputOfExecution(tool: RunnableTool | undefined, execution: Execution<unknown>): Promise<Output | typeof OUTSIDE> {
  switch (execution.status) {
    case "ran":
      return outputOfRun(tool, execution);
    case "refused":
      return errorOutput(execution.message);
    case "pending":
      return errorOutput(NOT_RUN);
    case "failed":
      return errorOutput(messageOf(execution.error));
  }
}

async function outputOfRun(
  tool: RunnableTool | undefined,
  { result, args, notice }: Extract<Execution<unknown>, { status: "ran" }>,
): Promise<Output | typeof OUTSIDE> {
  if (result === null && tool?.function.onToolCalled) return OUTSIDE;
  return outputOf(tool, { output: result, input: args }, notice);
}

/** All are waited for, also when one fails: an effect that is under way isn't left behind. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function withOutputs(saved: Saved, turn: Turn, calls: readonly Call[], outputs: readonly (Output | typeof OUTSIDE)[]): Saved {
  const items = calls.flatMap(({ id }, index): Item[] => {
    const output = outputs[index];
    return output === undefined || output === OUTSIDE ? [] : [outputItem(id, output)];
  });
  const messages = answered(itemsOf(saved.state.messages), turn, items) as State["messages"];
  return { ...saved, state: { ...saved.state, messages } };
}

function inProgress(saved: Saved): Saved {
  const { pendingToolCalls, partialResponse, ...state } = saved.state;
  return { ...saved, state: { ...state, status: "in_progress" } };
}
