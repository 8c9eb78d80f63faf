import { spanText } from "@countersign/review";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How long, for a place where it ticks: whole minutes, and seconds only where they matter. Nothing on the page flickers. */
export function calmSpan(ms: number): string {
  const length = Math.abs(ms);
  const step = length < 2 * MINUTE ? SECOND : MINUTE;
  return spanText(Math.floor(length / step) * step);
}

/** `in 2h 14m`, `3m ago`, `just now`. The clock ticks once a second: what has just happened may be ahead of it. */
export function awayText(at: number, now: number): string {
  const away = at - now;
  if (Math.abs(away) < 5 * SECOND) return away > SECOND ? "in a moment" : "just now";
  return away > 0 ? `in ${calmSpan(away)}` : `${calmSpan(away)} ago`;
}
