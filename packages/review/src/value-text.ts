import { MASK } from "@countersign/core";
import { ABSENT } from "./json.ts";
import { quoted, visible, visibleJson } from "./visible.ts";

/** A value in one line, in full. */
export function valueText(value: unknown): string {
  if (value === ABSENT) return "";
  if (value === MASK) return MASK;
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  try {
    return visibleJson(value, 0);
  } catch {
    return visible(typeof value === "bigint" ? String(value) : Object.prototype.toString.call(value));
  }
}

/** The lines of a text that has several. Undefined: it hasn't. */
export function linesOf(text: string): readonly string[] | undefined {
  return text.includes("\n") ? text.split("\n").map(visible) : undefined;
}
