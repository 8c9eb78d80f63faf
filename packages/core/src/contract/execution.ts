import type { CallContext } from "./call.ts";
import type { Awaitable, JsonObject } from "./json.ts";
import type { ParseArgs } from "./parsed.ts";
import type { ApprovalRequest } from "./request.ts";

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
  /** The tool itself failed, now or, `replayed`, in an earlier execution: then `error` says what is on record. */
  | { readonly status: "failed"; readonly error: unknown; readonly replayed: boolean }
  | {
      readonly status: "refused";
      /** For the model. */
      readonly message: string;
      readonly by: "policy" | "reviewer" | "system";
      readonly then: "continue" | "revise" | "stop";
    }
  | { readonly status: "pending"; readonly request: ApprovalRequest };

export type Refused = Extract<Execution<never>, { readonly status: "refused" }>;

/** What `thread.execute` would do with a call. */
export type Preview =
  | Refused
  | {
      readonly status: "runs";
      /** Those that would run, or have run. */
      readonly args: JsonObject;
      /** A request is on record: somebody signed it, a grant did, or it still waits. False: the policy alone allows it. */
      readonly recorded: boolean;
    };

/** What a tool does. `args` are those that were signed. */
export type Effect<R> = (args: JsonObject, context: CallContext) => Awaitable<R>;

/** How results travel through the receipt, and what an error out of the effect means. */
export interface EffectOptions<R> {
  /**
   * Reads the arguments by the tool's own schema. STATE_INCOMPATIBLE before anything happened if that takes a signed call's
   * arguments no more, or makes something else of them than was shown. Default: not looked at.
   */
  readonly parse?: ParseArgs | undefined;
  /** Of results that are not JSON. Default: as they are. */
  readonly encode?: ((result: R) => unknown) | undefined;
  readonly decode?: ((json: unknown) => R) | undefined;
  /**
   * Is this error the framework's own pause? Then the claim is given back, to go on under the same signature. Tell it by its
   * type: an error that is merely on its way out has cut the effect short.
   */
  readonly paused?: (error: unknown) => boolean;
  /**
   * What the framework calls the tool off with, such as a timeout. An effect that throws while it is aborted may have happened:
   * its outcome is unknown. A runner's own signal counts without being named here.
   */
  readonly signal?: AbortSignal | undefined;
}
