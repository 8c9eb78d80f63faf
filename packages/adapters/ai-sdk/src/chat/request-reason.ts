import { asSchema, uiMessageChunkSchema } from "ai";

const ASKED = { type: "tool-approval-request", approvalId: "a", toolCallId: "c", reason: "r" };

let taken: Promise<boolean> | undefined;

/** May a page be told why it is asked? Pages of earlier versions break at a field that they don't know. */
export function takesReasons(): Promise<boolean> {
  return (taken ??= look());
}

async function look(): Promise<boolean> {
  return (await asSchema(uiMessageChunkSchema).validate?.(ASKED))?.success ?? false;
}
