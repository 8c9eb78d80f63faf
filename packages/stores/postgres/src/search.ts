import { searchWords, type RequestQuery } from "@countersign/core/store";
import type { Connection } from "./connection.ts";
import { toText } from "./text.ts";

/** More requests than that are found on the way: to look at them all, and sort them, would take longer. */
const RARE = 2_000;

/** The words of a search, and the rarest of them if few requests have it. */
export interface Sought {
  readonly words: readonly string[];
  readonly rare: string | undefined;
}

/** Beyond the last text that begins so: no word and no id has this character. */
export function beyondAll(beginning: string): string {
  return `${beginning}\u{10ffff}`;
}

/** The numbers of those that have a word that begins so, by the index of words and by their ids: more than a few times no more. */
export function havingWord(schema: string, tenant: string, from: string, below: string, limit: number = 2 * RARE): string {
  return `(SELECT n FROM ${schema}.words WHERE tenant = ${tenant} AND word >= ${from} AND word < ${below} LIMIT ${limit})
    UNION ALL (SELECT n FROM ${schema}.requests WHERE tenant = ${tenant} AND id >= ${from} AND id < ${below} LIMIT ${limit})`;
}

/** Counts no further than what is rare. @throws INVALID_ARGS */
export async function sought(connection: Connection, tenant: string, { search = "" }: RequestQuery): Promise<Sought> {
  const words = searchWords(search);
  if (words.length === 0) return { words, rare: undefined };
  const counts = words.map(
    (_, i) => `(SELECT count(*) FROM (${havingWord(connection.schema, "$1", `$${2 * i + 2}`, `$${2 * i + 3}`, RARE + 1)}) AS found)::int`,
  );
  const values = [toText(tenant), ...words.flatMap((word) => [word, beyondAll(word)])];
  const [row] = await connection.ask(`SELECT ${counts.map((count, i) => `${count} AS word_${i}`).join(", ")}`, values);
  const [first] = words.map((word, i) => ({ word, count: Number(row?.[`word_${i}`]) })).toSorted((a, b) => a.count - b.count);
  return { words, rare: first && first.count <= RARE ? first.word : undefined };
}
