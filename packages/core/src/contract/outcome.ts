import type { Principal } from "./principal.ts";
import type { ApprovalRequest } from "./request.ts";
import type { Usage } from "./usage.ts";

/** How a run stands when `start` or `resume` returns: the same for whoever woke it, and whether it streams or not. */
export type RunOutcome<Output, Messages = unknown> =
  | {
      readonly status: "completed";
      /** What the framework's run answered: structured where the agent says so. An object of a class is its JSON when it is replayed. */
      readonly output: Output;
      /** The model's last text. */
      readonly text: string;
      /** The whole conversation, in the framework's own form. */
      readonly messages: Messages;
      /** Since the input that the run was started with. Undefined: the framework doesn't tell. */
      readonly usage: Usage | undefined;
      /** The framework's own name of the agent that answered: in a handoff, the one that took over. Undefined: it has no name. */
      readonly lastAgent: string | undefined;
      /** Resuming a completed thread again answers the recorded outcome. */
      readonly replayed: boolean;
    }
  /** `pending` is empty if the framework waits for something that isn't Countersign's. */
  | { readonly status: "suspended"; readonly pending: readonly ApprovalRequest[] }
  /** A reviewer rejected with `then: "stop"`, or the adapter stopped the run. */
  | { readonly status: "stopped"; readonly by: Principal; readonly message: string | undefined }
  /** Another process is at it right now. Only `resume` answers so; a `start` throws THREAD_BUSY, because its input would be lost. */
  | { readonly status: "running" };

export interface StreamedRun<Stream, Output, Messages = unknown> {
  readonly stream: Stream;
  readonly outcome: Promise<RunOutcome<Output, Messages>>;
}
