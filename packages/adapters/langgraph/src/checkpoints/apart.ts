import { Document } from "@langchain/core/documents";
import {
  AIMessage,
  AIMessageChunk,
  BaseMessage,
  ChatMessage,
  HumanMessage,
  RemoveMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";

/**
 * What LangChain's own objects are made of, in plain members: a receipt keeps those as they are, bytes and dates too. LangGraph's
 * serializer would make something else of them.
 */
const CLASSES: Readonly<Record<string, new (fields: never) => object>> = {
  AIMessage,
  AIMessageChunk,
  ChatMessage,
  Document,
  HumanMessage,
  RemoveMessage,
  SystemMessage,
  ToolMessage,
};
/** Before the name of the class, as the only key of the object that stands for one of its own. */
const MARK = "langchain:";
/** What only looks like that. */
const PLAIN = `${MARK}Object`;

/** Takes apart whatever is of one of these classes, in lists and plain objects too. */
export function apart(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(apart);
  const name = classOf(value);
  if (name !== undefined) return { [MARK + name]: membersOf(partsOf(value), apart) };
  // LangGraph takes the members of a Send for one.
  if ("lg_name" in value && value.lg_name === "Send" && "toJSON" in value) return apart({ ...value });
  if (!isPlain(value)) return value;
  const taken = membersOf(value, apart);
  return markOf(value) === undefined ? taken : { [PLAIN]: taken };
}

/** The other way round. */
export function together(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(together);
  if (!isPlain(value)) return value;
  const mark = markOf(value);
  if (mark === undefined) return membersOf(value, together);
  const parts = membersOf((value as Readonly<Record<string, object>>)[mark] ?? {}, together);
  const Class = CLASSES[mark.slice(MARK.length)];
  return Class ? new Class(parts as never) : parts;
}

/** What a message or document is made again of. */
export function partsOf(value: object): Readonly<Record<string, unknown>> {
  const parts = Object.entries(value).filter(([key, part]) => part !== undefined && key !== "type" && !key.startsWith("lc_"));
  return Object.fromEntries(parts);
}

function classOf(value: object): string | undefined {
  const name = BaseMessage.isInstance(value) ? value.lc_id.at(-1) : value instanceof Document ? "Document" : undefined;
  return name !== undefined && Object.hasOwn(CLASSES, name) ? name : undefined;
}

function membersOf(object: object, made: (member: unknown) => unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).map(([key, member]) => [key, made(member)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function markOf(value: object): string | undefined {
  const [key, ...others] = Object.keys(value);
  return key?.startsWith(MARK) && others.length === 0 ? key : undefined;
}
