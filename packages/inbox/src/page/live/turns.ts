/** Whose turn it is among the tabs of a browser. */
export interface Turns {
  /** Takes the turn from a tab that has it and does nothing with it: phones put tabs to sleep. */
  take(): void;
}

/** Can tabs of this browser take turns here? */
export function canTakeTurns(): boolean {
  return "locks" in navigator;
}

/**
 * Has one tab after another lead: the first that comes, and when it is closed, the next. Without Web Locks, as on plain http
 * elsewhere than on this machine, each tab leads for itself.
 * @param lead lasts until its signal aborts: the tab has lost the turn, or `signal` has aborted
 */
export function takeTurns(name: string, signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Turns {
  let waiting = new AbortController();
  let isTaking = false;

  async function next(): Promise<void> {
    const turn = new AbortController();
    waiting = new AbortController();
    const options = isTaking ? { steal: true } : { signal: AbortSignal.any([signal, waiting.signal]) };
    isTaking = false;
    try {
      await navigator.locks.request(name, options, () => lead(AbortSignal.any([signal, turn.signal])));
    } catch (error) {
      // Another tab has taken the turn, or this one is about to.
      turn.abort();
      if (!(error instanceof DOMException) || error.name !== "AbortError") throw error;
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) await next();
  }

  if (canTakeTurns()) run().catch(() => lead(signal));
  else void lead(signal);
  return {
    take() {
      isTaking = true;
      waiting.abort();
    },
  };
}
