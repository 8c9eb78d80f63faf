import type { DecisionRecord } from "../contract/decision.ts";
import type { Issue } from "../contract/json.ts";
import type { Principal } from "../contract/principal.ts";
import type { ApprovalRequest, Unreadable } from "../contract/request.ts";
import type { QuorumGroup } from "../contract/terms.ts";

/** Every code with what it carries. Codes are stable; messages may change. */
export interface ErrorDetails {
  REQUEST_NOT_FOUND: { readonly id: string };
  /** `winner` is undefined when the system decided (look at `request.status`: expired, cancelled), and of a purged request. */
  ALREADY_DECIDED: { readonly request: ApprovalRequest; readonly winner: DecisionRecord | undefined };
  /** An execution without a recorded approval. */
  NOT_APPROVED: { readonly request: ApprovalRequest | undefined };
  /** The request had finished and was purged: what came of it is gone, and it never runs again. */
  PURGED: { readonly id: string };
  GRANT_NOT_FOUND: { readonly id: string };
  DUPLICATE_CALL: { readonly turnId: string; readonly callId: string };
  /** More than `limit` requests that were asked within `within` ms would wait in this thread, or of this requester. */
  TOO_MANY_REQUESTS: { readonly scope: "thread" | "requester"; readonly id: string; readonly limit: number; readonly within: number };
  THREAD_BUSY: { readonly threadId: string };
  THREAD_CLOSED: { readonly threadId: string };
  LEASE_LOST: { readonly threadId: string };
  /** `after` in ms. */
  TIMEOUT: { readonly after: number };
  /** `id`: of the freeze. */
  FROZEN: { readonly id: string; readonly by: Principal; readonly reason: string; readonly tool: string };
  FREEZE_NOT_FOUND: { readonly id: string };
  /**
   * `flaw`: what is wrong with it. `field`: the first field of the record in which it differs from its chain. `foreign`: the
   * export that the store was held against did not begin in this store and tenant.
   */
  AUDIT_BROKEN: {
    readonly subject: string;
    readonly seq: number;
    readonly flaw: string;
    readonly field?: string | undefined;
    readonly foreign?: true;
  };
  ARGS_CHANGED: { readonly request: ApprovalRequest };
  EDIT_UNCHECKABLE: { readonly request: ApprovalRequest };
  EXECUTION_BUSY: { readonly request: ApprovalRequest };
  CONFLICT: { readonly request: ApprovalRequest };
  EXPIRED: { readonly request: ApprovalRequest };
  /**
   * `missing`: the roles and the reviewers whose signature is missing; one of them would do. `groups`: whoever signs is invited,
   * and their signature would complete none of the groups that still miss one: how many more each takes.
   */
  NOT_AUTHORIZED: { readonly by: Principal; readonly missing: readonly string[]; readonly groups?: readonly QuorumGroup[] };
  /** `edited`: they did not ask for the call, they wrote the arguments that it has now. */
  SELF_REVIEW: { readonly by: Principal; readonly edited?: true };
  DECISION_NOT_ALLOWED: { readonly allowed: readonly string[] };
  /**
   * `paths`: of the arguments whose values a reviewer has to type, and did not, or typed another one. `valueless`: those of them
   * where there is no one value, so that nobody can sign these arguments.
   */
  NOT_CONFIRMED: { readonly request: ApprovalRequest; readonly paths: readonly string[]; readonly valueless: readonly string[] };
  INVALID_ARGS: { readonly issues: readonly Issue[] };
  POLICY_DENIED: { readonly rule: string; readonly reason: string };
  NOT_JSON: { readonly path: readonly PropertyKey[] };
  NATIVE_REFUSED: { readonly threadId: string; readonly reason: string };
  /**
   * A tool was called outside any thread, or a thread was resumed that was never started. `otherGate`: the call came from a run
   * under another gate than the tool's.
   */
  THREAD_UNKNOWN: { readonly tool?: string; readonly threadId?: string; readonly otherGate?: true };
  THREAD_SUSPENDED: { readonly threadId: string; readonly pending: readonly ApprovalRequest[] };
  AGENT_UNKNOWN: { readonly agent: string };
  /**
   * `saved` and `running` are versions; of a thread that another framework has saved, frameworks; of a `tool` that has changed since
   * its call was signed, what it was, or made of the arguments, then and now; where a `runner` drives another agent than the one
   * that has saved the thread, the names of both.
   */
  STATE_INCOMPATIBLE: {
    readonly framework: string;
    readonly tool?: string;
    readonly runner?: string;
    readonly saved: string;
    readonly running: string;
  };
  STATE_NOT_SERIALIZABLE: { readonly path: readonly PropertyKey[] };
  EXECUTION_UNKNOWN: { readonly request: ApprovalRequest };
  /**
   * `answered`: the store was reached and said why it can't do this, in words for people; absent, it did not answer.
   * `unreadable`: the one record that can't be read, where it is not the whole store. `closed`: this process has closed the store.
   */
  STORE_UNAVAILABLE: {
    readonly retryable: boolean;
    readonly answered?: string | undefined;
    readonly unreadable?: Unreadable;
    readonly closed?: true;
  };
  STORE_INCOMPATIBLE: { readonly found: number | "foreign"; readonly expected: number };
  /** The first mistake; `problems` are all of them, where a file has been looked through. */
  POLICY_INVALID: {
    readonly path: string;
    /** From 1, in the file. */
    readonly line?: number;
    readonly column?: number;
    readonly problems?: readonly { readonly message: string; readonly path: string; readonly line: number; readonly column: number }[];
  };
  SETUP: { readonly hint: string };
}
export type ErrorCode = keyof ErrorDetails;
