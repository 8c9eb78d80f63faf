import type { ApprovalRequest } from "@countersign/core";
import type { UIMessage, UIMessageChunk } from "ai";
import { taking } from "./takes.ts";
import { answered, type UIPart } from "./ui-parts.ts";

/** What a page has to be told so that it shows this message: whatever happened since it looked, here or elsewhere. */
export async function catchUp(seen: UIMessage | undefined, saved: UIMessage): Promise<readonly UIMessageChunk[]> {
  const { responses } = await taking();
  const before = stepsOf(seen);
  const now = stepsOf(saved);
  const changed = now
    .slice(0, Math.max(before.length, 1))
    .flatMap((step, index) => step.flatMap((part) => changeChunks(before.slice(index), part, responses)));
  const further = now
    .slice(Math.max(before.length, 1))
    .flatMap((step, index): Chunk[] => [
      { type: "start-step" },
      ...step.flatMap((part, at) => partChunks(part, `${before.length + index}-${at}`, responses)),
      { type: "finish-step" },
    ]);
  const isTold = saved.metadata === undefined || isEqual(seen?.metadata, saved.metadata);
  const metadata = isTold ? [] : [{ type: "message-metadata", messageMetadata: saved.metadata }];
  return [...metadata, ...changed, ...further] as readonly UIMessageChunk[];
}

interface Chunk {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** The first one stands before the first step. */
function stepsOf(message: UIMessage | undefined): UIPart[][] {
  const steps: UIPart[][] = [];
  for (const part of (message?.parts ?? []) as readonly UIPart[]) {
    if (steps.length === 0) steps.push([]);
    if (part.type === "step-start") steps.push([]);
    else steps.at(-1)?.push(part);
  }
  return steps;
}

/**
 * What a page that has the step already has to be told of a part of it.
 * @param known its steps from there on
 */
function changeChunks([step = [], ...later]: readonly UIPart[][], part: UIPart, responses: boolean): Chunk[] {
  if (part.type.startsWith("data-")) {
    // In a stream it comes behind what there is by then.
    const old = [step, ...later].flat().find(({ type, id }) => type === part.type && id === part.id);
    return old && isEqual(old.data, part.data) ? [] : [dataChunk(part)];
  }
  const isIts = ({ toolCallId }: UIPart): boolean => toolCallId !== undefined && toolCallId === part.toolCallId;
  const old = step.find(isIts);
  // Models use call ids again: what a page is told is about the last call of the id.
  return old && !later.flat().some(isIts) && !isSame(old, part, responses) ? standingChunks(part, responses, old) : [];
}

function isSame(old: UIPart, part: UIPart, responses: boolean): boolean {
  return old.state === part.state && old.errorText === part.errorText && !contradicts(old, part, responses);
}

/** A page of version 6 can't be told how somebody else answered: it may lack the answer, but not have another one. */
function contradicts({ approval: old }: UIPart, { approval }: UIPart, responses: boolean): boolean {
  if (!approval) return false;
  if (!old || old.id !== approval.id) return true;
  if (!responses) return old.approved !== undefined && old.approved !== approval.approved;
  return old.approved !== approval.approved || (approval.approved === false && old.reason !== approval.reason);
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function partChunks(part: UIPart, id: string, responses: boolean): Chunk[] {
  if (part.type.startsWith("data-")) return [dataChunk(part)];
  switch (part.type) {
    case "text":
    case "reasoning":
      return [
        { type: `${part.type}-start`, id },
        { type: `${part.type}-delta`, id, delta: part.text },
        { type: `${part.type}-end`, id },
      ];
    case "file":
      return [{ type: "file", url: part.url, mediaType: part.mediaType }];
    default:
      return [callChunk(part), ...standingChunks(part, responses)];
  }
}

function dataChunk({ type, id, data }: UIPart): Chunk {
  return { type, id, data };
}

function callChunk({ type, toolCallId, toolName = type.slice("tool-".length), input, providerExecuted }: UIPart): Chunk {
  const dynamic = type === "dynamic-tool" ? { dynamic: true } : {};
  return { type: "tool-input-available", toolCallId, toolName, input, ...dynamic, ...(providerExecuted ? { providerExecuted } : {}) };
}

/** What a page has to be told of a call that doesn't run. None: it may. */
export async function denialOf({ id, callId, status, reason, decisions }: ApprovalRequest): Promise<readonly UIMessageChunk[]> {
  if (status === "pending" || status === "approved") return [];
  const { reasons, responses } = await taking();
  const last = decisions.at(-1)?.decision;
  const question = { id, ...(reasons ? { requestReason: reason } : {}) };
  const approval = answered(question, false, last?.type === "reject" ? last.message : undefined);
  return standingChunks({ type: "", toolCallId: callId, state: "output-denied", approval }, responses) as readonly UIMessageChunk[];
}

/** How a call stands. */
function standingChunks(part: UIPart, responses: boolean, old?: UIPart): Chunk[] {
  const { state, toolCallId, output, errorText } = part;
  const asked = !old || contradicts(old, part, responses) || state === "approval-requested" ? approvalChunks(part, responses) : [];
  switch (state) {
    case "approval-requested":
      return asked;
    case "approval-responded":
      // Of version 6 a page that asks again would be the only other way to take back a wrong answer.
      return responses || (old?.approval?.approved !== undefined && asked.length > 0) ? asked : [];
    case "output-available":
      return [...asked, { type: "tool-output-available", toolCallId, output: output ?? null }];
    case "output-error":
      return [...asked, { type: "tool-output-error", toolCallId, errorText }];
    case "output-denied":
      return [...asked, { type: "tool-output-denied", toolCallId }];
    default:
      return [];
  }
}

/** The question, which takes back what the page itself answered, and its true answer. */
function approvalChunks({ toolCallId, approval }: UIPart, responses: boolean): Chunk[] {
  if (!approval) return [];
  const { id: approvalId, requestReason, isAutomatic, approved, reason } = approval;
  const question = {
    type: "tool-approval-request",
    toolCallId,
    approvalId,
    ...(requestReason === undefined ? {} : { reason: requestReason }),
    ...(isAutomatic ? { isAutomatic } : {}),
  };
  if (approved === undefined || !responses) return [question];
  return [question, { type: "tool-approval-response", approvalId, approved, ...(reason === undefined ? {} : { reason }) }];
}
