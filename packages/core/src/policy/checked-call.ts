import type { JsonObject } from "../contract/json.ts";
import type { Principal } from "../contract/principal.ts";
import type { Past } from "./history.ts";

/** A call with what the conversation adds to it. */
export interface CheckedCall extends Past {
  readonly namespace?: string | undefined;
  readonly tool: string;
  readonly args: JsonObject;
  readonly context?: unknown;
  readonly threadId: string;
  readonly agent: string;
  readonly requestedBy?: Principal | undefined;
  /** Unix ms. Absent: by the clock of this process. */
  readonly now?: number | undefined;
  /** What its request hides from people already, beside what the policy does. */
  readonly redact?: readonly string[] | undefined;
}
