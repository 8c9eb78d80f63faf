const STEPS = [
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
] as const;

/** Unix ms as people and programs read it, in UTC. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** `3m`, `2h`, `5d`: the largest unit that fits, rounded down. */
export function span(ms: number): string {
  const [unit, size] = STEPS.findLast(([, step]) => Math.abs(ms) >= step) ?? STEPS[0];
  return `${Math.floor(Math.abs(ms) / size)}${unit}`;
}

/** `2027-01-31T08:00:00.000Z (in 2h)`. */
export function moment(at: number, now: number = Date.now()): string {
  return `${iso(at)} (${at > now ? `in ${span(at - now)}` : `${span(now - at)} ago`})`;
}
