import { AsyncLocalStorage } from "node:async_hooks";
import { running, STORE, type Process } from "./process.ts";

const START = 1_700_000_000_000;

/** Whose timers are virtual. */
function ownerOfTimers(): Process | undefined {
  const process = running.getStore();
  return process === STORE ? undefined : process;
}

class Timer {
  readonly owner: Process;
  readonly every: number | undefined;
  readonly fire: () => void;
  at: number;

  constructor(owner: Process, at: number, every: number | undefined, fire: () => void) {
    this.owner = owner;
    this.at = at;
    this.every = every;
    this.fire = fire;
  }

  /** No process of this world ends by itself. */
  unref(): this {
    return this;
  }
}

/** The one clock of a simulated world, and the timers that its processes have set. Real time plays no part. */
export class VirtualTime {
  now = START;
  readonly #timers = new Set<Timer>();

  /** Timers that could fire now, the oldest first. One that is overdue may fire late, as in a busy process. */
  due(): readonly Timer[] {
    return this.#alive()
      .filter(({ at, owner }) => at <= this.now && owner.frozen <= 0)
      .sort((a, b) => a.at - b.at);
  }

  /** When the next timer fires. */
  next(): number | undefined {
    const times = this.#alive().flatMap(({ at, owner }) => (owner.frozen <= 0 ? [at] : []));
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  fire(timer: Timer): void {
    if (timer.every === undefined) this.#timers.delete(timer);
    else timer.at = this.now + timer.every;
    timer.fire();
  }

  /** Replaces the clocks and the timers for code that runs in a simulated process; all other code keeps the real ones. Answers the way back. */
  install(): () => void {
    const real = { setTimeout, clearTimeout, setInterval, clearInterval, now: Date.now, timeout: AbortSignal.timeout };
    const monotonic = performance.now;
    // Real time has passed since the world before: a store that outlives it sees that somebody has set the clock.
    const began = performance.now() - this.now;
    const start =
      (every: boolean) =>
      (fire: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => {
        const owner = ownerOfTimers();
        if (!owner) return (every ? real.setInterval : real.setTimeout)(fire, ms, ...given);
        return this.#add(owner, ms ?? 0, every, () => fire(...given));
      };
    const stop = (handle: unknown): void => {
      if (handle instanceof Timer) this.#timers.delete(handle);
      else real.clearTimeout(handle as NodeJS.Timeout);
    };
    const nowOf = (): number => {
      const owner = running.getStore();
      return owner ? this.now + owner.skew : real.now();
    };
    const monotonicOf = (): number => (running.getStore() ? began + this.now : monotonic.call(performance));
    const timeout = (ms: number): AbortSignal => {
      const owner = ownerOfTimers();
      if (!owner) return real.timeout(ms);
      const over = new AbortController();
      this.#add(owner, ms, false, () => over.abort(new DOMException("The operation timed out.", "TimeoutError")));
      return over.signal;
    };
    Object.assign(globalThis, { setTimeout: start(false), setInterval: start(true), clearTimeout: stop, clearInterval: stop });
    Date.now = nowOf;
    performance.now = monotonicOf;
    AbortSignal.timeout = timeout;
    return () => {
      const { now, timeout: realTimeout, ...timers } = real;
      Object.assign(globalThis, timers);
      Date.now = now;
      performance.now = monotonic;
      AbortSignal.timeout = realTimeout;
    };
  }

  #add(owner: Process, ms: number, every: boolean, fire: () => void): Timer {
    const inContext = AsyncLocalStorage.snapshot();
    const wait = Math.max(1, ms);
    const timer = new Timer(owner, this.now + wait, every ? wait : undefined, () => inContext(fire));
    if (owner.alive) this.#timers.add(timer);
    return timer;
  }

  #alive(): Timer[] {
    for (const timer of this.#timers) if (!timer.owner.alive) this.#timers.delete(timer);
    return [...this.#timers];
  }
}
