import type { ModelMessage, ToolSet, UIMessage } from "ai";
import { editMarkOf } from "../edit-mark.ts";
import { outputKey, type Saved } from "../saved.ts";
import { partsOf } from "../turn.ts";
import { together, type Beside } from "./beside.ts";
import { answerId, questionId } from "./message-ids.ts";
import { saidParts } from "./rewind.ts";
import { callKey, type Standing, type Standings } from "./standings.ts";
import { answered, contentPart, deny, settle, stepPart, takeResult, type UIPart } from "./ui-parts.ts";

interface Shown {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly metadata?: unknown;
  readonly parts: UIPart[];
}

/** An answer that is being drawn. */
interface Draft {
  readonly shown: Shown;
  readonly saved: Saved;
  /** …with how they stand. */
  readonly calls: Map<UIPart, Standing | undefined>;
  /** Its calls by the SDK's own questions about them. */
  readonly questions: Map<string, UIPart>;
  steps: number;
}

/**
 * A saved conversation as a chat page shows it. Between two messages of the user everything is one answer, in steps. What
 * they say while an answer waits stands before it: a page can answer only the approvals of its last message.
 */
export function uiMessagesOf(saved: Saved, tools: ToolSet, standings: Standings): UIMessage[] {
  const { messages, ids, heard = {} } = saved;
  const shown: Shown[] = [];
  let said = { nth: 0, edit: 0 };
  const drafts: Draft[] = [];
  let draft: Draft | undefined;
  for (const [at, message] of messages.entries()) {
    if (message.role === "system") continue;
    if (message.role === "user") {
      said = { nth: said.nth + 1, edit: editMarkOf(message)?.edit ?? said.edit };
      const { id, meanwhile } = heard[at] ?? { id: questionId(ids, said.nth), meanwhile: false };
      shown.splice(shown.length - (meanwhile && draft ? 1 : 0), 0, { id, role: "user", parts: userParts(message) });
      if (!meanwhile) draft = undefined;
      continue;
    }
    if (!draft) {
      draft = begin(saved, answerId(ids, said.nth, said.edit));
      drafts.push(draft);
      shown.push(draft.shown);
    }
    if (message.role === "assistant") step(draft, message, at, { tools, standings });
    for (const part of partsOf(message)) amend(draft, part, at);
  }
  for (const { calls } of drafts) for (const [part, standing] of calls) settle(part, standing);
  return shown as unknown as UIMessage[];
}

/** The answer to what was said last, as far as it stands. */
export function answerIn(saved: Saved, shown: readonly UIMessage[]): UIMessage {
  const last = shown.at(-1);
  if (last?.role === "assistant") return last;
  const said = saved.messages.filter(({ role }) => role === "user");
  const edit = said.findLast(editMarkOf);
  return { id: answerId(saved.ids, said.length, (edit && editMarkOf(edit)?.edit) ?? 0), role: "assistant", parts: [] };
}

/** The conversation with what a route added to its last answer. */
export function withBeside(saved: Saved, added: Beside | undefined): Saved {
  if (!added) return saved;
  const { id } = answerIn(saved, uiMessagesOf(saved, {}, new Map()));
  return { ...saved, beside: { ...saved.beside, [id]: together(saved.beside?.[id], added) } };
}

/** One without any is no message to the SDK. */
function userParts(message: ModelMessage): UIPart[] {
  const parts = saidParts(message).flatMap(contentPart);
  return parts.length > 0 ? parts : [{ type: "text", text: "" }];
}

function begin(saved: Saved, id: string): Draft {
  const beside = saved.beside?.[id];
  const shown: Shown = { id, role: "assistant", ...(beside?.metadata === undefined ? {} : { metadata: beside.metadata }), parts: [] };
  const draft: Draft = { shown, saved, calls: new Map(), questions: new Map(), steps: 0 };
  addBeside(draft);
  return draft;
}

/** A model's response. What stands beside its calls comes behind it, as in a stream. */
function step(
  draft: Draft,
  message: ModelMessage,
  at: number,
  { tools, standings }: { readonly tools: ToolSet; readonly standings: Standings },
): void {
  const parts = partsOf(message).flatMap((part) => stepPart(part, tools));
  draft.shown.parts.push({ type: "step-start" }, ...parts);
  for (const part of parts) {
    if (part.toolCallId === undefined) continue;
    const standing = standings.get(callKey(at, part.toolCallId));
    draft.calls.set(part, standing);
    if (standing?.part) draft.shown.parts.push(standing.part);
  }
  draft.steps++;
  addBeside(draft);
}

/** What the application's route wrote into the stream by then. */
function addBeside({ shown, saved, steps }: Draft): void {
  for (const { step: written, ...part } of saved.beside?.[shown.id]?.parts ?? []) if (written === steps) shown.parts.push(part);
}

type ModelPart = ReturnType<typeof partsOf>[number];

/** What a later part says of a call. Models use call ids again: it is the last one of this id. */
function amend(draft: Draft, part: ModelPart, at: number): void {
  if (part.type === "tool-approval-request") {
    const call = callIn(draft, part.toolCallId);
    if (!call) return;
    draft.questions.set(part.approvalId, call);
    call.approval = { id: part.approvalId, ...(part.isAutomatic ? { isAutomatic: true } : {}) };
    if (!part.isAutomatic) call.state = "approval-requested";
  }
  if (part.type === "tool-approval-response") {
    const call = draft.questions.get(part.approvalId);
    if (!call) return;
    const { approved, reason, providerExecuted } = part;
    // What the provider was refused has no result.
    call.state = providerExecuted && !approved ? "output-denied" : "approval-responded";
    call.approval = answered(call.approval, approved, reason);
  }
  if (part.type === "tool-result") {
    const call = callIn(draft, part.toolCallId);
    if (call) takeResultAt(draft, call, part, outputKey(at, part.toolCallId));
  }
}

function callIn({ shown }: Draft, callId: string): UIPart | undefined {
  return shown.parts.findLast(({ toolCallId }) => toolCallId === callId);
}

function takeResultAt({ saved }: Draft, call: UIPart, { output }: Extract<ModelPart, { type: "tool-result" }>, key: string): void {
  const { outputs, denied = {} } = saved;
  if (Object.hasOwn(denied, key)) deny(call, denied[key]);
  else if (Object.hasOwn(outputs, key)) Object.assign(call, { state: "output-available", output: outputs[key] });
  else takeResult(call, output);
}
