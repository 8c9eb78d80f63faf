import { escapedJson } from "@countersign/review";

/** JSON for people, in which every hidden character is written out. Over several lines, unless `indent` is 0. */
export function jsonText(value: unknown, indent = 2): string {
  return escapedJson(JSON.stringify(value, undefined, indent) ?? "null");
}
