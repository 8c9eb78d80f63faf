import type { ArgsPath } from "@countersign/core";
import { hasHidden, quoted } from "./visible.ts";

/** As a person writes it: `recipient`, `payees[2].iban`. Lists count from 1. */
export function pathText(path: ArgsPath): string {
  if (path.length === 0) return "all of them";
  const text = path.map((key) => (typeof key === "number" ? `[${key + 1}]` : isPlainKey(key) ? `.${key}` : `[${quoted(key)}]`)).join("");
  return text.replace(/^\./, "");
}

function isPlainKey(key: string): boolean {
  return /^[\p{L}\p{N}_-]+$/u.test(key) && !hasHidden(key);
}
