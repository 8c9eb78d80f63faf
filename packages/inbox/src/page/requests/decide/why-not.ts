import type { Review } from "@countersign/server/client";
import { whyWait } from "./failure-notice.tsx";
import type { Opened } from "../detail/opened.ts";
import type { Deciding } from "./decider.ts";

export const OUTDATED = "The arguments have changed. Look at the new ones first.";

/** Why this can't be sent now. @param opened of what is signed: then nothing else may have taken its place */
export function whyNotNow(deciding: Deciding, permission: Review["may"]["approve"], opened?: Opened): string | undefined {
  if (opened?.outdated.value) return OUTDATED;
  if (!permission.allowed) return permission.reason;
  return whyWait(deciding.failed.value);
}
