import type { Issue, JsonObject } from "./json.ts";
import type { Principal } from "./principal.ts";
import type { ApprovalRequest } from "./request.ts";

/** A tool call as a model proposed it, and where in the conversation. */
export interface ProposedCall {
  /**
   * Tells model turns apart, because models reuse call ids such as `call_0`. Unique per model response
   * (LangGraph: `AIMessage.id`), else `turnIdOf(history)`. Never an index.
   */
  readonly turnId: string;
  /** Unique within its turn. */
  readonly callId: string;
  /** Where the tool comes from when its name alone is ambiguous: an MCP server. Part of what is signed. */
  readonly namespace?: string | undefined;
  readonly tool: string;
  /** The model's JSON: it is what is signed. */
  readonly args: JsonObject;
  /** The framework's inner agent that made the call, where a run has several: a handoff, a nested agent. No part of what is signed. */
  readonly proposedBy?: string | undefined;
}

/** A call that the policy allows, and that leaves no record. */
export interface AllowedCall {
  readonly namespace: string | undefined;
  readonly tool: string;
  readonly args: JsonObject;
  readonly threadId: string;
  readonly agent: string;
  readonly requestedBy: Principal | undefined;
  readonly context: unknown;
  /** Paths of the arguments that its rule hides from whoever reviews. */
  readonly redact: readonly string[] | undefined;
  /** Of the policy that allowed it. */
  readonly policyHash: string;
}

/** A call whose arguments don't fit its schema. Nobody is asked about it: the model is told, and may try again. */
export interface InvalidCall {
  readonly namespace: string | undefined;
  readonly tool: string;
  readonly threadId: string;
  readonly agent: string;
  readonly requestedBy: Principal | undefined;
  /** What is wrong, by path. Messages are the schema's own, and may quote what the model wrote. */
  readonly issues: readonly Issue[];
}

/** What a tool can know about the call it is serving. */
export interface CallContext {
  /** The same for every attempt at this call: give it to payment APIs and the like, and a retry can't pay twice. */
  readonly idempotencyKey: string;
  /** 1 for the first execution. */
  readonly attempt: number;
  readonly threadId: string;
  /** Who signed, and on what terms. Undefined when the policy allowed the call. */
  readonly request: ApprovalRequest | undefined;
}
