// How what somebody types becomes a value, or why it doesn't.
import { expect, test } from "vitest";
import { z } from "zod";
import { fieldOf, type Control } from "../../src/page/requests/edit/field-of.ts";
import { createForm } from "../../src/page/requests/edit/form.ts";
import { hintOf } from "../../src/page/requests/edit/hint-of.ts";
import { finished } from "../../src/page/requests/edit/finished.ts";
import { ABSENT, Typed, valueAt } from "../../src/page/requests/edit/entered.ts";
import { parseJson } from "../../src/page/requests/edit/parse-json.ts";
import { parseNumber } from "../../src/page/requests/edit/parse-number.ts";
import { asTyped, retyped } from "../../src/page/requests/edit/retyped.ts";
import { resolved, type Schema } from "../../src/page/requests/edit/schema.ts";
import { startingValue } from "../../src/page/requests/edit/starting-value.ts";

test.each([
  ["4200", 4_200],
  [" -0.50 ", -0.5],
  ["1e3", 1_000],
  ["1e21", 1e21],
  ["0.1", 0.1],
  ["-0", 0],
  ["9007199254740991", Number.MAX_SAFE_INTEGER],
])("the number %s", (text, value) => {
  expect(parseNumber(text)).toEqual({ value });
});

test.each([
  ["", /Enter a number/],
  ["abc", /in digits/],
  ["4,200", /without separators: 4200$/],
  ["1'000'000.5", /without separators: 1000000.5$/],
  ["4200,50", /point for the decimals: 4200.50$/],
  ["007", /in digits/],
  ["0x10", /in digits/],
  ["Infinity", /in digits/],
  ["1e999", /too large/],
  ["9007199254740993", /it would become 9007199254740992/],
  ["0.12345678901234567890", /too many digits/],
  ["100000000000000000000", /kept exactly/],
])("no number: %s", (text, message) => {
  expect(parseNumber(text)).toEqual({ message: expect.stringMatching(message) as string });
});

test("a whole number is one", () => {
  expect(parseNumber("4.5", true)).toEqual({ message: "Enter a whole number." });
  expect(parseNumber("4.0", true)).toEqual({ value: 4 });
});

test.each([
  ["", 1, 1, /missing/],
  ['{\n  "a": 1,\n  "a": 2\n}', 3, 3, /twice/],
  ['{"a": 1,}', 1, 9, /name/],
  ["[1,\n2", 2, 2, /comma or \]/],
  ['{"a" 1}', 1, 6, /colon/],
  ['["é", tru]', 1, 7, /no value/],
  ['"a\nb"', 1, 3, /line break/],
  ['"a', 1, 1, /no end/],
  ['["\\x"]', 1, 3, /backslash/],
  ["[007]", 1, 2, /number/],
  ["[9007199254740993]", 1, 2, /too many digits/],
  ["{} {}", 1, 4, /behind the end/],
  ["[".repeat(200), 1, 102, /deeper than 100/],
])("JSON that isn't any: %j", (text, line, column, message) => {
  expect(parseJson(text)).toEqual({ line, column, message: expect.stringMatching(message) as string });
});

test.each([
  ["a\r\nb\r\nc", "a\nB\nc", "a\r\nB\r\nc"],
  ["a\r\nb", "a\nx\nb", "a\r\nx\r\nb"],
  ["a\rb\nc\r\nd", "a\nb\nc\nD", "a\rb\nc\r\nD"],
  ["a\nb", "a\n\nb", "a\n\nb"],
  ["a\r\n\r\nb", "a\nb", "a\r\nb"],
  ["\r\n", "", ""],
])("line breaks of %j stay, edited to %j", (before, typed, after) => {
  expect(retyped(before, typed)).toBe(after);
  expect(asTyped(after)).toBe(typed);
});

const schemaOf = (shape: z.ZodType): Schema => z.toJSONSchema(z.object({ it: shape }), { io: "input" }) as Schema;
const fieldFor = (shape: z.ZodType, value: unknown) => {
  const root = schemaOf(shape);
  return fieldOf((root["properties"] as { it: unknown }).it, value, root);
};

