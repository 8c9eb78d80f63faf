import { graphemes, widthOf } from "./width.ts";

/** A mark without a letter would be drawn onto what stands before it. */
const LONE_MARK = /^\p{M}/u;
/** What a mark is put on instead. */
const CARRIER = "◌";
const RUN = / {3,}/g;
/** Text that looks like a run that was counted. */
const LIKE_A_RUN = /⟨(?=\d+ spaces⟩)/g;

/** Runs of spaces as their number: with them a value could move what follows to where it likes. */
export function counted(text: string): string {
  return text.replace(LIKE_A_RUN, "\\u{27e8}").replace(RUN, ({ length }) => `⟨${length} spaces⟩`);
}

/**
 * One line of text as physical rows, none wider than `width`. Breaks after a space where there is one in the last third of a
 * row; what a reader takes for one character is never split, unless it is wider than a row: then `…` stands for the rest.
 */
export function wrapped(text: string, width: number): readonly string[] {
  if (!LONE_MARK.test(text) && widthOf(text) <= width) return [text];
  const rows: string[] = [];
  let [row, taken, space] = ["", 0, 0];
  for (const whole of graphemes(text)) {
    const grapheme = fitting(row === "" && LONE_MARK.test(whole) ? CARRIER + whole : whole, width);
    const wide = widthOf(grapheme);
    while (row !== "" && taken + wide > width) {
      const at = space > (row.length * 2) / 3 ? space : row.length;
      rows.push(row.slice(0, at));
      row = row.slice(at);
      [taken, space] = [widthOf(row), 0];
    }
    row += grapheme;
    taken += wide;
    if (grapheme === " ") space = row.length;
  }
  return [...rows, row];
}

function fitting(grapheme: string, width: number): string {
  if (widthOf(grapheme) <= width) return grapheme;
  let head = "";
  for (const character of grapheme) {
    if (widthOf(head + character) >= width) break;
    head += character;
  }
  return `${head}…`;
}
