import type { Duration } from "./json.ts";

/** Every time that a gate waits for by itself, in ms. */
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

/** A gate's times in ms. */
export type ResolvedTimings = { readonly [K in keyof typeof TIMINGS]: number };

/** How long a gate waits, and how often it looks. The defaults suit production. Each is 24 days at most. */
export interface Timings {
  /**
   * A process that runs a thread or executes a call gives a sign of life every third of this. If none comes for this long,
   * the process counts as dead, and another one may take its place. Default 60s.
   */
  readonly lease?: Duration | undefined;
  /** How often a worker looks for work that no notification announced. `createWorker` can say otherwise. Default 1s. */
  readonly sweepEvery?: Duration | undefined;
  /** How long the run of a thread must have kept failing before workers give it up. Default 24h. */
  readonly retryUpTo?: Duration | undefined;
  /** Of executions alone. A test can tell by it which of the two leases counts. Default: `lease`. @internal */
  readonly claimLease?: Duration | undefined;
  /** @internal */
  readonly nativeHold?: Duration | undefined;
  /** @internal */
  readonly receiptWait?: Duration | undefined;
  /** @internal */
  readonly backoffMin?: Duration | undefined;
  /** @internal */
  readonly backoffMax?: Duration | undefined;
}

/** How often the run of a thread must have failed in a row before workers give it up. */
export const ATTEMPTS = 20;

export const DEFAULTS = {
  expiresIn: "72h",
  tenant: "default",
  pageSize: 50,
  countCap: 10_000,
  rememberFor: "24h",
  rememberTimes: 10,
} as const;

/** How many requests, asked within a minute, may wait for people: in one thread, and of one requester. */
export const LIMITS = { thread: 100, requester: 1_000 } as const;

/** Numbers of requests, each with its default in {@link LIMITS}; `false`: any number. */
export type Limits = { readonly [K in keyof typeof LIMITS]: number | false };
