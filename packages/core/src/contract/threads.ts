import type { RequestQuery } from "./request.ts";

/**
 * Where a thread stands.
 * - `ready`: a worker takes it up, not before `nextTryAt` if there is one
 * - `running`: a process has it. One that died has it until its lease is over
 * - `suspended`: a call waits to be decided or settled
 * - `idle`: nobody takes it up by themselves. Its run waits for something that is not Countersign's, or its start failed and
 *   is its caller's
 * - `failing`: its run failed again and again, and workers try it no more. `runner.resume` tries it again
 * - `closed`: its run has ended, until the next input
 */
export type ThreadState = "ready" | "running" | "suspended" | "idle" | "failing" | "closed";

/** A run's thread, without what its conversation says. Times are Unix ms. */
export interface ThreadSummary {
  readonly id: string;
  readonly agent: string;
  readonly framework: string;
  readonly state: ThreadState;
  /** Calls that wait to be decided or settled. */
  readonly open: number;
  /** How often its run has failed in a row. A freeze, a thread that somebody else had and a store that was away don't count. */
  readonly attempts: number;
  /** What the last try failed with. */
  readonly lastError: string | undefined;
  /** The first failure in this row. */
  readonly failingSince: number | undefined;
  /** Of a `ready` thread: workers wait until then. Absent: it can be taken up at once. */
  readonly nextTryAt: number | undefined;
}

/** Which threads to list. Questions by hand have threads too, but no run: those are not listed. */
export interface ThreadQuery extends Pick<RequestQuery, "limit" | "after"> {
  readonly state?: ThreadState | undefined;
  readonly agent?: string | undefined;
}
