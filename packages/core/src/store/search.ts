import { CountersignError } from "../errors/error.ts";
import type { RequestRecord } from "./records.ts";

/** How much a search may say: characters, and words. */
const MAX_TEXT = 200;
const MAX_WORDS = 10;
/** So many characters of a word count, and so many of each name: an index keeps both. */
const WORD = 64;
const NAME = 512;

/** What a search looks at. */
export type Searched = Pick<RequestRecord, "id" | "namespace" | "tool" | "agent" | "requestedBy" | "threadId">;

/**
 * The words of a search: runs of letters and digits, in one spelling whatever their case and form. Empty: no condition.
 * Each has to be the beginning of a word in {@link searchedWords}.
 * @throws INVALID_ARGS for a text that is too long, or has too many words
 */
export function searchWords(text: string): readonly string[] {
  const words = wordsIn(text);
  if (text.length > MAX_TEXT) throw invalid(`longer than ${MAX_TEXT} characters`);
  if (words.length > MAX_WORDS) throw invalid(`more than ${MAX_WORDS} words`);
  return words;
}

/** The words by which a request is found: of its id, tool, agent, requester and thread. They never change. For an index. */
export function searchedWords({ id, namespace = "", tool, agent, requestedBy, threadId }: Searched): readonly string[] {
  const names = [id, namespace, tool, agent, requestedBy?.id ?? "", requestedBy?.name ?? "", threadId];
  return [...new Set(names.flatMap((name) => wordsIn(name.slice(0, NAME))))];
}

/** Does a search for this text find this request? @throws INVALID_ARGS as {@link searchWords} does */
export function searchMatches(record: Searched, text: string): boolean {
  const wanted = searchWords(text);
  if (wanted.length === 0) return true;
  const there = searchedWords(record);
  return wanted.every((beginning) => there.some((word) => word.startsWith(beginning)));
}

/** Each once. Marks belong to the letters before them: many scripts write vowels as marks. */
function wordsIn(text: string): readonly string[] {
  const words =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return [...new Set(words.map(beginningOf))];
}

function beginningOf(word: string): string {
  return word.length <= WORD ? word : Array.from(word).slice(0, WORD).join("");
}

function invalid(message: string): CountersignError<"INVALID_ARGS"> {
  return new CountersignError("INVALID_ARGS", { issues: [{ message, path: ["search"] }] });
}
