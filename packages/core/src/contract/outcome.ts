import type { Principal } from "./principal.ts";
import type { ApprovalRequest } from "./request.ts";

/** How a run stands when `start` or `resume` returns. */
export type RunOutcome<Output> =
  /** Resuming a completed thread again answers the recorded outcome, `replayed`. */
  | { readonly status: "completed"; readonly output: Output; readonly text: string; readonly replayed: boolean }
  /** `pending` is empty if the framework waits for something that isn't Countersign's. */
  | { readonly status: "suspended"; readonly pending: readonly ApprovalRequest[] }
  /** A reviewer rejected with `then: "stop"`, or the adapter stopped the run. */
  | { readonly status: "stopped"; readonly by: Principal; readonly message: string | undefined }
  /** Another process is at it right now. Only `resume` answers so; a `start` throws THREAD_BUSY, because its input would be lost. */
  | { readonly status: "running" };

export interface StreamedRun<Stream, Output> {
  readonly stream: Stream;
  readonly outcome: Promise<RunOutcome<Output>>;
}
