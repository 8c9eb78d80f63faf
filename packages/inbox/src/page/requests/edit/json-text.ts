import { escapedJson, hasHidden } from "@countersign/review";
import { isObject, Typed } from "./entered.ts";

/**
 * What was entered as JSON over several lines, with hidden characters as JSON's own escapes: read back, it is the same. What
 * was typed and is no value yet stands in it as it was typed.
 */
export function jsonText(tree: unknown, indent = ""): string {
  if (tree instanceof Typed) return tree.kind === "choice" ? "" : tree.text;
  if (Array.isArray(tree)) return block("[", "]", tree.map((item: unknown) => jsonText(item, `${indent}  `)), indent); // prettier-ignore
  if (!isObject(tree)) return scalarText(tree);
  const members = Object.entries(tree).map(([key, member]) => `${scalarText(key)}: ${jsonText(member, `${indent}  `)}`);
  return block("{", "}", members, indent);
}

function block(open: string, close: string, parts: readonly string[], indent: string): string {
  return parts.length === 0 ? `${open}${close}` : `${open}\n${indent}  ${parts.join(`,\n${indent}  `)}\n${indent}${close}`;
}

function scalarText(value: unknown): string {
  const text = JSON.stringify(value);
  if (!hasHidden(text)) return text;
  // A letter before it: a mark that sits on a letter is nothing hidden.
  return Array.from(text, (character) => (hasHidden(`a${character}`) ? escapedJson(character) : character)).join("");
}
