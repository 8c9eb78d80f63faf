/** ` Did you mean …?`, or nothing if no name is near. */
export function didYouMean(wrong: string, names: Iterable<string>): string {
  const near = nearest(wrong, names);
  return near === undefined ? "" : ` Did you mean ${near}?`;
}

/** The name that this one may be a misspelling of, if there is one. */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  return [...names]
    .map((name) => ({ name, distance: distance(wrong.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.min(name.length, wrong.length) / 3)))
    .sort((a, b) => a.distance - b.distance)[0]?.name;
}

/** How many letters to insert, drop, replace or swap with the next. Long texts are nobody's misspelling. */
function distance(a: string, b: string): number {
  if (a.length > 100 || b.length > 100) return Infinity;
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (const [i, letter] of a.split("").entries()) {
    const [before = [], row = []] = [rows[i - 1], rows[i]];
    const next = [i + 1];
    for (const [j, other] of b.split("").entries()) {
      const swapped = letter === b[j - 1] && other === a[i - 1] ? (before[j - 1] ?? 0) + 1 : Infinity;
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1), swapped));
    }
    rows.push(next);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}
