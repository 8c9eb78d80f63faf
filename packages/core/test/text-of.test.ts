import { expect, test } from "vitest";
import { textOf } from "../src/adapt/text-of.ts";

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

test.each<readonly [unknown, string]>([
  ["paid", "paid"],
  ["", ""],
  [undefined, "done"],
  [null, "null"],
  [10n, '"10"'],
  [{ units: 10n, at: new Date(0) }, '{"units":"10","at":"1970-01-01T00:00:00.000Z"}'],
  [{ png: Buffer.from("png"), raw: new Uint8Array([1]) }, '{"png":"cG5n","raw":"AQ=="}'],
  [new Map([["EUR", new Set([1])]]), '[["EUR",[1]]]'],
  [cyclic, "done"],
  [() => {}, "done"],
])("a result in words: %o", (result, text) => {
  expect(textOf(result)).toBe(text);
});
