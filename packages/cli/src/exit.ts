/** What the process ends with. Scripts may rely on these. */
export const EXIT = {
  done: 0,
  /** The answer is no: not approved, not verified, mistakes found, left pending. */
  no: 1,
  /** The command can't be carried out as it was written, or something that it needs is not configured. */
  usage: 2,
  /** The gate refused: decided by somebody else, changed meanwhile, expired, not allowed. Nothing was changed. */
  refused: 3,
  /** The store can't be used right now, or isn't one. */
  store: 4,
  /** Nobody decided in time. */
  timeout: 5,
  /** Ctrl-C at a prompt: nothing was changed. */
  interrupted: 130,
  /** A mistake in Countersign itself. */
  bug: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
