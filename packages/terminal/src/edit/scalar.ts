import { hasHidden, visibleJson } from "@countersign/review";
import { isNote } from "./notes.ts";

/** Longer texts get lines of their own. */
const LONG = 80;

/** What stands beside a key, and the lines that follow. The lines bring their indent. */
export interface Written {
  readonly beside: string;
  readonly below: readonly string[];
}

/** A text as YAML that reads back as exactly this text, in its most readable form. `indent`: of the lines below. */
export function writtenText(text: string, indent: string): Written {
  if (isPlain(text)) return { beside: text, below: [] };
  if (text.length <= LONG && !text.includes("\n")) return { beside: quoted(text), below: [] };
  return isBlock(text) ? block(text, indent) : quotedLines(text, indent);
}

/** A key: one line, however long. */
export function writtenKey(key: string): string {
  return /^[A-Za-z_$][\w$-]*$/.test(key) && !isWord(key) ? key : quoted(key);
}

/** Within quotes, with everything hidden as an escape, as in JSON: YAML reads those. */
export function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** Letters first, so that it can be no number, date or sign of YAML's. */
const PLAIN = /^\p{L}(?:[\p{L}\p{M}\p{N}_\-./@+()'&%,;!?=*$€£]| (?! |$)|:(?! |$))*$/u;

function isPlain(text: string): boolean {
  return text.length <= LONG && PLAIN.test(text) && !hasHidden(text) && !isWord(text);
}

/** What a version of YAML, or an editor's colours, take for something else than a text. */
function isWord(text: string): boolean {
  return /^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
}

/** Blocks have no escapes, and tabs in them are seen. Editors take away blanks at the ends of lines; notes are taken out by us. */
function isBlock(text: string): boolean {
  return (
    /\S/.test(text) && text.split("\n").every((line) => !hasHidden(line.replaceAll("\t", "")) && !/[ \t]$/.test(line) && !isNote(line))
  );
}

function block(text: string, indent: string): Written {
  const end = /\n*$/.exec(text)?.[0].length ?? 0;
  const lines = (end > 0 ? text.slice(0, -1) : text).split("\n");
  const header = `|${/^\n*[ \t]/.test(text) ? "2" : ""}${["-", ""][end] ?? "+"}`;
  return { beside: header, below: lines.map((line) => (line === "" ? "" : indent + line)) };
}

/** Each line of the text on a line of its own. A `\` at the end says that YAML's own line break isn't in the text. No line looks like a note. */
function quotedLines(text: string, indent: string): Written {
  const [first = "", ...rest] = text.split(/(?<=\n)(?!$)/).map(escaped);
  if (rest.length === 0) return { beside: `"${first}"`, below: [] };
  const below = rest.map(
    (line, index) => `${indent}${line.replace(/^ /, "\\ ").replace(/^#/, "\\u0023")}${index === rest.length - 1 ? '"' : "\\"}`,
  );
  return { beside: `"${first}\\`, below };
}

/** A mark at the beginning would change what stands before it, so it's an escape as well. */
function escaped(text: string): string {
  const inner = visibleJson(text, 0).slice(1, -1);
  return inner.replace(/^\p{M}/u, unitsOf);
}

function unitsOf(mark: string): string {
  return Array.from({ length: mark.length }, (_, unit) => `\\u${mark.charCodeAt(unit).toString(16).padStart(4, "0")}`).join("");
}
