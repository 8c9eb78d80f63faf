import type { Decision } from "./decision.ts";
import type { Awaitable } from "./json.ts";
import type { Principal } from "./principal.ts";
import type { ApprovalRequest } from "./request.ts";

/** Whoever reviews inside this process. No decision (undefined, a throw, an abort): the request stays pending. */
export interface Reviewer {
  /** Signs as. */
  readonly as: Principal;
  /** `signal` aborts when the time is up or somebody else has decided. */
  review(request: ApprovalRequest, options: { readonly signal: AbortSignal }): Awaitable<Decision | undefined>;
}
