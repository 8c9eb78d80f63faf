import type { Background } from "./background.ts";
import type { Decision } from "./decision.ts";
import type { Awaitable } from "./json.ts";
import type { Origin } from "./origin.ts";
import type { Principal } from "./principal.ts";
import type { ApprovalRequest } from "./request.ts";

/** Whoever reviews inside this process. No decision (undefined, a throw, an abort): the request stays pending. */
export interface Reviewer {
  /** Signs as. */
  readonly as: Principal;
  /** Where it signs, for the trail. The gate adds the role of the store's session. */
  readonly origin?: Origin | undefined;
  /** Does it complete decisions that lack what has to be typed? Default: they are refused, and that is told. */
  readonly completes?: boolean | undefined;
  /**
   * `signal` aborts when the time is up or somebody else has decided. `unconfirmed`: its own decision, which was refused because
   * the values at these paths were not typed, or others. It is asked again for as long as there are such values.
   */
  review(request: ApprovalRequest, options: ReviewOptions): Awaitable<Decision | undefined>;
}

export interface ReviewOptions {
  readonly signal: AbortSignal;
  /** What should be said beside the request, as it is now: see `gate.background`. */
  readonly background: () => Promise<Background>;
  /** The request as it stands now: somebody else may have signed or edited it since. */
  readonly current: () => Promise<ApprovalRequest>;
  readonly unconfirmed?: { readonly decision: Decision; readonly paths: readonly string[] } | undefined;
}
