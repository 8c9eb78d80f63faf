import type { JsonObject } from "../contract/json.ts";
import type { ApprovalRequest } from "../contract/request.ts";

/** What became of a call that was given to `thread.execute`. */
export type Execution<R> =
  | {
      readonly status: "ran";
      readonly result: R;
      /** Those that ran. */
      readonly args: JsonObject;
      /** For the model, when a person changed the arguments; ends with a line break. One wording for all adapters. */
      readonly notice: string | undefined;
      /** The result comes from an earlier execution. */
      readonly replayed: boolean;
    }
  | {
      readonly status: "refused";
      /** For the model. */
      readonly message: string;
      readonly by: "policy" | "reviewer" | "system";
      readonly then: "continue" | "revise" | "stop";
    }
  | { readonly status: "pending"; readonly request: ApprovalRequest };

/** How results travel through the receipt, and which errors are none. */
export interface EffectOptions<R> {
  /** Of results that are not JSON. Default: as they are. */
  readonly encode?: (result: R) => unknown;
  readonly decode?: (json: unknown) => R;
  /** Is this error the framework's own pause? Then the claim is given back, to go on under the same signature. */
  readonly paused?: (error: unknown) => boolean;
}
