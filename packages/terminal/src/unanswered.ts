import type { ApprovalRequest } from "@countersign/core";
import type { Silence } from "./guarded.ts";
import type { Happening } from "./watched.ts";

/**
 * A question ended without an answer: `no`, `interrupted` (Ctrl-C), `closed` (no terminal any more), `taken back` (by the
 * caller's signal), `over` (decided by somebody else, or expired: then `request` is how it ended), `changed` (other arguments would run).
 */
export class Unanswered extends Error {
  readonly why: Silence | "over" | "changed";
  readonly request: ApprovalRequest | undefined;

  constructor(why: Silence | "over" | "changed", request?: ApprovalRequest) {
    super(`No answer: ${why}`);
    this.name = "Unanswered";
    this.why = why;
    this.request = request;
  }
}

/** What was shown doesn't stand any more: it has to be shown anew. */
export class Overtaken extends Error {
  readonly happening: Happening;

  constructor(happening: Happening) {
    super(happening.kind);
    this.happening = happening;
  }
}
