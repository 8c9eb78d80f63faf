import type { ToolSet } from "ai";
import { fileUrl } from "../page-json.ts";
import type { partsOf } from "../turn.ts";
import type { Standing } from "./standings.ts";

/** A part of a UI message, in the shape that the SDK's own stream gives it. */
export type UIPart = { -readonly [K in keyof AnyPart]?: AnyPart[K] } & { readonly type: string };
interface AnyPart {
  readonly id: string;
  readonly data: unknown;
  readonly toolCallId: string;
  readonly toolName: string;
  readonly state: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly errorText: string;
  readonly approval: Approval;
  readonly providerExecuted: boolean;
  readonly text: string;
  readonly url: string;
  readonly mediaType: string;
}
interface Approval {
  readonly id: string;
  readonly isAutomatic?: boolean;
  readonly requestReason?: string;
  readonly approved?: boolean;
  readonly reason?: string;
}

type ModelPart = ReturnType<typeof partsOf>[number];

/** What somebody said. */
export function contentPart(part: ModelPart): UIPart[] {
  switch (part.type) {
    case "text":
      return part.text === "" ? [] : [{ type: "text", text: part.text }];
    case "reasoning":
      return [{ type: "reasoning", text: part.text }];
    case "image":
      return [{ type: "file", mediaType: part.mediaType ?? "image/*", url: fileUrl(part.image, part.mediaType ?? "image/png") }];
    case "file":
      return [{ type: "file", mediaType: part.mediaType, url: fileUrl(part.data, part.mediaType) }];
    default:
      return [];
  }
}

export function stepPart(part: ModelPart, tools: ToolSet): UIPart[] {
  if (part.type !== "tool-call") return contentPart(part);
  const { toolCallId, toolName, input, providerExecuted } = part;
  const tool = Object.hasOwn(tools, toolName) ? tools[toolName] : undefined;
  const kind = !tool || tool.type === "dynamic" ? { type: "dynamic-tool", toolName } : { type: `tool-${toolName}` };
  return [{ ...kind, toolCallId, state: "input-available", input, ...(providerExecuted ? { providerExecuted } : {}) }];
}

/** What came of a call. */
export function takeResult(part: UIPart, output: Extract<ModelPart, { type: "tool-result" }>["output"]): void {
  switch (output.type) {
    case "error-text":
      Object.assign(part, { state: "output-error", errorText: output.value });
      return;
    case "error-json":
      Object.assign(part, { state: "output-error", errorText: JSON.stringify(output.value) });
      return;
    case "execution-denied":
      deny(part, output.reason);
      return;
    default:
      Object.assign(part, { state: "output-available", output: output.value });
  }
}

export function deny(part: UIPart, reason: string | undefined): void {
  part.state = "output-denied";
  part.approval = answered(part.approval, false, reason);
}

/** `id` as the SDK named the question: {@link settle} puts the request's there. */
export function answered(question: Approval | undefined, approved: boolean, reason: string | undefined): Approval {
  return { id: "", ...question, approved, ...(reason === undefined ? {} : { reason }) };
}

/**
 * Gives the part the one `approval` that belongs to its state, as the SDK's own validation wants it. Its id is the request's,
 * before and after the decision.
 */
export function settle(part: UIPart, standing: Standing | undefined): void {
  if (part.state === "approval-requested" && standing?.approved !== undefined) {
    part.state = "approval-responded";
    part.approval = answered(part.approval, standing.approved, standing.reason);
  }
  const approval = approvalOf(part, standing);
  if (approval) part.approval = approval;
  else delete part.approval;
}

function approvalOf({ state, approval }: UIPart, standing: Standing | undefined): Approval | undefined {
  // The application's own toolApproval answered: there is no request.
  if (approval?.isAutomatic) return approval;
  const reason = standing?.requestReason;
  const question = { id: standing?.approvalId ?? approval?.id ?? "", ...(reason === undefined ? {} : { requestReason: reason }) };
  switch (state) {
    case "approval-requested":
      return question;
    case "approval-responded":
    case "output-denied":
      return answered(question, approval?.approved ?? false, approval?.reason);
    case "output-available":
    case "output-error":
      return approval?.approved || standing?.approved ? { ...question, approved: true } : undefined;
    default:
      return undefined;
  }
}
