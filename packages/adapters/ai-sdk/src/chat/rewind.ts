import type { ModelMessage, UserModelMessage } from "ai";
import { editMarkOf, withEditMark } from "../edit-mark.ts";
import { outputKey, type Said, type Saved } from "../saved.ts";
import { partsOf } from "../turn.ts";

type Part = ReturnType<typeof partsOf>[number];

/** What a user said, without the note that the model is told before it. */
export function saidParts(message: ModelMessage): readonly Part[] {
  return partsOf(message).slice(editMarkOf(message)?.note ? 1 : 0);
}

/**
 * The conversation as it was when the message there was said, with this one in its place. The model is told nothing of what
 * was said behind it, as the SDK's own pages do it. But what calls did can't be taken back, and a model that doesn't know of a
 * payment proposes it again: a note before the message says so.
 */
export function rewound(saved: Saved, at: number, { id, message }: Said): Saved {
  const edit = (saved.edits ?? 0) + 1;
  const stands = standingIn(saved, at);
  const replaced = withEditMark(stands.length > 0 ? noted(message, stands) : message, { edit, note: stands.length > 0 });
  const before = <T>(record: Readonly<Record<string, T>> = {}): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([key]) => Number.parseInt(key, 10) < at));
  return {
    ...saved,
    messages: [...saved.messages.slice(0, at), replaced],
    outputs: before(saved.outputs),
    denied: before(saved.denied),
    heard: { ...before(saved.heard), [at]: { id, meanwhile: saved.heard?.[at]?.meanwhile ?? false } },
    edits: edit,
  };
}

const NOTE = "[The user replaced an earlier message by this one. These calls ran in between, and what they did still stands:";

function noted(message: ModelMessage, stands: readonly string[]): ModelMessage {
  const text = `${[NOTE, ...stands].join("\n")}]`;
  return { role: "user", content: [{ type: "text", text }, ...partsOf(message)] as Exclude<UserModelMessage["content"], string> };
}

/** One line for each call that ran from there on, those included that an earlier note tells of. */
function standingIn(saved: Saved, from: number): readonly string[] {
  return saved.messages.flatMap((message, at) => {
    if (at < from) return [];
    if (editMarkOf(message)?.note) return linesOf(partsOf(message)[0]);
    return partsOf(message).flatMap((part) => (part.type === "tool-call" ? lineOf(saved, part, at) : []));
  });
}

function linesOf(note: Part | undefined): readonly string[] {
  return note?.type === "text" ? note.text.slice(0, -1).split("\n").slice(1) : [];
}

function lineOf({ messages, denied = {} }: Saved, call: Extract<Part, { type: "tool-call" }>, at: number): readonly string[] {
  const next = messages.findIndex(({ role }, index) => index > at && role === "assistant");
  for (const [index, message] of messages.slice(at, next === -1 ? undefined : next).entries()) {
    const result = partsOf(message).find((part) => part.type === "tool-result" && part.toolCallId === call.toolCallId);
    if (result?.type !== "tool-result") continue;
    const didNotRun = result.output.type === "execution-denied" || Object.hasOwn(denied, outputKey(at + index, call.toolCallId));
    return didNotRun ? [] : [`- ${call.toolName} ${short(JSON.stringify(call.input))}: ${short(textOf(result.output))}`];
  }
  return [];
}

function textOf(output: Extract<Part, { type: "tool-result" }>["output"]): string {
  if (!("value" in output)) return "";
  return typeof output.value === "string" ? output.value : JSON.stringify(output.value);
}

/** On one line. */
function short(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > LENGTH ? `${line.slice(0, LENGTH)}…` : line;
}
const LENGTH = 500;
