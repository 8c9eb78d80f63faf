import { dataOf, type Continuation } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";
import type { Beside } from "./chat/beside.ts";
import { idsOf } from "./chat/message-ids.ts";
import { FRAMEWORK } from "./run.ts";

/** Of what is saved: another number for another shape. */
const FORMAT = 1;

/** What is kept of a thread between two runs. */
export interface Saved {
  /** As the model sees them. */
  readonly messages: readonly ModelMessage[];
  /** What a tool itself answered, where the model was told something else, by {@link outputKey}. */
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

/** A tool's own answer as a chat can show it: null where JSON can't carry it. */
export function jsonOf(output: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(output) ?? "null") as unknown;
  } catch {
    return null;
  }
}

/** Messages as JSON: files travel as text, in a form that both versions of the SDK take. */
export function asJson(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const inlined = messages.map((message) =>
    typeof message.content === "string" ? message : { ...message, content: message.content.map(inlineFile) },
  );
  return JSON.parse(JSON.stringify(inlined)) as ModelMessage[];
}

function inlineFile(part: object): object {
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, key === "data" || key === "image" ? inlineData(value) : value]),
  );
}

function inlineData(data: unknown): unknown {
  if (data instanceof Uint8Array) return base64(data);
  if (data instanceof ArrayBuffer) return base64(new Uint8Array(data));
  if (data instanceof URL) return data.href;
  if (typeof data !== "object" || data === null || !("type" in data)) return data;
  if (data.type === "url" && "url" in data) return inlineData(data.url);
  return data.type === "data" && "data" in data ? inlineData(data.data) : data;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
