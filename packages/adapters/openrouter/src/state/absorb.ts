import type { ProposedCall } from "@countersign/core/adapter";
import type { Tool } from "@openrouter/agent";
import { named, runnable, type State } from "../kinds.ts";
import { newRound, type Run } from "../run.ts";
import type { Saved } from "../saved.ts";
import { errorOutput, outputOf } from "../told.ts";
import { isOutput, itemsOf, lastTurn, outputItem, proposedCall, type Item, type Turn } from "../turn.ts";
import { mustPause } from "../waiting.ts";
import { answered } from "./conversation.ts";

/** A conversation as the SDK saves it, and the calls in it that people have to be asked about. */
export interface Absorbed {
  readonly saved: Saved;
  readonly waiting: readonly ProposedCall[];
  /** The SDK itself wouldn't pause here. */
  readonly breaksOff: boolean;
}

/**
 * Takes over what the SDK saves. Results that it hasn't sent yet become outputs; outputs of calls that were turned away are
 * none, and their run is paused. So is one that the SDK ended although a call of its last turn waits.
 */
export async function absorb(run: Run, state: State): Promise<Absorbed> {
  const { unsentToolResults = [], pendingToolCalls = [], ...rest } = state;
  const given = itemsOf(state.messages);
  // The model has answered: what was found out is about another turn.
  const hasAnswered = lastTurn(given)?.start !== run.round.turn?.start;
  if (hasAnswered) run.round = newRound({ outside: [], last: false, state });
  const { round, saved: before } = run;
  const items = without(given, round.turn, new Set([...round.turnedAway, ...round.broken]));
  const turn = lastTurn(items);
  const outputs = turn ? await unsentOutputs(run.tools, turn, unsentToolResults) : [];
  const complete = turn ? answered(items, turn, outputs) : items;
  const open = lastTurn(complete)?.open ?? [];
  const isPaused = state.status === "awaiting_approval" || round.turnedAway.size > 0;
  const toldBefore = hasAnswered ? [] : (before?.outside ?? []);
  const toldNow = isPaused ? [] : answerable(run.tools, pendingToolCalls);
  const outside = new Set([...toldBefore, ...round.outside, ...toldNow]);
  const mayWait = isPaused || state.status === "complete" ? open.filter(({ id }) => !outside.has(id)) : [];
  const waits = await Promise.all(mayWait.map((call) => mustPause(run, call, { numberOfTurns: 0 })));
  const waiting = turn ? mayWait.flatMap((call, index) => (waits[index] ? [proposedCall(turn, call)] : [])) : [];
  const pauses = isPaused || waiting.length > 0;
  const messages = complete as State["messages"];
  const saved: Saved = {
    state: { ...rest, messages, status: pauses ? "awaiting_approval" : state.status },
    outside: open.flatMap(({ id }) => (outside.has(id) ? [id] : [])),
    last: before?.last ?? false,
    usage: before?.usage,
  };
  return { saved, waiting, breaksOff: pauses && state.status !== "awaiting_approval" };
}

/** Of calls that the SDK leaves to others: a tool that nobody knows is nobody's to answer, and the model is told so. */
export function answerable(tools: readonly Tool[], calls: readonly { readonly id: string; readonly name: string }[]): readonly string[] {
  return calls.flatMap(({ id, name }) => (named(tools, name) ? [id] : []));
}

function without(items: readonly Item[], turn: Turn | undefined, calls: ReadonlySet<string>): readonly Item[] {
  if (!turn || calls.size === 0) return items;
  return items.filter((item, at) => at < turn.start || !isOutput(item) || !calls.has(item.callId));
}

/** What else has run in a round that an error ends is kept, as far as anything can be. */
export async function keepBeforeLeaving(run: Run, state: State): Promise<void> {
  const { saved } = await absorb(run, state);
  await run.keep(saved).catch(() => {});
}

export function unsentOutputs(
  tools: readonly Tool[],
  { open }: Turn,
  results: NonNullable<State["unsentToolResults"]>,
): Promise<readonly Item[]> {
  const known = results.flatMap((result) => {
    const call = open.find(({ id }) => id === result.callId);
    return call ? [{ result, call }] : [];
  });
  return Promise.all(
    known.map(async ({ result: { error, output }, call }) => {
      if (error) return outputItem(call.id, errorOutput(error));
      const tool = runnable(named(tools, call.tool));
      return outputItem(call.id, tool ? await outputOf(tool, { output, input: call.args }) : JSON.stringify(output ?? null));
    }),
  );
}
