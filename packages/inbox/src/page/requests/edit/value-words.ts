import { visible } from "@countersign/review";
import { ABSENT, Typed } from "./entered.ts";
import { readTyped } from "./finished.ts";

const LONGEST = 60;

/** A value in a few words, safe to draw. */
export function valueWords(value: unknown): string {
  if (value === ABSENT) return "left out";
  if (value instanceof Typed) {
    const read = readTyped(value);
    return "value" in read ? valueWords(read.value) : visible(value.text);
  }
  if (value === "") return "empty text";
  if (value === null) return "no value";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return `${value.length} item${value.length === 1 ? "" : "s"}`;
  if (typeof value === "object") return "a group of values";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const lines = text.split("\n").length;
  if (lines > 1) return `${lines} lines`;
  return visible(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
