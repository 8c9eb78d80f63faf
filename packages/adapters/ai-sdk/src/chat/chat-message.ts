import type { ApprovalRequest, ErrorCode, JsonObject, Principal } from "@countersign/core";
import type { InferUITools, UIDataTypes, UIMessage } from "ai";
import type { AgentLike } from "../agent-like.ts";

/**
 * What a page can show of a call that somebody was asked about: the data of the `data-approval` part in the call's step. The
 * tool part itself stays as the model called it.
 */
export interface ApprovalData {
  /** Also the `approval.id` of the tool part. */
  readonly requestId: string;
  /** Of the tool part that it is about. */
  readonly toolCallId: string;
  readonly status: ApprovalRequest["status"];
  /** Why somebody is asked. */
  readonly reason: string;
  /** Every signature, in order. None: the status says what happened, or `grantId`. */
  readonly decisions: readonly Signature[];
  /** The remembered decision that signed it, when no person was asked. */
  readonly grantId?: string;
  /** What runs, or ran, if a reviewer changed the arguments. What the policy hides is masked. */
  readonly editedArgs?: JsonObject;
  readonly execution: ApprovalRequest["execution"];
}

interface Signature {
  readonly type: "approve" | "edit" | "reject";
  readonly by: Pick<Principal, "id" | "name">;
  /** Unix ms. */
  readonly at: number;
  /** What a reviewer who said no told the model. */
  readonly message?: string;
}

/** Why something that a page did came to nothing: the data of a transient `data-approval-error` part, for `onData`. */
export interface ApprovalErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  /** The request that was clicked on, if it was decided meanwhile. */
  readonly requestId?: string;
}

/** The data parts of a chat, by name. */
export type ChatData = { readonly approval: ApprovalData; readonly "approval-error": ApprovalErrorData };

/**
 * A message of a runner's chat. `DATA`: data parts of your own.
 * @example useChat<ChatMessage<typeof agent>>({ … })
 */
export type ChatMessage<A extends Pick<AgentLike, "tools"> = AgentLike, METADATA = unknown, DATA extends UIDataTypes = {}> = UIMessage<
  METADATA,
  ChatData & DATA,
  InferUITools<A["tools"]>
>;

/** As it comes in streams and stands in messages. */
export function approvalPart(request: ApprovalRequest): { type: "data-approval"; id: string; data: ApprovalData } {
  return { type: "data-approval", id: request.id, data: approvalData(request) };
}

function approvalData(request: ApprovalRequest): ApprovalData {
  const { id, callId, status, reason, decisions, grantId, proposal, approvedArgs, execution } = request;
  return {
    requestId: id,
    toolCallId: callId,
    status,
    reason,
    decisions: decisions.map(({ decision, by, at }) => ({
      type: decision.type,
      by: { id: by.id, ...(by.name === undefined ? {} : { name: by.name }) },
      at,
      ...(decision.type === "reject" && decision.message !== undefined ? { message: decision.message } : {}),
    })),
    ...(grantId === undefined ? {} : { grantId }),
    ...(proposal.by === undefined ? {} : { editedArgs: approvedArgs ?? proposal.args }),
    execution,
  };
}
