import type { Scalar } from "yaml";

/**
 * Where in the file a character of a text stands: quotes, escapes, indents and folded lines lie between. White space may have
 * changed on the way; everything else stands there in the same order, as it is or escaped, and so is counted.
 */
export function offsetIn(source: string, { range, type, value }: Scalar, at: number): number {
  const [start, end] = range ?? [0, 0];
  let before = String(value).slice(0, at).replaceAll(/\s/g, "").length;
  let position = type === "PLAIN" ? start : type?.startsWith("BLOCK") ? lineAfter(source, start) : start + 1;
  while (position < end) {
    const { length, text } = characterAt(source, position, type);
    const counts = text.replaceAll(/\s/g, "").length;
    if (counts > 0 && before <= 0) break;
    before -= counts;
    position += length;
  }
  return position;
}

function lineAfter(source: string, start: number): number {
  const newline = source.indexOf("\n", start);
  return newline < 0 ? start : newline + 1;
}

interface Character {
  /** Of what stands in the file. */
  readonly length: number;
  /** What it means, or something else that isn't white space. */
  readonly text: string;
}

const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const WHITE = "ntrvf_LP \n\r\t";

function characterAt(source: string, position: number, type: Scalar["type"]): Character {
  const [first = "", second = ""] = source.slice(position, position + 2);
  if (type === "QUOTE_SINGLE" && first === "'" && second === "'") return { length: 2, text: "'" };
  if (type !== "QUOTE_DOUBLE" || first !== "\\") return { length: 1, text: source.charAt(position) };
  const digits = HEX_DIGITS[second];
  if (digits === undefined) return { length: 2, text: WHITE.includes(second) ? " " : second };
  const code = Number.parseInt(source.slice(position + 2, position + 2 + digits), 16);
  return { length: 2 + digits, text: String.fromCodePoint(code) };
}
