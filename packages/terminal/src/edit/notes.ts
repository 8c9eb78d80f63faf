/** Where a mistake is in a text, and what is wrong. */
export interface Mistake {
  /** From 1. */
  readonly line: number;
  /** `payees[2].iban`, or empty for all of it. */
  readonly path: string;
  readonly message: string;
}

/** How a note begins that was put into somebody's text. */
export const NOTE = "#✗";

export function isNote(line: string): boolean {
  return line.trimStart().startsWith(NOTE);
}

/** The text as it was before it got notes. */
export function withoutNotes(text: string): string {
  return text.split("\n").filter((line) => !isNote(line)).join("\n"); // prettier-ignore
}

/** The text with what is wrong as a comment above each line that it is about. */
export function withNotes(text: string, mistakes: readonly Mistake[]): string {
  const lines = text.split("\n");
  const noted = lines.flatMap((line, index) => {
    const indent = /^ */.exec(line)?.[0] ?? "";
    return [...mistakes.filter((mistake) => mistake.line === index + 1).map(({ message }) => `${indent}${NOTE} ${message}`), line];
  });
  const many = mistakes.length === 1 ? "One mistake. It is" : `${mistakes.length} mistakes. They are`;
  return [`${NOTE} ${many} noted below, above the line in question. Such notes are taken out again.`, ...noted].join("\n");
}

/** A mistake in one line, for a terminal. */
export function mistakeText({ line, path, message }: Mistake): string {
  return `Line ${line}${path === "" ? "" : `, ${path}`}: ${message}`;
}
