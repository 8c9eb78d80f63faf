// What the form shows of arguments never changes them.
import { MASK, type JsonObject } from "@countersign/core";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { keepDraft, readDraft } from "../../src/page/requests/edit/draft.ts";
import { Typed, valueAt, withValue } from "../../src/page/requests/edit/entered.ts";
import { fieldOf } from "../../src/page/requests/edit/field-of.ts";
import { finished } from "../../src/page/requests/edit/finished.ts";
import { createForm } from "../../src/page/requests/edit/form.ts";
import { MASK as SHOWN_MASK } from "../../src/page/requests/edit/mask.ts";
import { parseJson } from "../../src/page/requests/edit/parse-json.ts";
import { rebased } from "../../src/page/requests/edit/rebased.ts";
import { itemAt, membersOf, otherMembers, resolved } from "../../src/page/requests/edit/schema.ts";
import { waysIn } from "../support/ways-in.ts";

const Tree = z.object({
  name: z.string(),
  get below() {
    return z.array(Tree);
  },
});
const SCHEMAS: readonly object[] = [
  z.toJSONSchema(
    z.object({
      text: z.string(),
      number: z.number().optional(),
      whole: z.int().nullable(),
      flag: z.boolean().default(false),
      choice: z.enum(["a", "b"]).optional(),
      date: z.iso.date().nullish(),
      list: z.array(z.union([z.string(), z.number(), z.object({ deep: z.array(z.string()) })])),
      pair: z.tuple([z.string(), z.number()]).rest(z.boolean()),
      names: z.record(z.string(), z.number()),
      way: z.discriminatedUnion("type", [
        z.object({ type: z.literal("card"), number: z.string() }),
        z.object({ type: z.literal("bank"), iban: z.string() }),
      ]),
      anything: z.any(),
    }),
    { io: "input" },
  ),
  z.toJSONSchema(Tree),
  { type: "object", additionalProperties: false },
  {
    type: "object",
    properties: { ["__proto__"]: { type: "string" }, constructor: { type: "number" }, "": {}, "a.b": { type: "boolean" } },
  },
  {
    $ref: "#/$defs/loop",
    $defs: { loop: { allOf: [{ $ref: "#/$defs/loop" }, { type: "object", properties: { a: { $ref: "#/$defs/loop" } } }] } },
  },
  { anyOf: [{ $ref: "https://elsewhere.example/schema" }, { type: ["object", "null"], patternProperties: { a: false } }] },
  {},
];

const HOSTILE = ["__proto__", "constructor", "", "a.b", "text", "number", "list", "way", "type", "names", "below", "a", "pair", "date"];
const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("", MASK, "a\r\nb\rc\nd", "\u202e\u200b", "2026-02-30", "2026-12-31", "x".repeat(300)),
);
const { args } = fc.letrec<{ value: unknown; args: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !/^-?\d{16,}$/.test(String(number)) && !Object.is(number, -0)),
    fc.constantFrom(1e21, 1e-7, 0.1, 9_007_199_254_740_991),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("args"),
  ),
  args: fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...HOSTILE), text), tie("value")), { maxLength: 8 })
    .map((members) => Object.fromEntries(members)),
}));

/** What drawing all of it asks. */
function look(schema: unknown, value: unknown, root: unknown, depth = 0): void {
  const field = fieldOf(schema, value, root, { depth });
  if (field.control === "list") (value as unknown[]).forEach((item, index) => look(itemAt(field.schema, index), item, root, depth + 1));
  if (field.control !== "group") return;
  for (const [key, member] of Object.entries(value as object)) {
    const known = membersOf(field.schema);
    look(Object.hasOwn(known, key) ? known[key] : otherMembers(field.schema), member, root, depth + 1);
  }
}

test("arguments that nobody changed are sent back as the very same, whatever their schema", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SCHEMAS), args, (schema, given) => {
      const before = canonicalize(given);
      const form = createForm(resolved(schema, schema), given);
      look(schema, form.tree.value, schema);
      expect(form.isChanged.value).toBe(false);
      const done = finished(form.tree.value);
      expect("args" in done && done.args).toBe(given);
      expect(canonicalize(given)).toBe(before);
    }),
  );
});

