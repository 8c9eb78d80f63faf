import { CountersignError, type Usage } from "@countersign/core";
import { dataOf, type Continuation, type ProposedCall, type SavedRun } from "@countersign/core/adapter";
import { CONVERSATION_STATE_VERSION as RUNNING, createInitialState, type InputsUnion } from "@openrouter/agent";
import type { State } from "./kinds.ts";
import { itemsOf } from "./turn.ts";

export const FRAMEWORK = "openrouter";

/** Of what is saved: another number for another shape. */
const FORMAT = 1;

/** What is known of a thread between two runs of the SDK. */
export interface Saved {
  readonly state: State;
  /** The open calls that are answered from outside: the tool said so, or there is none to run. */
  readonly outside: readonly string[];
  /** `stopWhen` wanted the run to end at this turn: the next answer is the last one. */
  readonly last: boolean;
  /** Of all responses since the last input. */
  readonly usage?: Usage | undefined;
}

/** What is kept of it in the store. */
interface Kept extends Omit<Saved, "state"> {
  /** Null: the application keeps it. */
  readonly state: State | null;
  /** The calls that people are asked about. */
  readonly asked: readonly ProposedCall[];
}

export function newSaved(threadId: string): Saved {
  return { state: createInitialState(threadId), outside: [], last: false };
}

export function toContinuation(
  saved: Saved,
  asked: readonly ProposedCall[],
  { elsewhere = false }: { readonly elsewhere?: boolean } = {},
): Continuation {
  const { state, outside, last, usage } = saved;
  const kept: Kept = { state: elsewhere ? null : state, outside, last, asked, ...(usage && { usage }) };
  return { format: FORMAT, data: kept };
}

/** @throws STATE_INCOMPATIBLE for what another version of this package, or of the SDK's state, has saved */
export function fromContinuation(continuation: Continuation | null): Kept | undefined {
  const kept = dataOf(continuation, FRAMEWORK, FORMAT) as Kept | undefined;
  if (kept?.state) refuseUnknownState(kept.state);
  return kept;
}

/** A conversation as the SDK keeps it: the items of its state. */
export type Messages = Exclude<InputsUnion, string>;

/** With the input of a run that has saved nothing yet. Empty where the application keeps the conversation. */
export function messagesIn({ continuation, input }: SavedRun): Messages {
  const said = [fromContinuation(continuation)?.state?.messages, input as InputsUnion | undefined];
  return said.flatMap(itemsOf) as Messages;
}

/** @throws STATE_INCOMPATIBLE for a version, or a way to wait, that this version of the SDK doesn't know */
export function refuseUnknownState({ version = RUNNING, status }: State): void {
  const running = `state ${RUNNING}`;
  if (version !== RUNNING) throw new CountersignError("STATE_INCOMPATIBLE", { framework: FRAMEWORK, saved: `state ${version}`, running });
  if (Object.hasOwn(STATUSES, status)) return;
  throw new CountersignError("STATE_INCOMPATIBLE", { framework: FRAMEWORK, saved: `with the status ${String(status)}`, running });
}
const STATUSES: Readonly<Record<State["status"], true>> = {
  in_progress: true,
  complete: true,
  interrupted: true,
  awaiting_approval: true,
  awaiting_hitl: true,
  awaiting_client_tools: true,
};
