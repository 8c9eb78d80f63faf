import type * as core from "@countersign/core";
import type * as shown from "@countersign/review";
import type * as live from "../live/live-event.ts";
import type { Wire } from "../schemas/wire.ts";

export type { Decided, DecidedTogether, RequestAnswer } from "../schemas/answers.ts";

/** As it is in JSON: what is undefined isn't there. */
export type ApprovalRequest = Wire<core.ApprovalRequest>;
export type AuditEvent = Wire<core.AuditEvent>;
export type Decision = Wire<core.Decision>;
export type Freeze = Wire<core.Freeze>;
export type Permission = Wire<shown.Permission>;
export type Moment = Wire<shown.Moment>;
export type Grant = Wire<core.Grant>;
export type Review = Wire<shown.Review>;
export type Settlement = Wire<core.Settlement>;
export type Summary = Wire<shown.Summary>;
export type ThreadSummary = Wire<core.ThreadSummary>;
export type Unreadable = Wire<core.Unreadable>;

/** Who you are, and what you may do. */
export interface Me {
  readonly id: string;
  readonly name?: string | undefined;
  readonly roles: readonly string[];
  readonly kind: "person" | "agent" | "reader" | "operator" | "reviewer-bot";
  readonly isOperator: boolean;
  readonly seesAll: boolean;
  /** Of an agent's key: the agent whose requests it sees. */
  readonly agent?: string | undefined;
  /** Unix ms: the end of the session. */
  readonly until?: number | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly unreadable?: readonly Unreadable[] | undefined;
  /** Give it as `after` to read on. Absent on the last page. */
  readonly next?: string | undefined;
}

export interface Requests extends Page<Summary> {
  /** On demand. `isCapped`: there are that many or more. */
  readonly count?: { readonly atLeast: number; readonly isCapped: boolean } | undefined;
}

/** All conditions hold at once. Times are Unix ms. */
export interface ListRequests {
  readonly status?: ApprovalRequest["status"] | undefined;
  readonly execution?: ApprovalRequest["execution"] | undefined;
  readonly tool?: string | undefined;
  readonly thread?: string | undefined;
  readonly agent?: string | undefined;
  readonly requestedBy?: string | undefined;
  readonly decidedBy?: string | undefined;
  readonly digest?: string | undefined;
  readonly askedBefore?: number | undefined;
  readonly idPrefix?: string | undefined;
  readonly search?: string | undefined;
  /** Only what you could sign now. */
  readonly mine?: boolean | undefined;
  readonly order?: "oldest" | "newest" | "deadline" | undefined;
  /** 1 to 200. Default 50. */
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly count?: boolean | undefined;
}

export interface ListThreads {
  readonly state?: ThreadSummary["state"] | undefined;
  /** 1 to 1,000. Default 50. */
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

export interface ListAudit {
  /** A request's id; `thread/` or `grant/` and the id. */
  readonly subject?: string | undefined;
  readonly type?: string | undefined;
  /** The id of whoever did it. */
  readonly actor?: string | undefined;
  /** Unix ms: not before. */
  readonly since?: number | undefined;
  /** Unix ms: before. */
  readonly until?: number | undefined;
  /** 1 to 1,000. Default 100. */
  readonly limit?: number | undefined;
  /** `position` of the page before, with the same subject. */
  readonly after?: string | undefined;
}

export interface Trail {
  readonly items: readonly AuditEvent[];
  readonly position?: string | undefined;
  /** There is no more now. Until then a page may be short, or empty. */
  readonly isEnd: boolean;
}

/** Of an event: that it happened, and how the request stands by now. One that comes twice has the same subject and number. */
export type LiveEvent = Wire<live.LiveEvent>;

/** Of a stream: an event, a position to go on from, or both. With neither, the server says every 15 seconds that it is there. */
export interface Heard {
  readonly event?: LiveEvent | undefined;
  readonly position?: string | undefined;
}

export interface ListEvents {
  /** `position` of the answer before. Absent: from now on. */
  readonly after?: string | undefined;
  /** 1 to 1,000. Default 50. */
  readonly limit?: number | undefined;
}

export interface LiveEvents {
  readonly items: readonly LiveEvent[];
  /** Save it, and give it as `after` to go on from there. */
  readonly position: string;
  /** There is no more now. Until then a page may be short, or empty. */
  readonly isEnd: boolean;
}

/** `since`: when the check began, Unix ms. While it is running, ask again: that begins no other. */
export type Verification =
  | {
      readonly status: "whole";
      readonly events: number;
      readonly subjects: number;
      readonly unreadable?: readonly Unreadable[] | undefined;
      readonly since: number;
    }
  | {
      readonly status: "broken";
      readonly subject: string;
      readonly seq: number;
      readonly flaw: string;
      readonly field?: string | undefined;
      readonly since: number;
    }
  | { readonly status: "running"; readonly since: number };

/** One signature of yours, and what became of the request. Texts are safe to draw as text. */
export interface OwnDecision {
  /** The request's. */
  readonly id: string;
  readonly title: string;
  readonly tool: string;
  readonly decision: "approve" | "edit" | "reject";
  /** Unix ms. */
  readonly at: number;
  /** Ms from the question to this signature. */
  readonly took: number;
  readonly status: Summary["status"];
  readonly statusText: string;
}

export interface Decisions {
  readonly items: readonly OwnDecision[];
  /** Give it as `after` to read on. Absent on the last page. */
  readonly next?: string | undefined;
  /** Of the last 200. */
  readonly summary: {
    readonly count: number;
    /** Ms. Absent: there are none. */
    readonly medianTook?: number | undefined;
    readonly approved: number;
    readonly edited: number;
    readonly rejected: number;
  };
}

export interface ListDecisions {
  /** 1 to 200. Default 50. */
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** An edit that is not signed yet. */
export interface PreviewingEdit {
  /** `review.digest`: what the edit is made of. */
  readonly digest: string;
  /** The complete arguments. */
  readonly args: { readonly [key: string]: unknown };
}

/** The request as it would be with the edit, and signed by nobody yet. `review.digest` is what a decision has to name. */
export interface Previewed {
  readonly review: Review;
}

/** What was shown, and what is said of it. */
export interface Deciding {
  /** `review.digest`, or `request.proposal.digest`. */
  readonly digest: string;
  readonly decision: Decision;
}

export interface DecidingTogether {
  /** 100 at the most. */
  readonly items: readonly { readonly id: string; readonly digest: string }[];
  readonly decision:
    | { readonly type: "approve"; readonly comment?: string | undefined }
    | {
        readonly type: "reject";
        readonly message?: string | undefined;
        readonly then?: "continue" | "revise" | "stop" | undefined;
        readonly comment?: string | undefined;
      };
}

/** With neither tool nor agent: the whole tenant. */
export interface Freezing {
  readonly tool?: string | undefined;
  readonly agent?: string | undefined;
  readonly reason: string;
}
