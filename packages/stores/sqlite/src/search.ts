import { searchWords, type RequestQuery } from "@countersign/core/store";
import type { Connection } from "./connection.ts";

/** More requests than that are found on the way: to look at them all, and sort them, would take longer. */
const RARE = 2_000;

/** The words of a search, and the rarest of them if few requests have it. */
export interface Sought {
  readonly words: readonly string[];
  readonly rare: string | undefined;
}

/** From the first text that begins so to beyond the last: no word and no id has this character. */
export function rangeOf(beginning: string): readonly [from: string, below: string] {
  return [beginning, `${beginning}\u{10ffff}`];
}

/** Those that have a word that begins so: by the index of words, and by their ids. Tenant and range, twice. */
export const HAVING_WORD = `SELECT n FROM words WHERE tenant = ? AND word >= ? AND word < ?
  UNION ALL SELECT n FROM requests WHERE tenant = ? AND id >= ? AND id < ?`;

/** Counts no further than what is rare. @throws INVALID_ARGS */
export function sought(connection: Connection, tenant: string, { search = "" }: RequestQuery): Sought {
  const words = searchWords(search);
  const counts = words.map((word) => {
    const place = [tenant, ...rangeOf(word)];
    const row = connection.get(`SELECT count(*) AS count FROM (${HAVING_WORD} LIMIT ?)`, ...place, ...place, RARE + 1);
    return { word, count: Number(row?.["count"]) };
  });
  const [first] = counts.toSorted((a, b) => a.count - b.count);
  return { words, rare: first && first.count <= RARE ? first.word : undefined };
}
