import type { Moment } from "./review.ts";

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/**
 * A length of time in its two largest units: `2h 14m`, `3d`, `45s`. Below a second, `0s`.
 * @param ms milliseconds; the sign doesn't count
 */
export function spanText(ms: number): string {
  const length = Math.abs(ms);
  if (!Number.isFinite(length)) return "unknown";
  const index = UNITS.findIndex(([, size]) => length >= size);
  const [unit, size] = UNITS[index] ?? ["s", 1_000];
  const whole = Math.floor(length / size);
  const [next, nextSize] = UNITS[index + 1] ?? ["s", Infinity];
  const rest = index < 0 ? 0 : Math.floor((length - whole * size) / nextSize);
  return rest > 0 ? `${whole}${unit} ${rest}${next}` : `${whole}${unit}`;
}

/** `in 2h 14m`, `3d 4h ago`, `just now`. */
export function momentOf(at: number, now: number): Moment {
  const away = at - now;
  if (!Number.isFinite(away)) return { at: Number.isFinite(at) ? at : 0, text: "at an unknown time" };
  const span = spanText(away);
  return { at, text: span === "0s" ? "just now" : away > 0 ? `in ${span}` : `${span} ago` };
}

/** `2026-11-28 10:00 UTC`: a time that doesn't change while it is looked at. */
export function dateText(at: number): string {
  return Math.abs(at) <= 8.64e15 ? `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC` : "an unknown time";
}
