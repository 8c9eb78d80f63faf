import type { ApprovalRequest, Background, JsonObject, Principal } from "@countersign/core";

type MaybeKnown = { readonly [K in keyof Background]?: Background[K] | undefined };

/** What is known around a request, and by whom it is looked at. `gate.background` has most of it. */
export interface ReviewContext extends MaybeKnown {
  /** Unix ms. */
  readonly now: number;
  /** Who looks at it, and may decide. Absent: nobody may. */
  readonly by?: Principal | undefined;
  /** The request as this person last looked at it. */
  readonly seen?: ApprovalRequest | undefined;
  /** Arguments of an edit at hand. */
  readonly mine?: JsonObject | undefined;
  /** What `gate.preview` says of that edit: the review is then of the call as it would be, and of who may sign it as it stands. */
  readonly preview?: ApprovalRequest | undefined;
}
