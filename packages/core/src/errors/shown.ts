/** Longer texts are cut: who reads the message knows what they have passed. */
const LONGEST = 60;

/** A value that somebody has passed, in a message: short, and without what it holds. */
export function shown(value: unknown): string {
  if (typeof value === "string") return value === "" ? "empty text" : shownText(withoutPassword(value));
  if (Array.isArray(value)) return "a list";
  if (typeof value === "function") return "a function";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

function shownText(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

/** A connection string in the wrong place must not bring its password into a log. */
function withoutPassword(text: string): string {
  return text.replace(/\/\/.*@/s, "//…@");
}

/** `"a"`, `"a" or "b"`, `"a", "b" or "c"`. */
export function listed(values: readonly unknown[]): string {
  const all = values.map(shown);
  return all.length < 2 ? (all[0] ?? "nothing") : `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
}
