/** The framework's frozen run: opaque to Countersign, versioned by the adapter. */
export interface Continuation {
  /** The adapter's own format number. */
  readonly format: number;
  /** JSON. */
  readonly data: unknown;
}
