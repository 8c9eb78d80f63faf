import { serialize } from "@countersign/core";

/**
 * Everything that a terminal or an eye would not show as what it is: control and format characters (bidirectional
 * overrides, zero-width), private and unassigned ones, lone surrogates, fillers, blanks other than the plain space.
 * @see Unicode Technical Report 36, "Unicode Security Considerations"
 */
const CLASS =
  "\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}" +
  "\\u{a0}\\u{1680}\\u{2000}-\\u{200a}\\u{202f}\\u{205f}\\u{3000}\\u{2800}\\u{fffc}\\u{1d159}\\u{16fe4}\\u{13441}\\u{13442}";

/** More than two marks on one base climb over other rows; a mark without a base sits on what stands before the text. */
const MARKS = `(?<=^|[${CLASS}])\\p{M}+|(?<=[\\p{Mn}\\p{Me}]{2})[\\p{Mn}\\p{Me}]+`;
const HIDDEN = new RegExp(`[${CLASS}]+|${MARKS}`, "gu");
const ANY_HIDDEN = new RegExp(HIDDEN.source, "u");
/** Text that looks like one of our escapes is one itself. */
const ESCAPED = new RegExp(`\\\\(?=u\\{)|${HIDDEN.source}`, "gu");
const PLAIN = /^[\x20-\x5b\x5d-\x7e]*$/;

const escapeOf = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`;
const escapesOf = (characters: string): string => Array.from(characters, escapeOf).join("");

/**
 * Text with hidden characters written as escapes: what you see is what you sign. Line breaks are hidden characters, too. Of what
 * reads like an escape already, the backslash is written as one.
 */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(ESCAPED, escapesOf);
}

/**
 * Hidden characters as escapes, and nothing else: what `visible` wrote stays as it is. For a line of which parts are safe
 * already, and for a last look at any.
 */
export function revealed(text: string): string {
  return PLAIN.test(text) ? text : text.replace(HIDDEN, escapesOf);
}

/** As `visible`, between quotes, in which quotes and backslashes have a backslash before them, as in JSON. */
export function quoted(text: string): string {
  if (PLAIN.test(text) && !text.includes('"')) return `"${text}"`;
  return `"${text.replace(/["\\]/g, "\\$&").replace(HIDDEN, escapesOf)}"`;
}

/** Is there anything in it that has to be written as an escape? */
export function hasHidden(text: string): boolean {
  return !PLAIN.test(text) && ANY_HIDDEN.test(text);
}

/**
 * JSON, complete, bytes and dates as they are stored, with hidden characters written as JSON's own escapes: what a program reads back from it is unchanged, and
 * nothing in it acts on a terminal. Over several lines, unless `indent` is 0.
 */
export function visibleJson(value: unknown, indent = 2): string {
  return escapedJson(JSON.stringify(value, asStored, indent) ?? "null");
}

/** The same for a text that is JSON. */
export function escapedJson(json: string): string {
  return json.split("\n").map(escaped).join("\n");
}

/** What JSON has no word for is written as stores keep it, but members that are undefined aren't shown. */
function asStored(this: Readonly<Record<string, unknown>>, key: string, json: unknown): unknown {
  const value = this[key];
  if (value === undefined || typeof value === "function") return undefined;
  if (Array.isArray(value) || isPlainObject(value)) return json;
  const kept = serialize(value, { classes: "as JSON" });
  return "json" in kept ? kept.json : json;
}

function escaped(line: string): string {
  return line.replace(HIDDEN, (characters) =>
    Array.from({ length: characters.length }, (_, unit) => `\\u${characters.charCodeAt(unit).toString(16).padStart(4, "0")}`).join(""),
  );
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
