import { isDeepStrictEqual } from "node:util";
import { brief } from "./brief.ts";

/** How one value differs from another, one line for each place: `items[0].version: got 2, expected 1`. Nothing: they are the same. */
export function differences(actual: unknown, expected: unknown): readonly string[] {
  const found: string[] = [];
  compare(actual, expected, "", found);
  return found;
}

function compare(actual: unknown, expected: unknown, path: string, found: string[]): void {
  if (isDeepStrictEqual(actual, expected)) return;
  if (Array.isArray(actual) && Array.isArray(expected)) return compareLists(actual, expected, path, found);
  if (isPlain(actual) && isPlain(expected)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      compare(memberOf(actual, key), memberOf(expected, key), path === "" ? key : `${path}.${key}`, found);
    }
    return;
  }
  if (typeof actual === "string" && typeof expected === "string" && actual.length + expected.length > 200) {
    return void found.push(`${at(path)}${differentTexts(actual, expected)}`);
  }
  found.push(`${at(path)}got ${brief(actual)}, expected ${brief(expected)}`);
}

/** Of lists of another length only the first difference is worth reading: all that follows has moved. */
function compareLists(actual: readonly unknown[], expected: readonly unknown[], path: string, found: string[]): void {
  if (actual.length === expected.length) {
    for (const [index, item] of expected.entries()) compare(actual[index], item, `${path}[${index}]`, found);
    return;
  }
  const first = expected.findIndex((item, index) => index >= actual.length || !isDeepStrictEqual(actual[index], item));
  const index = first < 0 ? expected.length : first;
  const [got, wanted] = [entryAt(actual, index), entryAt(expected, index)];
  found.push(
    `${at(path)}got ${count(actual.length)}, expected ${expected.length}; the first that differs is number ${index + 1}: got ${got}, expected ${wanted}`,
  );
}

function entryAt(list: readonly unknown[], index: number): string {
  return index < list.length ? brief(list[index]) : "none";
}

function count(entries: number): string {
  return entries === 1 ? "1 entry" : `${entries} entries`;
}

function differentTexts(actual: string, expected: string): string {
  let from = 0;
  while (from < actual.length && actual[from] === expected[from]) from++;
  const around = (text: string): string => JSON.stringify(text.slice(Math.max(0, from - 20), from + 60));
  return `texts of ${actual.length} and ${expected.length} characters, which differ from character ${from + 1} on: got …${around(actual)}…, expected …${around(expected)}…`;
}

function at(path: string): string {
  return path === "" ? "" : `${path}: `;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array) && !(value instanceof Date);
}

/** Its own one: a record may have a member `__proto__`. */
function memberOf(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
