import type { ParsedArgs } from "../contract/parsed.ts";
import { visible, visibleJson } from "./visible.ts";

/** What the tool's schema adds to the arguments, a line each. Empty: nothing. */
export function parsedLines({ sets, atRunTime }: ParsedArgs = { sets: [], atRunTime: [] }): readonly string[] {
  const at = (path: ParsedArgs["atRunTime"][number]): string => visible(path.join(".") || "all of them");
  return [
    ...sets.map((set) => ("value" in set ? `${at(set.path)} = ${visibleJson(set.value, 0)}` : `${at(set.path)} is left out`)),
    ...atRunTime.map((path) => `${at(path)} is set when it runs`),
  ];
}
