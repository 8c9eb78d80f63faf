import { existsSync, readFileSync } from "node:fs";

/** What somebody heard in one page. */
export interface Kept {
  readonly names: readonly string[];
  readonly position: string;
}

/** What a listening process has written down: events and position in one line, so that a kill parts them never. */
export function keptIn(file: string): readonly Kept[] {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  return lines.map((line) => JSON.parse(line) as Kept);
}
