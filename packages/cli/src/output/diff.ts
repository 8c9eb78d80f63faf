import type { JsonObject } from "@countersign/core";
import { visibleJson } from "@countersign/core/terminal";
import { diffArrays } from "diff";
import type { Output } from "./output.ts";

/** How long a difference is looked for, in ms. */
const PATIENCE = 2_000;

/**
 * What changes, line by line, within all of what will run: `-` was proposed, `+` runs instead. The order of keys is no
 * change, because it isn't signed.
 */
export function diff(out: Output, before: JsonObject, after: JsonObject, stream: NodeJS.WriteStream = process.stdout): readonly string[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  // Of very many changes the smallest difference takes for ever to find: then all of it is shown as changed.
  const all = [
    { value: old, removed: true, added: false },
    { value: now, removed: false, added: true },
  ];
  return (diffArrays(old, now, { timeout: PATIENCE }) ?? all).flatMap(({ value, added, removed }) =>
    value.map((line) => {
      if (added) return out.style("green", `+ ${line}`, stream);
      return removed ? out.style("red", `- ${line}`, stream) : `  ${line}`;
    }),
  );
}

/** A comma after the last entry would make it look changed when another one follows. */
function linesOf(value: JsonObject): string[] {
  return visibleJson(sorted(value)).split("\n").map((line) => line.replace(/,$/, "")); // prettier-ignore
}

/** Keys in the order in which they are signed. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value).sort()) copy[key] = sorted((value as JsonObject)[key]);
  return copy;
}
