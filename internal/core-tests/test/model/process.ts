import { AsyncLocalStorage } from "node:async_hooks";

/** One simulated process. Once dead it never hears of anything again: no answer, no timer, no hint. */
export interface Process {
  readonly name: string;
  /** How far its clock is off from the store's, in ms. */
  readonly skew: number;
  alive: boolean;
  /** Stands still for so many steps more: swapped out, debugged, starved. */
  frozen: number;
  /** The invocation of the framework that is in flight in it. */
  invocation: InFlight | undefined;
}

/** What the world knows of an invocation without asking Countersign. */
export interface InFlight {
  readonly threadId: string;
  readonly native: boolean;
  /** What this invocation asks: ids of requests. */
  readonly declared: Set<string>;
  /** The thread's fence while this invocation had it; undefined while it never had. */
  fence: number | undefined;
  /** Store clock: until then the thread is promised to this invocation, because it suspended there. */
  heldUntil: number;
}

/** Whose code runs right now. */
export const running: AsyncLocalStorage<Process> = new AsyncLocalStorage();

/** What happens in the store: by the world's clock, but with real timers, for it is answered before anything else happens. */
export const STORE: Process = { name: "store", skew: 0, alive: true, frozen: 0, invocation: undefined };
