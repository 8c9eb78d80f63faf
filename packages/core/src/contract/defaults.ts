/** Every time that Countersign waits for by itself, in ms. */
export const TIMINGS = {
  /** How long a runner holds its thread without a sign of life. */
  threadLease: 60_000,
  /** How long a claim holds an execution without a sign of life. */
  claimLease: 60_000,
  /** How long a suspension outside a runner keeps others from waking the thread. */
  nativeHold: 30_000,
  /** How long a second `execute` waits for the first one's receipt. */
  receiptWait: 30_000,
  /** How long a call waits for the in-process reviewer before it suspends. */
  reviewWithin: 60_000,
  /** A thread whose wake-up failed is tried again after this, doubled each time… */
  backoffMin: 1_000,
  /** …up to this. */
  backoffMax: 300_000,
  /** A thread whose run has kept failing for so long, and so often as {@link ATTEMPTS} says, is tried no more. */
  retryUpTo: 86_400_000,
  /** How often a worker looks for work that no notification announced. */
  sweepEvery: 1_000,
} as const;

/** How often the run of a thread must have failed in a row before workers give it up. */
export const ATTEMPTS = 20;

/** Times in ms, each with its default in {@link TIMINGS}. */
export type Timings = { readonly [K in keyof typeof TIMINGS]: number };

export const DEFAULTS = { expiresIn: "72h", tenant: "default", pageSize: 50, rememberFor: "24h", rememberTimes: 10 } as const;

/** How many requests, asked within a minute, may wait for people: in one thread, and of one requester. */
export const LIMITS = { thread: 100, requester: 1_000 } as const;

/** Numbers of requests, each with its default in {@link LIMITS}; `false`: any number. */
export type Limits = { readonly [K in keyof typeof LIMITS]: number | false };
