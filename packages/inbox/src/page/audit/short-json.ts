import { jsonText } from "../look/json-text.ts";

/** Characters: a page can't draw a megabyte at once. */
const MOST = 20_000;

/** JSON for people, as much of it as a page can draw at once. */
export function shortJson(value: unknown): string {
  const text = jsonText(value);
  if (text.length <= MOST) return text;
  return `${text.slice(0, MOST)}\n… and ${(text.length - MOST).toLocaleString("en-US")} more characters. The export has all of it.`;
}
