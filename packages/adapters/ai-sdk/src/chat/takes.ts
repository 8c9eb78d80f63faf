import { asSchema, uiMessageChunkSchema } from "ai";

const REASON = { type: "tool-approval-request", approvalId: "a", toolCallId: "c", reason: "r" };
const RESPONSE = { type: "tool-approval-response", approvalId: "a", approved: true };

let taken: Promise<{ readonly reasons: boolean; readonly responses: boolean }> | undefined;

/**
 * What pages of this version understand; others break at it. `reasons`: why they are asked. `responses`: how a question was
 * answered elsewhere. Version 6 only knows the answers of its own user.
 */
export function taking(): NonNullable<typeof taken> {
  return (taken ??= look());
}

async function look(): Promise<Awaited<NonNullable<typeof taken>>> {
  const responses = await isTaken(RESPONSE);
  // Version 6 lets any field pass, and leaves it out.
  return { reasons: responses && (await isTaken(REASON)), responses };
}

async function isTaken(chunk: object): Promise<boolean> {
  return (await asSchema(uiMessageChunkSchema).validate?.(chunk))?.success ?? false;
}
