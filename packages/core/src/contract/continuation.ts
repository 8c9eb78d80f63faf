import type { Principal } from "./principal.ts";

/** The framework's frozen run: opaque to Countersign, versioned by the adapter. */
export interface Continuation {
  /** The adapter's own format number. */
  readonly format: number;
  /**
   * JSON, and what of JavaScript's own values it has no word for: undefined, bigints, dates, bytes, Map, Set, URL. No objects of
   * other classes, no functions.
   */
  readonly data: unknown;
}

/** A thread's run as it is on record. */
export interface SavedRun {
  /** As given to its last start. Undefined: nobody has seen the thread. */
  readonly thread?: { readonly threadId: string; readonly requestedBy: Principal | undefined; readonly context: unknown } | undefined;
  /** What the adapter has saved last. Null: nothing. */
  readonly continuation: Continuation | null;
  /** What a start began with that has saved nothing yet, if it could be kept. */
  readonly input: unknown;
}
