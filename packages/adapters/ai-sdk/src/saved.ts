import type { Usage } from "@countersign/core";
import { dataOf, type Continuation } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";
import type { Beside } from "./chat/beside.ts";
import { idsOf } from "./chat/message-ids.ts";
import { FRAMEWORK } from "./run.ts";
import type { Part } from "./turn.ts";
import { plainJson, sendable } from "./worded.ts";

/** Of what is saved: another number for another shape. */
const FORMAT = 1;

/** What is kept of a thread between two runs. */
export interface Saved {
  /** As the model sees them. */
  readonly messages: readonly ModelMessage[];
  /** What a tool itself answered, as pages get it, where the model was told something else, by {@link outputKey}. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What the model was told of calls that the policy refused, by {@link outputKey}. */
  readonly denied?: Readonly<Record<string, string>>;
  /** What a page sent, by where it stands in `messages`. */
  readonly heard?: Readonly<Record<number, Heard>>;
  /** What a user said while calls waited: for the model once those have results. */
  readonly kept?: readonly Said[];
  /** How often a user replaced what they had said. */
  readonly edits?: number;
  /** What sets the ids of its messages apart from those of other threads. Absent: it began before they were set apart. */
  readonly ids?: string;
  /** What an application's route added to its answers, by their ids. The model doesn't see it. */
  readonly beside?: Readonly<Record<string, Beside>>;
  /** Since the last input. */
  readonly usage?: Usage | undefined;
}

/** A message of a user's, as its page named it. Sent again, it is no other one. */
export interface Said {
  readonly id: string;
  readonly message: ModelMessage;
}

interface Heard {
  readonly id: string;
  /** Said while the answer before it was under way, and told when that was done. */
  readonly meanwhile: boolean;
}

export function newConversation(threadId: string): Saved {
  return { messages: [], outputs: {}, ids: idsOf(threadId) };
}

/** `at`: where the message with the result stands. */
export function outputKey(at: number, toolCallId: string): string {
  return `${at}/${toolCallId}`;
}

export function toContinuation(saved: Saved): Continuation {
  return { format: FORMAT, data: saved };
}

/** @throws STATE_INCOMPATIBLE for what another version of this package has saved */
export function fromContinuation(continuation: Continuation | null): Saved | undefined {
  return dataOf(continuation, FRAMEWORK, FORMAT) as Saved | undefined;
}

/** Messages of the SDK's as they are kept: without the many members that say nothing, and in a form that each version takes. */
export function asKept(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  return messages.map((message) => {
    const { content } = message;
    return defined({ ...message, content: typeof content === "string" ? content : content.map(keptPart) }) as ModelMessage;
  });
}

function keptPart(part: Part): Part {
  if (part.type === "tool-result") return defined({ ...part, output: sendable(part.output) });
  return defined(part.type === "tool-call" ? { ...part, input: plainJson(part.input) } : part);
}

function defined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, member]) => member !== undefined)) as T;
}
