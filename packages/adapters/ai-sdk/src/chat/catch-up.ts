import type { UIMessage, UIMessageChunk } from "ai";
import type { UIPart } from "./ui-messages.ts";

/** What a page has to be told so that it shows this message: whatever happened since it looked, here or elsewhere. */
export function catchUp(seen: UIMessage | undefined, saved: UIMessage): readonly UIMessageChunk[] {
  const before = stepsOf(seen);
  const now = stepsOf(saved);
  const known = before.flat();
  const changed = now
    .slice(0, before.length)
    .flat()
    .flatMap((part) => {
      const old = known.findLast((each) => each.toolCallId !== undefined && each.toolCallId === part.toolCallId);
      return old && !isSame(old, part) ? standingChunks(part) : [];
    });
  const further = now
    .slice(before.length)
    .flatMap((step, index): Chunk[] => [
      { type: "start-step" },
      ...step.flatMap((part, at) => partChunks(part, `${before.length + index}-${at}`)),
      { type: "finish-step" },
    ]);
  return [...changed, ...further] as readonly UIMessageChunk[];
}

interface Chunk {
  readonly type: string;
  readonly [key: string]: unknown;
}

function stepsOf(message: UIMessage | undefined): UIPart[][] {
  const steps: UIPart[][] = [];
  for (const part of (message?.parts ?? []) as readonly UIPart[]) {
    if (part.type === "step-start") steps.push([]);
    else steps.at(-1)?.push(part);
  }
  return steps;
}

function isSame(old: UIPart, part: UIPart): boolean {
  return old.state === part.state && (part.state !== "approval-requested" || old.approval?.id === part.approval?.id);
}

function partChunks(part: UIPart, id: string): Chunk[] {
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
      return [callChunk(part), ...standingChunks(part)];
  }
}

function callChunk({ type, toolCallId, toolName = type.slice("tool-".length), input, providerExecuted }: UIPart): Chunk {
  const dynamic = type === "dynamic-tool" ? { dynamic: true } : {};
  return { type: "tool-input-available", toolCallId, toolName, input, ...dynamic, ...(providerExecuted ? { providerExecuted } : {}) };
}

function reasonOf(approval: UIPart["approval"]): { readonly reason?: string } {
  return approval?.requestReason === undefined ? {} : { reason: approval.requestReason };
}

/** How a call stands. That it was approved and didn't run yet is nothing that a page could act on. */
function standingChunks({ state, toolCallId, output, errorText, approval }: UIPart): Chunk[] {
  switch (state) {
    case "approval-requested":
      return [{ type: "tool-approval-request", toolCallId, approvalId: approval?.id, ...reasonOf(approval) }];
    case "output-available":
      return [{ type: "tool-output-available", toolCallId, output: output ?? null }];
    case "output-error":
      return [{ type: "tool-output-error", toolCallId, errorText }];
    case "output-denied":
      return [{ type: "tool-output-denied", toolCallId }];
    default:
      return [];
  }
}
