/** A part of what is said about a failed case. */
export interface Section {
  readonly heading: string;
  readonly lines: readonly string[];
}

export function indented(lines: readonly string[], by = "  "): readonly string[] {
  return lines.map((line) => (line === "" ? line : by + line));
}
