import { cutLines } from "./brief.ts";
import { originalAt, type Original } from "./original.ts";
import type { Section } from "./section.ts";

/** What cases assert with: the line that calls it says more than its own. */
const HELPERS = /(^|\/)(expect|check)\.[jt]s$/;
/** Where the promises stand: what a case does, and what is looked at after each. */
const CASES = /(^|\/)(adapter-suite|store-suite)\/(cases|generator)\/|(^|\/)adapter-suite\/oracle\./;
const LONGEST = 40;
const AROUND = 8;

/**
 * The lines of the suite through which a case failed, with the function or the case around each: from its own text, so that
 * somebody who has only the package can read what was tried. Where the text can't be found: the case's function.
 */
export function caseLines(run: { toString(): string }, error: unknown): readonly Section[] {
  const own = placesOf(error);
  const blocks = new Map<string, Block>();
  for (const place of own) {
    const block = blockAround(place);
    const key = `${place.file}:${block.from}`;
    const known = blocks.get(key) ?? block;
    blocks.set(key, known);
    known.marks.add(place.line);
  }
  const shown = [...blocks.values()].flatMap(shownBlock);
  const heading = "The lines of the case (> marks where it failed, and what led there)";
  const failedLater = own.every(({ file }) => /oracle\./.test(file));
  return [
    ...(shown.length > 0 ? [{ heading, lines: shown }] : []),
    ...(failedLater ? [{ heading: "What the case does", lines: cutLines(run.toString(), LONGEST) }] : []),
  ];
}

/** The line of the case that failed, without the blanks around it. */
export function failedLine(error: unknown): string | undefined {
  const [place] = placesOf(error);
  return place?.text[place.line - 1]?.trim();
}

/** Innermost first. */
function placesOf(error: unknown): readonly Original[] {
  const places = framesOf(error).flatMap(({ file, line, column }) => originalAt(file, line, column) ?? []);
  return places.filter(({ file }) => CASES.test(file) && !HELPERS.test(file));
}

interface Block {
  readonly place: Original;
  /** Lines, from 1; both are part of it. */
  readonly from: number;
  readonly to: number;
  readonly marks: Set<number>;
}

/** The code is formatted: what stands at the margin begins and ends a function, a brace two blanks from it a case of a list. */
function blockAround(place: Original): Block {
  const { text, line } = place;
  const at = (number: number): string => text[number - 1] ?? "";
  let from = line;
  while (from > 1 && line - from < LONGEST && !/^([^\s)\]}/*]| {2}\{$)/.test(at(from))) from--;
  if (line - from >= LONGEST) from = line - AROUND;
  let to = line;
  while (to < text.length && to - from < LONGEST && !/^( {2})?[\])}]/.test(at(to))) to++;
  return { place, from, to, marks: new Set() };
}

function shownBlock({ place: { file, text, line }, from, to, marks }: Block): readonly string[] {
  const width = String(to).length;
  const lines = text.slice(from - 1, to).map((code, index) => {
    const number = from + index;
    return `${marks.has(number) ? ">" : " "} ${String(number).padStart(width)} | ${code}`;
  });
  return [`${file.replace(/^(.*\/)?src\//, "")}:${line}`, ...lines];
}

interface Frame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

function framesOf(error: unknown): readonly Frame[] {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return [...stack.matchAll(/^\s+at .*?\(?((?:file:\/\/)?\/[^\s()]+|file:\/\/\/[^\s()]+|[A-Z]:\\[^()]+):(\d+):(\d+)\)?$/gm)].map(
    ([, file = "", line, column]) => ({ file, line: Number(line), column: Number(column) }),
  );
}
