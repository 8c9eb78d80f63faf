import { serialize } from "@countersign/core";

/**
 * Everything that a terminal or an eye would not show as what it is: control and format characters (bidirectional
 * overrides, zero-width), private and unassigned ones, lone surrogates, fillers, spaces other than the plain one.
 * @see Unicode Technical Report 36, "Unicode Security Considerations"
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** Text with hidden characters written as escapes: what you see is what you sign. Line breaks are hidden characters too. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/**
 * JSON, complete, bytes and dates as they are stored, with hidden characters written as JSON's own escapes: what a program reads back from it is unchanged, and
 * nothing in it acts on a terminal. Over several lines, unless `indent` is 0.
 */
export function visibleJson(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, asStored, indent) ?? "null";
  return text.split("\n").map(escaped).join("\n");
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
  return line.replace(HIDDEN, (character) =>
    Array.from({ length: character.length }, (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`).join(""),
  );
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
