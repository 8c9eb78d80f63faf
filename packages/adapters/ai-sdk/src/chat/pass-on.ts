import type { Gate } from "@countersign/core";
import type { UIMessageChunk } from "ai";
import { refusalOf, type Refusal } from "../run.ts";
import { pageJson } from "../page-json.ts";
import { isEmptyStream } from "../stream.ts";
import { NoResult } from "../told.ts";
import { approvalPart } from "./chat-message.ts";
import type { ResponseOptions } from "./options.ts";
import { taking } from "./takes.ts";
import type { Telling } from "./telling.ts";

interface Live {
  toUIMessageStream(options: object): AsyncIterable<UIMessageChunk>;
}

interface Passing extends Pick<ResponseOptions, "messageMetadata"> {
  readonly gate: Gate;
  /** Of the calls that the answer showed when it was gone on with. */
  readonly requests: ReadonlyMap<string, string>;
  /** What the policy refused. */
  readonly refusals: readonly Refusal[];
}

/** Passes the SDK's own stream on while it is made. */
export async function passOn(stream: unknown, { tell }: Telling, { gate, requests, refusals, messageMetadata }: Passing): Promise<void> {
  if (isEmptyStream(stream)) return;
  const live = (stream as Live).toUIMessageStream({
    ...(messageMetadata && { messageMetadata }),
    onError: textOf,
    redactToolErrors: false,
  });
  const { denials } = await taking();
  for await (const chunk of live) {
    for (const each of asTold(chunk, denials ? refusals : [])) tell(each);
    const settled = chunk.type.startsWith("tool-output-") && "toolCallId" in chunk ? requests.get(chunk.toolCallId) : undefined;
    const request = settled === undefined ? undefined : await gate.get(settled);
    if (request) tell(approvalPart(request));
  }
}

/** As the model reads it. */
function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * What is left to the end: a question until it is on record, an error until it is known by its own name, and a result that
 * is none, because something must leave the SDK in its place. An answer may take several of the SDK's runs, and has one
 * beginning and one end.
 */
function asTold(chunk: UIMessageChunk, refusals: readonly Refusal[]): readonly UIMessageChunk[] {
  switch (chunk.type) {
    case "error":
      return [];
    case "start":
    case "finish":
      return chunk.messageMetadata === undefined ? [] : [{ type: "message-metadata", messageMetadata: chunk.messageMetadata }];
    case "tool-approval-request":
      return "isAutomatic" in chunk && chunk.isAutomatic ? [chunk] : [];
    case "tool-output-error":
      return [
        refusalOf(refusals, chunk.toolCallId, chunk.errorText) ? { type: "tool-output-denied", toolCallId: chunk.toolCallId } : chunk,
      ];
    case "tool-output-available":
      return chunk.output instanceof NoResult ? [] : [{ ...chunk, output: pageJson(chunk.output) }];
    default:
      return [chunk];
  }
}
