import { randomUUID } from "node:crypto";
import { serialize } from "@countersign/core";
import { BaseMessage } from "@langchain/core/messages";
import { MemorySaver, type BaseCheckpointSaver, type StateSnapshot } from "@langchain/langgraph";
import { apart, together } from "./apart.ts";
import { messagesOf } from "./graph.ts";

/** What a start leaves on record before LangGraph has written anything: a start that dies is begun again with it. */
export interface KeptInput {
  /** Names the input's messages that have no id of their own. */
  readonly id: string;
  readonly input: { readonly json: unknown } | { readonly serialized: unknown };
  /** Of an input without messages that can have an id: the checkpoint that the thread had before. */
  readonly after?: string | null;
}

interface Place {
  readonly configurable: { readonly thread_id: string };
}

const serde = new MemorySaver().serde;

/** Undefined: LangGraph's serializer can't write it either. */
export async function keepInput(checkpointer: BaseCheckpointSaver, place: Place, input: unknown): Promise<KeptInput | undefined> {
  const id = randomUUID();
  const kept = taken(input) ?? (await serialized(input));
  if (!kept) return undefined;
  return { id, input: kept, ...(lastIdIn(input, id) === undefined ? { after: await lastCheckpoint(checkpointer, place) } : {}) };
}

/** With messages taken apart, so that core keeps it as it is. */
function taken(input: unknown): { readonly json: unknown } | undefined {
  try {
    const json = apart(input);
    return "json" in serialize(json) ? { json } : undefined;
  } catch {
    return undefined;
  }
}

async function serialized(input: unknown): Promise<{ readonly serialized: unknown } | undefined> {
  try {
    const [, bytes] = await serde.dumpsTyped(input);
    return { serialized: JSON.parse(new TextDecoder().decode(bytes)) as unknown };
  } catch {
    return undefined;
  }
}

/** The input as it was given to `start`. */
export async function inputKept({ input }: KeptInput): Promise<unknown> {
  if ("json" in input) return together(input.json);
  return serde.loadsTyped("json", JSON.stringify(input.serialized));
}

/** Undefined for whatever else may stand on record as an input. */
export function asKept(recorded: unknown): KeptInput | undefined {
  const isKept = typeof recorded === "object" && recorded !== null && "id" in recorded && "input" in recorded;
  return isKept ? (recorded as KeptInput) : undefined;
}

/** The same input, with messages that can be told again in the graph's state. */
export function withIds(input: unknown, { id }: KeptInput): unknown {
  const messages = messagesIn(input);
  if (!messages.some(isMessage)) return input;
  return { ...(input as object), messages: messages.map((each, index) => (isMessage(each) ? named(each, `${id}-${index}`) : each)) };
}

/** Has the graph taken this input, in whatever process? */
export async function isTaken(
  checkpointer: BaseCheckpointSaver,
  place: Place,
  kept: KeptInput,
  { values }: Pick<StateSnapshot, "values">,
): Promise<boolean> {
  const last = lastIdIn(await inputKept(kept), kept.id);
  if (last !== undefined) return messagesOf(values).some(({ id }) => id === last);
  return (await lastCheckpoint(checkpointer, place)) !== (kept.after ?? null);
}

/** The id that the last message of the input has, or gets. Undefined: it can have none. */
export function lastIdIn(input: unknown, id: string): string | undefined {
  const messages = messagesIn(input);
  const last = messages.at(-1);
  return isMessage(last) ? (last.id ?? `${id}-${messages.length - 1}`) : undefined;
}

interface Message {
  id?: string | undefined;
}

/** What LangChain takes for a message, and what may have an id. Text alone can have none. */
function isMessage(value: unknown): value is Message {
  if (BaseMessage.isInstance(value)) return true;
  return typeof value === "object" && value !== null && "content" in value && ("role" in value || "type" in value);
}

function named(message: Message, id: string): Message {
  if (message.id !== undefined) return message;
  if (!BaseMessage.isInstance(message)) return { ...message, id };
  // As LangGraph does it to messages without an id: they are written by what they were made of.
  message.lc_kwargs["id"] = id;
  return Object.assign(message, { id });
}

function messagesIn(input: unknown): readonly unknown[] {
  if (typeof input !== "object" || input === null || !("messages" in input)) return [];
  return [input.messages].flat();
}

async function lastCheckpoint(checkpointer: BaseCheckpointSaver, place: Place): Promise<string | null> {
  return (await checkpointer.getTuple(place))?.checkpoint.id ?? null;
}
