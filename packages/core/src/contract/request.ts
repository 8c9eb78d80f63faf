import type { DecisionRecord } from "./decision.ts";
import type { Description } from "./description.ts";
import type { JsonObject } from "./json.ts";
import type { ParsedArgs } from "./parsed.ts";
import type { Principal } from "./principal.ts";
import type { ReviewTerms } from "./terms.ts";

/** What came of an execution. `unknown`: it was begun, and nobody knows whether it happened. Times are Unix ms. */
export type Receipt =
  | {
      readonly status: "done";
      /** As the tool returned it. An object of a class is its JSON. Text that says so stands for what can't be kept. */
      readonly result: unknown;
      readonly at: number;
      /** As JSON: what the tool got, where its schema made something else of the arguments that were signed. */
      readonly args?: JsonObject | undefined;
    }
  | { readonly status: "failed"; readonly error: string; readonly at: number; readonly args?: JsonObject | undefined }
  | { readonly status: "unknown"; readonly at: number };

/** What a person is asked. `status` is what was decided; what came of an approved call is in `execution` and `receipt`. */
export interface ApprovalRequest {
  /** A hash of tenant, thread, turn, call and arguments: 32 lower-case hex characters. Asking twice is the same request. */
  readonly id: string;
  readonly version: number;
  readonly status: "pending" | "approved" | "rejected" | "expired" | "cancelled";
  readonly threadId: string;
  /**
   * The model response that proposed the call: the framework's id for it, or a hash of the conversation until then. By hand,
   * `ask:` and the key.
   */
  readonly turnId: string;
  /** The model's id for the call, unique within its turn: a user interface finds the call by it. By hand, the key. */
  readonly callId: string;
  /** Whose call it is: the runner's name, or `agent` of `createGate`. Grants and freezes are about it. */
  readonly agent: string;
  /** The framework's own name for the agent that made the call, where the adapter knows it: in a handoff, the agent that took over. */
  readonly proposedBy?: string | undefined;
  readonly framework: string;
  readonly tenant: string;
  /** Where the tool comes from when a name alone is ambiguous. Part of the digest, of grants and of rules. */
  readonly namespace: string | undefined;
  readonly tool: string;
  /** As the model proposed them. */
  readonly args: JsonObject;
  /** What would run if it were signed now: the model's arguments, or the last reviewer's edit (then `by` is that reviewer). */
  readonly proposal: {
    readonly args: JsonObject;
    readonly digest: string;
    readonly by: Principal | undefined;
    /** What the tool's schema adds to them or makes of them. Undefined: not known. */
    readonly parsed?: ParsedArgs | undefined;
    /** What the policy says of the call in words. Of these arguments alone: where an edit can't make it anew, it goes. */
    readonly description?: Description | undefined;
  };
  /** What runs. Absent until approved. */
  readonly approvedArgs: JsonObject | undefined;
  /** JSON Schema of the arguments, for forms and for checking edits in processes without the policy. */
  readonly argsSchema: JsonObject | undefined;
  readonly rule: string;
  /** Which of the rule's tiers asked, from 1. Absent: it has none. */
  readonly tier?: number | undefined;
  readonly reason: string;
  readonly terms: ReviewTerms;
  readonly requestedBy: Principal | undefined;
  /** Every signature in order. Those before the last change of the proposal no longer count. */
  readonly decisions: readonly DecisionRecord[];
  readonly execution: "none" | "executing" | "done" | "failed" | "unknown";
  readonly receipt: Receipt | undefined;
  /** Was an execution begun? Then the call may have run: it can't be withdrawn any more, and no deadline holds for it. */
  readonly begun: boolean;
  readonly policyHash: string;
  /** Unix ms. */
  readonly decidedAt: number | undefined;
  /** The grant that signed it, when no person was asked. */
  readonly grantId: string | undefined;
  /** The request that this one replaced: the same call with other arguments. */
  readonly supersedes: string | undefined;
  /** The rejected request that this one revises. */
  readonly revises: string | undefined;
  /** Unix ms, by the clock of the gate: what `now` was to the policy. */
  readonly judgedAt: number;
  /** Unix ms. */
  readonly askedAt: number;
  /** Unix ms. */
  readonly expiresAt: number | undefined;
}

/** What a reviewer looked at: the request itself, or its id and the digest that was shown. */
export type SeenProposal = ApprovalRequest | { readonly id: string; readonly digest: string };

/**
 * What a person found out about an unknown execution: it happened (with this result); it didn't, and is tried again; or it
 * didn't, and isn't tried again: then the model is told the reason.
 */
export type Settlement = { readonly executed: unknown } | { readonly retry: true } | { readonly failed: string };

/** Which requests to list. All conditions hold at once. */
export interface RequestQuery {
  readonly status?: ApprovalRequest["status"];
  readonly execution?: ApprovalRequest["execution"];
  readonly tool?: string;
  readonly threadId?: string;
  readonly agent?: string;
  /** The id of the principal who asked. */
  readonly requestedBy?: string;
  /** Of what would run, `proposal.digest`: the same call, whoever asks for it and wherever. */
  readonly digest?: string;
  /**
   * Pending, within this principal's roles or names, not asked by them where four eyes hold, not yet signed by them: under any
   * of their ids. A service is shown only what names it.
   */
  readonly reviewableBy?: Principal;
  /**
   * In whatever state: what this principal may decide or was invited to decide, has decided, or asked for, under any of their
   * ids. Once a request has ended, the terms that it had then say who was invited. A service is shown only what names it.
   */
  readonly visibleTo?: Principal;
  /** Who signed it: approved, edited or rejected, whatever became of that. An id or an alias of theirs; a principal under any of their ids. */
  readonly decidedBy?: string | Principal;
  /** Asked before then: Unix ms. */
  readonly askedBefore?: number;
  /** The beginning of its id: 1 to 32 hex characters. */
  readonly idPrefix?: string;
  /**
   * Text over id, tool (with its namespace), agent, requester (id and name) and thread. Each word has to be the beginning of a
   * word there, in whatever case; words are runs of letters and digits. At most 200 characters and 10 words; without a word it
   * is no condition.
   */
  readonly search?: string;
  /**
   * `oldest` and `newest`: by `askedAt`. `deadline`: the earliest `expiresAt` first, those without one last, and then the oldest
   * first; meant for what is pending. Default: `oldest`.
   */
  readonly order?: "oldest" | "newest" | "deadline";
  /** 1 to 1,000; default 50. */
  readonly limit?: number;
  /** `next` of the page before, in the same order. */
  readonly after?: string;
}

/** How `gate.count` counts. */
export interface CountOptions {
  /** It counts no further: so many means so many or more. 1 to 1,000,000; default 10,000. */
  readonly cap?: number | undefined;
}

/** A record that can't be read: another version wrote it, or it was damaged. It is passed over, and everything else goes on. */
export interface Unreadable {
  /** A request's id; of a thread or a grant, `thread/` or `grant/` and the id. */
  readonly id: string;
  readonly reason: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Records that may belong here, and can't be read. Absent: none. */
  readonly unreadable?: readonly Unreadable[] | undefined;
  /** Give it as `after` to read on; undefined on the last page. */
  readonly next: string | undefined;
}
