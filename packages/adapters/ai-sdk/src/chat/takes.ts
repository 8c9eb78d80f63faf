import { asSchema, lastAssistantMessageIsCompleteWithApprovalResponses, uiMessageChunkSchema, type UIMessage } from "ai";

const REASON = { type: "tool-approval-request", approvalId: "a", toolCallId: "c", reason: "r" };
const RESPONSE = { type: "tool-approval-response", approvalId: "a", approved: true };
const ANSWERED = { type: "tool-pay", toolCallId: "c", state: "approval-responded", input: {}, approval: { id: "a", approved: true } };
const DENIED = { ...ANSWERED, toolCallId: "d", state: "output-denied", approval: { id: "b", approved: false } };

/** What pages of this version understand. */
interface Taking {
  /** Why they are asked. Others break at it. */
  readonly reasons: boolean;
  /** How a question was answered elsewhere. Version 6 only knows the answers of its own user. */
  readonly responses: boolean;
  /** A denied call beside one that was clicked on. Early releases would wait for it, and not send the click. */
  readonly denials: boolean;
}

let taken: Promise<Taking> | undefined;

export function taking(): Promise<Taking> {
  return (taken ??= look());
}

async function look(): Promise<Taking> {
  const responses = await isTaken(RESPONSE);
  const messages = [{ id: "m", role: "assistant", parts: [ANSWERED, DENIED] }] as unknown as UIMessage[];
  return {
    // Version 6 lets any field pass, and leaves it out.
    reasons: responses && (await isTaken(REASON)),
    responses,
    denials: lastAssistantMessageIsCompleteWithApprovalResponses({ messages }),
  };
}

async function isTaken(chunk: object): Promise<boolean> {
  return (await asSchema(uiMessageChunkSchema).validate?.(chunk))?.success ?? false;
}