test.each<[string, z.ZodType, unknown, Control]>([
  ["text", z.string(), "a", "text"],
  ["a date", z.iso.date(), "2026-12-31", "date"],
  ["a date that is none", z.iso.date(), "2026-02-31", "text"],
  ["a number", z.number(), 4, "number"],
  ["text where a number belongs", z.number(), "4", "json"],
  ["yes or no", z.boolean(), true, "boolean"],
  ["a choice", z.enum(["a", "b"]), "a", "choice"],
  ["a choice that isn't offered", z.enum(["a", "b"]), "c", "choice"],
  ["literals", z.union([z.literal("a"), z.literal(3)]), 3, "choice"],
  ["a constant", z.literal("a"), "a", "fixed"],
  ["null where it may be", z.string().nullable(), null, "null"],
  ["null where it may not be", z.string(), null, "null"],
  ["a list", z.array(z.string()), [], "list"],
  ["a group", z.object({ a: z.string() }), {}, "group"],
  ["a record", z.record(z.string(), z.number()), {}, "group"],
  ["anything", z.any(), "a", "json"],
  ["a mask", z.number(), "•••", "mask"],
])("%s", (_name, shape, value, control) => {
  expect(fieldFor(shape, value).control).toBe(control);
});

test("of several ways the one that the value fits is chosen", () => {
  const Way = z.discriminatedUnion("type", [
    z.object({ type: z.literal("card"), number: z.string() }),
    z.object({ type: z.literal("bank"), iban: z.string() }),
  ]);
  expect(fieldFor(Way, { type: "bank", iban: "DE" })).toMatchObject({ way: 1, ways: [{ label: "card" }, { label: "bank" }] });
  expect(fieldFor(z.union([z.string(), z.number(), z.null()]), 4)).toMatchObject({ way: 1, isNullable: true, ways: [{ label: "Text" }, { label: "Number" }] }); // prettier-ignore
  expect(fieldFor(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]), { b: "x" })).toMatchObject({ way: 1 });
  expect(fieldFor(Way, 4)).toMatchObject({ control: "json", way: -1 });
});

test("what is added makes nothing up", () => {
  const root = schemaOf(
    z.object({ text: z.string(), number: z.number(), flag: z.boolean(), choice: z.enum(["a", "b"]), kind: z.literal("x"), more: z.string().optional(), due: z.string().default("now") }), // prettier-ignore
  );
  expect(startingValue((root["properties"] as { it: unknown }).it, root)).toEqual({
    text: "",
    number: new Typed("number", ""),
    flag: new Typed("choice", ""),
    choice: new Typed("choice", ""),
    kind: "x",
  });
  const Loop = z.object({
    get next() {
      return Loop;
    },
  });
  const loop = z.toJSONSchema(Loop);
  expect(() => startingValue(loop, loop)).not.toThrow();
});

test("what is left out, or becomes another way, comes back as it was", () => {
  const schema = schemaOf(z.string().optional());
  const form = createForm(schema, { it: "typed once" });
  form.set(["it"], "typed twice");
  form.leaveOut(["it"]);
  expect(valueAt(form.tree.value, ["it"])).toBe(ABSENT);
  form.add(["it"], { type: "string" });
  expect(valueAt(form.tree.value, ["it"])).toBe("typed twice");
  form.setNull(["it"]);
  form.unsetNull(["it"], { type: "string" });
  expect(valueAt(form.tree.value, ["it"])).toBe("typed twice");
  form.chooseWay(["it"], 0, 1, { type: "number" });
  expect(finished(form.tree.value)).toEqual({ problems: [{ path: ["it"], message: "Enter a number." }] });
  form.chooseWay(["it"], 1, 0, { type: "string" });
  expect(valueAt(form.tree.value, ["it"])).toBe("typed twice");
});

test.each<[z.ZodType, string]>([
  [z.int(), "A whole number."],
  [z.number().positive().max(5), "More than 0, at most 5."],
  [z.string().min(1), "It can't be empty."],
  [z.string().length(3), "Exactly 3 characters."],
  [z.array(z.string()).min(1).max(3), "1 to 3 items."],
  [z.email(), "An email address."],
  [z.string().regex(/^a$/), "Pattern: ^a$."],
])("a hint says what is asked", (shape, hint) => {
  const root = schemaOf(shape);
  expect(hintOf(resolved((root["properties"] as { it: unknown }).it, root))).toBe(hint);
});
