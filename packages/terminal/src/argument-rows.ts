import type { Argument } from "@countersign/review";
import { valueRows, type Drawing } from "./gutter.ts";
import { counted } from "./wrapped.ts";

/** Columns by which what is in a list or object stands to the right. */
const STEP = 2;
/** Beyond this part of the width what is nested is named by its whole path instead. */
const DEEPEST = 1 / 4;
/** Lines of a text may be indented so far before their spaces are counted: code stays readable. */
const INDENTATION = /^ {1,16}(?! )/;

/** What would run, as a tree: every value to its end. */
export function argumentRows(args: readonly Argument[], drawing: Drawing, depth = 0): readonly string[] {
  return args.flatMap((argument) => [
    ...described(argument, drawing, depth),
    ...valueRows(headOf(argument, isDeep(drawing, depth)), drawing, {
      indent: indentAt(drawing, depth),
      tone: argument.isEdited ? "yellow" : undefined,
    }),
    ...(argument.lines ? blockRows(argument.lines, drawing, indentAt(drawing, depth)) : []),
    ...(argument.items ? argumentRows(argument.items, drawing, depth + 1) : []),
  ]);
}

/** The lines of a text, numbered. A row that goes on from the one before has no number. */
export function blockRows(lines: readonly string[], drawing: Drawing, indent = 0): readonly string[] {
  const digits = String(lines.length).length;
  return lines.flatMap((line, index) => {
    const [indentation = ""] = drawing.columns < 60 ? [] : (INDENTATION.exec(line) ?? []);
    return valueRows(indentation + counted(line.slice(indentation.length)), drawing, {
      indent,
      lead: `${String(index + 1).padStart(digits)}│ `,
      isCounted: true,
    });
  });
}

function described({ description }: Argument, drawing: Drawing, depth: number): readonly string[] {
  return description === undefined ? [] : valueRows(`# ${description}`, drawing, { indent: indentAt(drawing, depth), tone: "dim" });
}

function headOf(argument: Argument, isDeep: boolean): string {
  const { name, label, path, value, signed } = argument;
  const called = isDeep ? pathOf(path) : nameOf(name);
  const shown = label === undefined || label === name ? called : `${called} "${label}"`;
  const marks = marksOf(argument);
  const head = `${shown}${marks.length > 0 ? ` [${marks.join(", ")}]` : ""}:`;
  if (signed !== undefined) return `${head} ${signed} is signed, the tool gets ${value ?? "what follows"}`;
  return value === undefined ? `${head} ${sizeOf(argument)}` : `${head} ${value}`;
}

function marksOf({ parsed, isUnknown, isEdited, length }: Argument): readonly string[] {
  return [
    isEdited ? "edited" : "",
    isUnknown ? "not in the tool's schema" : "",
    parsed === undefined ? "" : PARSED[parsed],
    length === undefined ? "" : `${length} characters`,
  ].filter((mark) => mark !== "");
}

const PARSED = {
  added: "added by the tool's schema",
  changed: "changed by the tool's schema",
  "left out": "left out by the tool's schema",
  "set when it runs": "set by the tool's schema when it runs",
} as const;

function sizeOf({ kind, lines, items }: Argument): string {
  if (lines) return number(lines.length, "line");
  if (kind === "list") return items && items.length > 0 ? number(items.length, "item") : "[]";
  if (kind === "object") return items && items.length > 0 ? "" : "{}";
  return "";
}

function number(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** A name that could be taken for more than a name stands in quotes. */
const NAME = /^[\p{L}\p{N}_$-]+$/u;

function nameOf(name: string): string {
  return NAME.test(name) ? name : `"${name.replaceAll('"', '\\"')}"`;
}

function pathOf(path: Argument["path"]): string {
  return path.map((key, index) => (typeof key === "number" ? `[${key + 1}]` : `${index === 0 ? "" : "."}${nameOf(key)}`)).join("");
}

function isDeep({ columns }: Drawing, depth: number): boolean {
  return depth * STEP > columns * DEEPEST;
}

function indentAt(drawing: Drawing, depth: number): number {
  return isDeep(drawing, depth) ? STEP : depth * STEP;
}
