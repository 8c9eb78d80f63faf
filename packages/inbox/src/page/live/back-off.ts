const FIRST = 1_000;
const LAST = 30_000;
/** A tab that nobody looks at is in no hurry. */
const LAST_HIDDEN = 60_000;

interface BackOff {
  /** Seconds: before, the server doesn't want to be asked. */
  readonly retryAfter?: number | undefined;
  readonly isHidden: boolean;
  /** 0 to 1. */
  readonly random?: number;
}

/**
 * Ms to wait after so many failures in a row, 0 if the stream only ended. Not all browsers of a company come back at the same
 * moment when a server has started again.
 */
export function backOff(failures: number, { retryAfter = 0, isHidden, random = Math.random() }: BackOff): number {
  const most = Math.min(FIRST * 2 ** Math.max(0, failures - 1), isHidden ? LAST_HIDDEN : LAST);
  const own = failures === 0 ? random * FIRST : most * (0.5 + random / 2);
  return Math.max(own, retryAfter * 1_000 * (1 + random / 10));
}
