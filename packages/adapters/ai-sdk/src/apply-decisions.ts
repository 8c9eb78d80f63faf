import { CountersignError, type ApprovalRequest, type Gate, type ThreadRef } from "@countersign/core";
import { demand, demandGate, demandOptions, demandThread } from "@countersign/core/adapter";
import type { ModelMessage, ToolSet } from "ai";
import { believed } from "./believed.ts";
import { look, type NativeOptions } from "./native-offers.ts";
import { withEditsTold } from "./retold.ts";
import { threadOf } from "./run.ts";
import { answersToOpenCalls, responsesTo, toolMessage } from "./told.ts";
import { isAsked, openTurn, proposedCalls } from "./turn.ts";
import { refuseStricter, refuseUnfit } from "./unfit.ts";
import { isStopped, waitingIn } from "./waiting.ts";

/**
 * Your own loop and your own messages, before each request to the model: asks about the calls that the SDK stopped for, if
 * nobody did yet. Says what is pending, or adds the one trailing tool message with which the SDK goes on. Where a person
 * changed what ran, the result says so, on this and on later turns, also if you keep UIMessages. Save the messages before
 * you call it: what it asks is about them.
 * @param options.tools the gated tools that you pass to the SDK. A reviewer's edit can then be checked by their schemas, and a
 * deploy without the tool of a call that waits, or without its gate, is refused
 * @param options.ungated tools that are meant to run without the gate: about others the gate warns, once
 * @throws NOT_APPROVED if a reviewer stopped the run, until something is said after its calls; SETUP if something was said after others, STATE_INCOMPATIBLE if
 * `tools` no longer fit the calls, and what `suspend` throws
 */
export async function applyDecisions(
  gate: Gate,
  given: ModelMessage[],
  ref: ThreadRef,
  options: NativeOptions & { readonly tools?: ToolSet | undefined } = {},
): Promise<{ status: "ready"; messages: ModelMessage[] } | { status: "pending"; pending: readonly ApprovalRequest[] }> {
  demandGate(gate);
  const isMessages = Array.isArray(given) && given.every((message: unknown) => typeof message === "object" && message !== null);
  demand(isMessages, given, "the messages", "applyDecisions(gate, messages, { threadId })");
  demandThread(ref ?? null, "applyDecisions(gate, messages, { threadId })");
  demandOptions(options, ["tools", "ungated"], "applyDecisions(gate, messages, { threadId }, { tools })");
  const { tools, ungated } = options;
  if (tools) look(gate, tools, ungated);
  const thread = threadOf(gate, ref);
  const messages = await believed(thread, given);
  const turn = openTurn(messages);
  if (!turn) return { status: "ready", messages: await withEditsTold(gate, thread, messages, tools) };
  const calls = proposedCalls(messages, turn, "questions");
  if (tools) refuseUnfit(gate, tools, turn.open.filter(isAsked));
  const waiting = await waitingIn(thread, turn, calls, { tools, fresh: false });
  if (waiting.length > 0) {
    await thread.suspend(waiting, null);
    const waits = await thread.review(waiting);
    await thread.release("suspended");
    if (waits) return { status: "pending", pending: await thread.pending(waiting) };
  }
  if (tools) await refuseStricter(thread, tools, calls);
  const isOver = await isStopped(thread, calls);
  if (isOver && !turn.passed) throw new CountersignError("NOT_APPROVED", { request: undefined }, { note: STOPPED });
  if (!isOver && turn.passed) throw new CountersignError("SETUP", { hint: PASSED });
  const told = await withEditsTold(gate, thread, messages, tools);
  if (isOver) {
    const answers = await answersToOpenCalls({ thread, tools: tools ?? {}, outputs: new Map() }, messages, "questions");
    return { status: "ready", messages: [...told.slice(0, turn.end), ...answers, ...told.slice(turn.end)] };
  }
  return { status: "ready", messages: [...told, ...toolMessage(await responsesTo(thread, turn, calls))] };
}
const STOPPED = "Its reviewer stopped the run. Add what the user says next to the messages: the conversation goes on with that.";
const PASSED =
  "The calls are decided, and something was said after them. The SDK goes on from the last message only: pass the messages up to the calls, and add the rest when the calls have run.";
