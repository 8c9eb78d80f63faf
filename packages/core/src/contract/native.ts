import type { Decision } from "./decision.ts";
import type { Gate } from "./gate.ts";
import type { Principal } from "./principal.ts";
import type { ApprovalRequest } from "./request.ts";

/** Whose answer it is, and about which thread. */
export interface NativeOptions {
  readonly threadId: string;
  readonly by: Principal;
  readonly via?: string | undefined;
}

/**
 * What every adapter exports as `decideNative`: an answer in the framework's own form is a claim. It is translated,
 * authenticated by the caller, given to `decideAnswers`, and then discarded. Stale, contradictory or miscounted answers:
 * NATIVE_REFUSED, the pause intact.
 */
export type DecideNative<Native, Options = {}> = (
  gate: Gate,
  native: Native,
  options: Options & NativeOptions,
) => Promise<readonly ApprovalRequest[]>;

/** What an existing UI's answer says about one request. */
export interface NativeAnswer {
  readonly id: string;
  /**
   * Digest of the arguments that its sender was shown. Default: the model's own arguments were shown, and the answer counts
   * only as long as nobody has edited them.
   */
  readonly digest?: string | undefined;
  readonly decision: Decision;
}
