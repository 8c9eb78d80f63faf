import type { Row } from "./connection.ts";

/**
 * PostgreSQL's text holds no U+0000, and UTF-8 no lone surrogate; names may have both. So names are kept with those (and
 * the backslash that marks them) written out. A name without them is kept as it is.
 */
export function toText(name: string): string {
  const isPlain = name.isWellFormed() && !name.includes("\\") && !name.includes("\u0000");
  return isPlain ? name : escaped(name);
}

function escaped(name: string): string {
  return Array.from(name, (character) => {
    if (character === "\\") return "\\\\";
    const isKept = character !== "\u0000" && character.isWellFormed();
    return isKept ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  }).join("");
}

/** The name that {@link toText} wrote. */
export function fromText(text: string): string {
  return text.replace(/\\(\\|u([0-9a-f]{4}))/g, (_, mark: string, code: string) =>
    mark === "\\" ? "\\" : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** For a column that may be empty. */
export const textOf = (name: string | undefined): string | undefined => (name === undefined ? undefined : toText(name));

/** The same way back. */
export const nameOf = (value: Row[string] | undefined): string | undefined => (typeof value === "string" ? fromText(value) : undefined);
