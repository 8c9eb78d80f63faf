import truncated from "fast-string-truncated-width";

/** How a line says that there is more of it. */
const CUT = "…";

/** Columns that a terminal takes for a text without control characters: two for each of 支払い. */
export function widthOf(text: string): number {
  return truncated(text).width;
}

export function cut(text: string, width: number): string {
  const { index, truncated: isCut } = truncated(text, { limit: width, ellipsis: CUT });
  return isCut ? `${text.slice(0, index)}${CUT}` : text;
}

export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(width - widthOf(text), 0));
}
