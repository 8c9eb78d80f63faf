import type { ModelMessage, ToolSet, UIMessage } from "ai";
import { outputKey, type Saved } from "../saved.ts";
import { partsOf } from "../turn.ts";

/** How a call that waits is shown: the id that an answer names, and what was decided so far. */
export interface Standing {
  readonly approvalId: string;
  /** Why somebody is asked. */
  readonly requestReason: string | undefined;
  readonly approved: boolean | undefined;
  readonly reason: string | undefined;
}

/** A part of a UI message, in the shape that the SDK's own stream gives it. */
export type UIPart = { -readonly [K in keyof ToolPart]?: ToolPart[K] } & { readonly type: string };
interface ToolPart {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly state: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly errorText: string;
  readonly approval: { readonly id: string; readonly requestReason?: string; readonly approved?: boolean; readonly reason?: string };
  readonly providerExecuted: boolean;
  readonly text: string;
  readonly url: string;
  readonly mediaType: string;
}

/** The id of the answer to what the user says next: the same before and after it is saved. */
export function nextAnswerId(messages: readonly ModelMessage[]): string {
  return `answer-${messages.filter(({ role }) => role === "user").length + 1}`;
}

/**
 * A saved conversation as a chat page shows it. Between two messages of the user everything is one answer, in steps. What
 * they say while an answer waits stands before it: a page can answer only the approvals of its last message.
 * @param standings of the calls that wait, by call id
 */
export function uiMessagesOf(
  { messages, outputs, heard = {} }: Saved,
  tools: ToolSet,
  standings: ReadonlyMap<string, Standing>,
): UIMessage[] {
  const shown: { id: string; role: "user" | "assistant"; parts: UIPart[] }[] = [];
  let questions = 0;
  for (const [at, message] of messages.entries()) {
    if (message.role === "system") continue;
    if (message.role === "user") {
      const { id, meanwhile } = heard[at] ?? { id: `question-${questions + 1}`, meanwhile: false };
      questions++;
      const behind = meanwhile && shown.at(-1)?.role === "assistant" ? 1 : 0;
      shown.splice(shown.length - behind, 0, { id, role: "user", parts: partsOf(message).flatMap(contentPart) });
      continue;
    }
    const last = shown.at(-1);
    const answer = last?.role === "assistant" ? last : { id: `answer-${questions}`, role: "assistant" as const, parts: [] };
    if (answer !== last) shown.push(answer);
    if (message.role === "assistant")
      answer.parts.push({ type: "step-start" }, ...partsOf(message).flatMap((part) => stepPart(part, tools)));
    for (const part of partsOf(message)) amend(answer.parts, part, outputs, at);
  }
  const open = shown.findLast(({ role }) => role === "assistant")?.parts.filter(({ state }) => state === "approval-requested") ?? [];
  for (const part of open) show(part, standings.get(part.toolCallId ?? ""));
  return shown as unknown as UIMessage[];
}

type ModelPart = ReturnType<typeof partsOf>[number];

function contentPart(part: ModelPart): UIPart[] {
  switch (part.type) {
    case "text":
      return part.text === "" ? [] : [{ type: "text", text: part.text }];
    case "reasoning":
      return [{ type: "reasoning", text: part.text }];
    case "image":
      return [{ type: "file", mediaType: part.mediaType ?? "image/*", url: urlOf(part.image, part.mediaType ?? "image/png") }];
    case "file":
      return [{ type: "file", mediaType: part.mediaType, url: urlOf(part.data, part.mediaType) }];
    default:
      return [];
  }
}

/** What is saved is text: an address, or the bytes in base64. */
function urlOf(data: unknown, mediaType: string): string {
  const text = typeof data === "string" ? data : "";
  return URL.canParse(text) ? text : `data:${mediaType};base64,${text}`;
}

function stepPart(part: ModelPart, tools: ToolSet): UIPart[] {
  if (part.type !== "tool-call") return contentPart(part);
  const { toolCallId, toolName, input, providerExecuted } = part;
  const tool = Object.hasOwn(tools, toolName) ? tools[toolName] : undefined;
  const kind = !tool || tool.type === "dynamic" ? { type: "dynamic-tool", toolName } : { type: `tool-${toolName}` };
  return [{ ...kind, toolCallId, state: "input-available", input, ...(providerExecuted ? { providerExecuted } : {}) }];
}

/** What a later part says of a call. Models use call ids again: it is the last one of this id. */
function amend(parts: UIPart[], part: ModelPart, outputs: Saved["outputs"], at: number): void {
  if (part.type === "tool-approval-request" && !part.isAutomatic) {
    update(parts, (each) => each.toolCallId === part.toolCallId, { state: "approval-requested", approval: { id: part.approvalId } });
  }
  if (part.type === "tool-approval-response") {
    const { approvalId: id, approved, reason, providerExecuted } = part;
    // What the provider was refused has no result.
    const state = providerExecuted && !approved ? "output-denied" : "approval-responded";
    update(parts, ({ approval }) => approval?.id === id, { state, approval: { id, approved, ...(reason === undefined ? {} : { reason }) } }); // prettier-ignore
  }
  if (part.type === "tool-result") {
    const key = outputKey(at, part.toolCallId);
    const result = Object.hasOwn(outputs, key) ? { state: "output-available", output: outputs[key] } : resultOf(part.output);
    update(parts, (each) => each.toolCallId === part.toolCallId, result);
  }
}

function resultOf(output: Extract<ModelPart, { type: "tool-result" }>["output"]): Partial<ToolPart> {
  switch (output.type) {
    case "error-text":
      return { state: "output-error", errorText: output.value };
    case "error-json":
      return { state: "output-error", errorText: JSON.stringify(output.value) };
    case "execution-denied":
      return { state: "output-denied" };
    default:
      return { state: "output-available", output: output.value };
  }
}

function update(parts: UIPart[], which: (part: UIPart) => boolean, change: Partial<ToolPart>): void {
  const at = parts.findLastIndex(which);
  const part = parts[at];
  if (part) parts[at] = { ...part, ...change };
}

function show(part: UIPart, standing: Standing | undefined): void {
  if (!standing) return;
  const { approvalId: id, requestReason, approved, reason } = standing;
  part.state = approved === undefined ? "approval-requested" : "approval-responded";
  part.approval = {
    id,
    ...(requestReason === undefined ? {} : { requestReason }),
    ...(approved === undefined ? {} : { approved }),
    ...(reason === undefined ? {} : { reason }),
  };
}
