import type { ApprovalRequest, Gate } from "@countersign/core";
import { requestIdFor } from "@countersign/core/adapter";
import type { ModelMessage } from "ai";
import { outputKey, type Saved } from "../saved.ts";
import { callsAt, partsOf } from "../turn.ts";
import { approvalPart } from "./chat-message.ts";
import { taking } from "./takes.ts";

/** How a call stands that somebody was asked about, or that was refused: for its part in a page. */
export interface Standing {
  /** Of its request: the one there is, or would have been. */
  readonly approvalId: string;
  /** Why somebody is asked. */
  readonly requestReason: string | undefined;
  readonly approved: boolean | undefined;
  readonly reason: string | undefined;
  /** Undefined: nobody was asked, or it was purged. */
  readonly part: ReturnType<typeof approvalPart> | undefined;
}

export type Standings = ReadonlyMap<string, Standing>;

/** By {@link callKey}. */
export async function standingsIn(gate: Gate, threadId: string, { messages, denied = {} }: Saved): Promise<Standings> {
  const asked = messages.flatMap((message, at) => (isAsked(messages, at, denied) ? callsOf(messages, at) : []));
  if (asked.length === 0) return new Map();
  const requests = await requestsOf(gate, threadId);
  const { reasons } = await taking();
  return new Map(
    asked.map(({ key, call }): [string, Standing] => {
      const approvalId = requestIdFor(gate, threadId, call);
      const request = requests.get(approvalId);
      const requestReason = reasons ? request?.reason : undefined;
      return [key, { approvalId, requestReason, ...decided(request), part: request && approvalPart(request) }];
    }),
  );
}

/** `at`: where the message with the call stands. Models use call ids again. */
export function callKey(at: number, callId: string): string {
  return `${at}/${callId}`;
}

function callsOf(messages: readonly ModelMessage[], at: number) {
  return callsAt(messages, at, "history").map((call) => ({ key: callKey(at, call.callId), call }));
}

/** Has this message a call that was asked about or refused? Of the others nothing is on record. */
function isAsked(messages: readonly ModelMessage[], at: number, denied: object): boolean {
  const message = messages[at];
  if (message?.role !== "assistant") return false;
  if (partsOf(message).some(({ type }) => type === "tool-approval-request")) return true;
  const end = messages.findIndex(({ role }, index) => index > at && role === "assistant");
  return messages
    .slice(at, end === -1 ? undefined : end)
    .some((each, index) =>
      partsOf(each).some(
        (part) =>
          part.type === "tool-result" &&
          (part.output.type === "execution-denied" || Object.hasOwn(denied, outputKey(at + index, part.toolCallId))),
      ),
    );
}

/** All of a thread, in pages. */
async function requestsOf(gate: Gate, threadId: string): Promise<ReadonlyMap<string, ApprovalRequest>> {
  const found = new Map<string, ApprovalRequest>();
  for (let after: string | undefined; ;) {
    const { items, next } = await gate.list({ threadId, limit: 1_000, ...(after === undefined ? {} : { after }) });
    for (const request of items) found.set(request.id, request);
    if (next === undefined) return found;
    after = next;
  }
}

function decided(request: ApprovalRequest | undefined): Pick<Standing, "approved" | "reason"> {
  if (!request || request.status === "pending") return { approved: undefined, reason: undefined };
  const last = request.decisions.at(-1)?.decision;
  return { approved: request.status === "approved", reason: last?.type === "reject" ? last.message : undefined };
}
