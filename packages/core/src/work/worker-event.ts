import type { Principal } from "../contract/principal.ts";

/** A thread that a worker has claimed: how its run goes on, and where it stands afterwards. */
type ThreadEvent = { readonly threadId: string; readonly agent: string } & (
  | { readonly type: "started" }
  | { readonly type: "completed" }
  /** `pending`: ids of the requests that wait for people; empty if the framework waits for something else. */
  | { readonly type: "suspended"; readonly pending: readonly string[] }
  | { readonly type: "stopped"; readonly by: Principal; readonly message: string | undefined }
  /** Another process has it by now, or its run has failed often enough. */
  | { readonly type: "left" }
);

/** What a worker does, as it does it. */
export type WorkerEvent =
  | ThreadEvent
  /** `onError` is told as well. `agent` is undefined where the thread can't be read. */
  | { readonly type: "failed"; readonly threadId: string; readonly agent: string | undefined; readonly error: unknown }
  /**
   * A request that was due: nobody decided or ran it in time; nobody knows whether it happened, because its process died; that
   * died too, and it may run again; somebody was reminded, or is asked as well from now on.
   */
  | {
      readonly type: "expired" | "unknown" | "lapsed" | "reminded";
      readonly requestId: string;
      readonly threadId: string;
      readonly agent: string;
      readonly tool: string;
    };
