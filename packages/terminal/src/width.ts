import truncated from "fast-string-truncated-width";

/** How a line says that there is more of it. */
const CUT = "…";

const PLAIN = /^[ -~]*$/;
/** Marks that take a column of their own in some terminals. */
const SPACING_MARK = /\p{Mc}/u;
const known = new Map<string, number>();
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Columns that a terminal takes for a text without control characters, at the most: two for each of 支払い. Terminals
 * disagree on characters that are made of several: each of these counts by itself.
 */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOfOne(character);
  return width;
}

function widthOfOne(character: string): number {
  const width = known.get(character) ?? (SPACING_MARK.test(character) ? 1 : truncated(character).width);
  known.set(character, width);
  return width;
}

/** What a reader takes for one character: never split. */
export function graphemes(text: string): readonly string[] {
  if (PLAIN.test(text)) return text.split("");
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** The text, or as much of its beginning as fits, and `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let [head, taken] = ["", widthOf(CUT)];
  for (const grapheme of graphemes(text)) {
    taken += widthOf(grapheme);
    if (taken > width) break;
    head += grapheme;
  }
  return width < widthOf(CUT) ? "" : `${head}${CUT}`;
}

/** The text, followed by as many spaces as it takes. */
export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(width - widthOf(text), 0));
}
