import type { Principal } from "../contract/principal.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import type { Gate } from "./gate.ts";

/**
 * What every adapter exports as `decideNative`: an answer in the framework's own form is a claim. It is translated,
 * authenticated by the caller, turned into `decide`, and then discarded. Stale, contradictory or miscounted answers:
 * NATIVE_REFUSED, the pause intact.
 */
export type DecideNative<Native, Options = {}> = (
  gate: Gate,
  native: Native,
  options: Options & { readonly threadId: string; readonly by: Principal; readonly via?: string | undefined },
) => Promise<readonly ApprovalRequest[]>;
