import { approve, CountersignError, reject, type ApprovalRequest } from "@countersign/core";
import { decideAnswers, nativeOptions, requestIdFor, type DecideNative, type NativeAnswer } from "@countersign/core/adapter";
import type { RunToolApprovalItem } from "@openai/agents";
import { answerTo, type Answer, type Refuse } from "./native-answer.ts";
import { FRAMEWORK } from "./run.ts";
import { freeze, type AnyState } from "./saved.ts";
import type { StateJson } from "./turn.ts";
import { pauseOf, placeOf } from "./waiting.ts";

/**
 * An existing UI's own answer, accepted as decisions by an authenticated person: the RunState on which it called `approve`
 * or `reject`. Give it here instead of running it, then `runner.resume` or `applyDecisions`. All answers are decided in one
 * write, or none. `alwaysApprove` and `alwaysReject` are remembered where the terms offer it; elsewhere they count once, with
 * a warning.
 * @throws NATIVE_REFUSED for stale, ambiguous or missing answers, and for answers to other arguments than the call's own, with
 * the pause unchanged; and what `gate.decide` throws
 */
export const decideNative: DecideNative<AnyState> = async (gate, state, options) => {
  const { threadId, by, via = FRAMEWORK } = nativeOptions(gate, options);
  const refuse: Refuse = (reason) => {
    throw new CountersignError("NATIVE_REFUSED", { threadId, reason });
  };
  const json = jsonOf(state, refuse);
  const { asked } = pauseOf(gate, state, json);
  const items = state.getInterruptions();
  refuseAmbiguous(items, refuse);
  const said = items.flatMap((item, index): Said[] => {
    const call = asked[index]?.call;
    const answer = call && answerTo(state, json, item, refuse);
    return answer ? [{ id: requestIdFor(gate, threadId, call), answer }] : [];
  });
  if (said.length === 0) refuse("it answers none of its calls");
  const requests = await Promise.all(said.map(({ id }) => gate.get(id)));
  const decided = await decideAnswers(gate, decisionsOn(said, requests), { threadId, by, via });
  for (const [index, request] of decided.entries()) if (said[index]?.answer.always && !remembers(request)) warn(request);
  return decided;
};

/** What the SDK itself couldn't save or go on with, is no answer. */
function jsonOf(state: AnyState, refuse: Refuse): StateJson {
  try {
    return freeze(state, { ephemeral: true }).json;
  } catch (error) {
    return refuse(`the SDK can't save it as a RunState (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** An existing UI's answer to one call, and the id of the request that it is about. */
interface Said {
  readonly id: string;
  readonly answer: Answer;
}

/** Nested agents may use one call id at once: an answer to one of them would be taken for an answer to both. */
function refuseAmbiguous(items: readonly RunToolApprovalItem[], refuse: Refuse): void {
  const places = items.map(placeOf);
  if (new Set(places).size < places.length) refuse("two of its calls share a tool and an id. Decide about each by its request");
}

/** One answer for all calls of a tool is remembered once, whichever of its calls it was given to. */
function decisionsOn(said: readonly Said[], requests: readonly (ApprovalRequest | undefined)[]): readonly NativeAnswer[] {
  const remembered = new Set<string>();
  return said.map(({ id, answer: { approved, message, always } }, index) => {
    const request = requests[index];
    const first = always && request && remembers(request) && !remembered.has(addressOf(request));
    if (first) remembered.add(addressOf(request));
    const extras = first ? { remember: { scope: "tool" } as const } : {};
    return { id, decision: approved ? approve(extras) : reject(message, extras) };
  });
}

function remembers({ terms: { remember } }: ApprovalRequest): boolean {
  return Array.isArray(remember) && remember.includes("tool");
}

function warn({ tool }: ApprovalRequest): void {
  // oxlint-disable-next-line no-console -- nobody else would say why it counts only once
  console.warn(
    `countersign: an answer for all calls of ${tool} counts once, because the rule offers no remembered decisions. review: { remember: ["tool"] } offers them.`,
  );
}

function addressOf({ namespace, tool }: ApprovalRequest): string {
  return JSON.stringify([namespace, tool]);
}
