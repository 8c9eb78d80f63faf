/** A part of a text, and where it begins. */
export interface Piece {
  readonly start: number;
  readonly text: string;
}

/**
 * A text in parts of about so many characters, each to be drawn as a block of its own: they end with a line where one ends near,
 * and then leave out the line break.
 */
export function pieces(text: string, size: number): readonly Piece[] {
  const all: Piece[] = [];
  for (let start = 0; start < text.length;) {
    const piece = shortened(text, start, size);
    all.push({ start, text: piece });
    start += piece.length;
    if (text.charAt(start) === "\n") start++;
  }
  return all;
}

function shortened(text: string, start: number, size: number): string {
  const end = start + size;
  if (text.length <= end) return text.slice(start);
  const lineEnd = text.lastIndexOf("\n", end);
  if (lineEnd > start + size / 2) return text.slice(start, lineEnd);
  // Neither half of a character, nor half of what stands for a hidden one.
  const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  const escape = text.lastIndexOf("\\u{", end);
  const isInEscape = escape > start && end - escape < 10 && !text.slice(escape, end).includes("}");
  return text.slice(start, isInEscape ? escape : isHalf ? end - 1 : end);
}
