/** So many characters of an id are shown where people read. */
const SHORT = 8;

/** The beginning of each of these ids that none of the others has. A command takes it in the place of the id. */
export function shortIds(ids: readonly string[]): (id: string) => string {
  const sorted = [...new Set(ids)].sort();
  const lengths = new Map(
    sorted.map((id, index) => [id, Math.max(SHORT, common(id, sorted[index - 1]) + 1, common(id, sorted[index + 1]) + 1)]),
  );
  return (id) => id.slice(0, lengths.get(id) ?? SHORT);
}

function common(one: string, other: string | undefined): number {
  let length = 0;
  while (other !== undefined && length < one.length && one[length] === other[length]) length++;
  return length;
}
