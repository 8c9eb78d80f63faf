import type { Freeze } from "./freeze.ts";
import type { Principal } from "./principal.ts";
import type { ApprovalRequest } from "./request.ts";

/** What a reviewer should know around a request: it weighs on a signature, and is no part of the call. */
export interface Background {
  /** Other requests for the very same call, the newest first, 50 at most: see `gate.duplicates`. */
  readonly duplicates: readonly ApprovalRequest[];
  /** What keeps the call from running now, the oldest first. */
  readonly freezes: readonly Freeze[];
  /** The last calls of the tool that ran and finished, from any thread, the newest first, 50 at most. */
  readonly past: readonly ApprovalRequest[];
  /** The decision that was remembered and stands for a signature here (`grantId`). Absent: none does, or it can't be found any more. */
  readonly remembered?: Remembered | undefined;
}

/** Who gave a decision that was remembered, and on which request. */
export interface Remembered {
  readonly by: Principal;
  /** Unix ms; undefined where the request that it was given on was purged. */
  readonly at: number | undefined;
  readonly requestId: string;
  /** What the model is told when it rejects. */
  readonly message: string | undefined;
}