test("switching to JSON and back loses nothing", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SCHEMAS), args, (schema, given) => {
      const form = createForm(resolved(schema, schema), given);
      form.switchToJson();
      expect(form.isChanged.value).toBe(false);
      expect((form.tree.value as Typed).text).not.toMatch(/[\u202e\u200b]/);
      form.switchToForm();
      expect(canonicalize(form.tree.value)).toBe(canonicalize(given));
    }),
  );
});

test("what is no value yet survives JSON and the draft as it was typed", () => {
  const form = createForm({ type: "object" }, { amount: 4_200, to: ["a", "b"] });
  form.set(["amount"], new Typed("number", "12,"));
  form.set(["to", 1], new Typed("json", "{"));
  const written = new Map<string, string>();
  const storage = { getItem: (key: string) => written.get(key) ?? null, setItem: (key: string, value: string) => void written.set(key, value) } as Storage; // prettier-ignore
  keepDraft("key", { digest: "d", base: {}, tree: form.tree.value, comment: "why" }, storage);
  expect(readDraft("key", storage)).toEqual({ digest: "d", base: {}, tree: form.tree.value, comment: "why" });
  expect(finished(form.tree.value)).toMatchObject({ problems: [{ path: ["amount"] }, { path: ["to", 1] }] });
  form.switchToJson();
  expect((form.tree.value as Typed).text).toBe('{\n  "amount": 12,,\n  "to": [\n    "a",\n    {\n  ]\n}');
});

test("a draft is read back as it was kept", () => {
  fc.assert(
    fc.property(args, (given) => {
      const written = new Map<string, string>();
      const storage = { getItem: (key: string) => written.get(key) ?? null, setItem: (key: string, value: string) => void written.set(key, value) } as Storage; // prettier-ignore
      keepDraft("key", { digest: "d", base: {}, tree: given, comment: "" }, storage);
      expect(canonicalize(readDraft("key", storage)?.tree)).toBe(canonicalize(given));
    }),
  );
});

test("an edit of arguments that were changed meanwhile changes what somebody changed, and nothing else", () => {
  const before = { amount: 1, to: { name: "A", city: "B" }, list: [1], gone: 1, left: 1 };
  const now = { amount: 2, to: { name: "A", city: "C" }, list: [1, 2], left: 1, added: 1 };
  const mine = { amount: 1, to: { name: "X", city: "B" }, list: [3], gone: 1 };
  expect(rebased(before, mine, now)).toEqual({ amount: 2, to: { name: "X", city: "C" }, list: [3], added: 1 });
  fc.assert(
    fc.property(args, args, args, (a, b, c) => {
      expect(canonicalize(rebased(a, a, b))).toBe(canonicalize(b));
      expect(canonicalize(rebased(a, c, a))).toBe(canonicalize(c));
    }),
  );
});

test("an edit of one value changes nothing else", () => {
  fc.assert(
    fc.property(args, fc.nat(), (given, pick) => {
      const places = waysIn(given);
      const path = places[pick % Math.max(places.length, 1)] ?? ["new"];
      const edited = withValue(given, path, "edited") as JsonObject;
      expect(valueAt(edited, path)).toBe("edited");
      expect(Object.getPrototypeOf(edited)).toBe(Object.prototype);
      expect(canonicalize(withValue(edited, path, valueAt(given, path)))).toBe(canonicalize(given));
    }),
  );
});

test("10,000 hostile names, and 90 levels", () => {
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`${index}.__proto__`, index]));
  const deep = Array.from({ length: 90 }).reduce<JsonObject>((below) => ({ below }), {});
  for (const given of [wide, deep]) {
    const form = createForm({ type: "object" }, given);
    form.switchToJson();
    form.switchToForm();
    expect(canonicalize(form.tree.value)).toBe(canonicalize(given));
  }
});

test("JSON is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const read = parseJson(json);
      if ("value" in read) expect(read.value).toEqual(JSON.parse(json, (_, value: unknown) => (value === 0 ? 0 : value)));
    }),
  );
});

test("the mask is core's", () => {
  expect(SHOWN_MASK).toBe(MASK);
});
