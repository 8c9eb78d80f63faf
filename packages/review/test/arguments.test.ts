import { MASK, type JsonObject } from "@countersign/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { reviewOf, type Argument } from "../src/index.ts";
import { NOW, requestOf } from "./support.ts";

const argsOf = (args: JsonObject, over: Parameters<typeof requestOf>[1] = {}): readonly Argument[] =>
  reviewOf(requestOf(args, over), { now: NOW }).args;
const schemaOf = (schema: z.ZodType): JsonObject => z.toJSONSchema(schema, { io: "input" }) as JsonObject;
const names = (args: readonly Argument[] = []): readonly string[] => args.map(({ name }) => name);
const flat = (args: readonly Argument[]): readonly Argument[] => args.flatMap((each) => [each, ...flat(each.items ?? [])]);

describe("order and words", () => {
  it("are the schema's, and what it doesn't know comes last", () => {
    const argsSchema = schemaOf(
      z.object({ recipient: z.string().meta({ title: "Payee", description: "Who gets\nthe money" }), amount: z.number() }),
    );
    const shown = argsOf({ amount: 1, extra: true, recipient: "Acme" }, { argsSchema });
    expect(names(shown)).toEqual(["recipient", "amount", "extra"]);
    expect(shown[0]).toMatchObject({ label: "Payee", description: "Who gets the money", kind: "text", value: '"Acme"', isUnknown: false });
    expect(shown[2]).toMatchObject({ kind: "boolean", value: "true", isUnknown: true });
  });

  it("are found through references, variants, intersections, lists and records", () => {
    const Party = z.object({ name: z.string().describe("As registered"), iban: z.string() }).meta({ id: "Party" });
    const schema = z.object({
      to: z.array(Party),
      how: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("card"), last4: z.string().describe("Of the card"), kept: z.boolean() }),
        z.object({ kind: z.literal("bank"), bic: z.string().describe("Of the bank") }),
      ]),
      both: z.intersection(z.object({ b: z.string() }), z.object({ a: z.string().describe("The first") })),
      notes: z.record(z.string(), z.string().describe("A note")),
      pair: z.tuple([z.string().describe("Left"), z.number().describe("Right")]),
      maybe: z
        .object({ x: z.string().describe("Deep") })
        .nullable()
        .optional(),
    });
    const args = {
      both: { a: "1", b: "2" },
      how: { bic: "X", kind: "bank", odd: 1 },
      maybe: { x: "y" },
      notes: { n: "m" },
      pair: ["l", 2],
      to: [{ iban: "DE", name: "Acme" }],
    };
    const shown = argsOf(args, { argsSchema: schemaOf(schema) });
    expect(names(shown)).toEqual(["to", "how", "both", "notes", "pair", "maybe"]);
    const at = (path: string): Argument | undefined => flat(shown).find((each) => each.path.join(".") === path);
    expect(names(at("to.0")?.items)).toEqual(["name", "iban"]);
    expect(at("to.0")?.name).toBe("1");
    expect(at("to.0.name")?.description).toBe("As registered");
    expect(at("how.bic")).toMatchObject({ description: "Of the bank", isUnknown: false });
    expect(at("how.odd")?.isUnknown).toBe(true);
    expect(names(at("both")?.items)).toEqual(["b", "a"]);
    expect(at("both.a")?.description).toBe("The first");
    expect(at("notes.n")).toMatchObject({ description: "A note", isUnknown: false });
    expect(at("pair.1")?.description).toBe("Right");
    expect(at("maybe.x")?.description).toBe("Deep");
  });

  it("may be absurd: a schema that refers to itself, or says nothing that can be read", () => {
    const cyclic: JsonObject = {
      $ref: "#/$defs/a",
      $defs: { a: { $ref: "#/$defs/b" }, b: { allOf: [{ $ref: "#/$defs/a" }, { $ref: "#" }] } },
    };
    const trees: JsonObject = {
      $ref: "#/$defs/node",
      $defs: { node: { type: "object", properties: { kids: { type: "array", items: { $ref: "#/$defs/node" } }, name: { title: "N" } } } },
    };
    const absurd: readonly JsonObject[] = [
      cyclic,
      { properties: 7, allOf: "x", anyOf: { a: 1 }, items: [null, 3], title: {}, $ref: "#/%ZZ/~2" },
      { properties: { a: true, b: false }, additionalProperties: false, type: ["array", 3] },
      { $ref: "https://example.com/schema" },
      { __proto__: null, properties: { toString: { title: 3 } } },
    ];
    for (const argsSchema of absurd) expect(names(argsOf({ a: 1, b: [1] }, { argsSchema })).toSorted()).toEqual(["a", "b"]);
    const shown = argsOf({ name: "x", kids: [{ name: "y", kids: [] }] }, { argsSchema: trees });
    expect(names(shown)).toEqual(["kids", "name"]);
    expect(names(shown[0]?.items?.[0]?.items)).toEqual(["kids", "name"]);
  });
});

describe("values", () => {
  it("with line breaks are blocks, long ones have their length, masks are masks", () => {
    const [block, long, mask, text, minus, nothing] = argsOf({
      block: "one\n\ttwo \u202e\n",
      long: "ab".repeat(150),
      mask: MASK,
      text: 'say "hi" \\ \u{200b}',
      zero: -0,
      nothing: null,
    });
    expect(block).toMatchObject({ kind: "block", value: undefined, lines: ["one", "\\u{9}two \\u{202e}", ""] });
    expect(long).toMatchObject({ kind: "text", length: 300 });
    expect(mask).toMatchObject({ kind: "mask", value: MASK });
    expect(text).toMatchObject({ kind: "text", value: '"say \\"hi\\" \\\\ \\u{200b}"', length: undefined });
    expect(minus).toMatchObject({ kind: "number", value: "-0" });
    expect(nothing).toMatchObject({ kind: "null", value: "null" });
  });

  it("say what the tool's schema makes of them", () => {
    const args = { amount: "12", when: "now", secret: 1, list: [1] };
    const parsed = {
      sets: [
        { path: ["currency"], value: "USD" },
        { path: ["amount"], value: 12 },
        { path: ["secret"] },
        { path: ["list", 1], value: { a: [2] } },
        { path: ["nested", "deep"], value: true },
      ],
      atRunTime: [["when"], ["id"]],
    };
    const shown = argsOf(args, { proposal: { args, digest: "d", by: undefined, parsed } });
    const at = (path: string): Argument | undefined => flat(shown).find((each) => each.path.join(".") === path);
    expect(at("amount")).toMatchObject({ value: "12", kind: "number", parsed: "changed", signed: '"12"' });
    expect(at("currency")).toMatchObject({ value: '"USD"', parsed: "added", signed: undefined, isEdited: false });
    expect(at("secret")).toMatchObject({ value: "1", parsed: "left out" });
    expect(at("when")).toMatchObject({ value: '"now"', parsed: "set when it runs" });
    expect(at("id")).toMatchObject({ value: undefined, parsed: "set when it runs" });
    expect(at("list.1")).toMatchObject({ kind: "object", parsed: "added" });
    expect(at("list.1.a.0")).toMatchObject({ value: "2" });
    expect(at("nested.deep")).toMatchObject({ value: "true", parsed: "added" });
  });

  it("are shown where the tool gets something else altogether", () => {
    const args = { a: 1, b: 2, c: 3 };
    const whole = (value: unknown) =>
      argsOf(args, { proposal: { args, digest: "d", by: undefined, parsed: { sets: [{ path: [], value }], atRunTime: [] } } });
    expect(whole({ a: 1, b: "2", d: 4 }).map(({ name, parsed, value }) => [name, parsed, value])).toEqual([
      ["a", undefined, "1"],
      ["b", "changed", '"2"'],
      ["c", "left out", "3"],
      ["d", "added", "4"],
    ]);
    expect(whole([1])).toMatchObject([{ name: "all of them", parsed: "changed", kind: "list", signed: '{"a":1,"b":2,"c":3}' }]);
  });

  it("tell which of them a reviewer has changed", () => {
    const proposal = { args: { amount: 2, to: [{ iban: "B", name: "x" }], added: 1 }, digest: "e", by: { id: "fiona" } };
    const shown = argsOf({ amount: 1, to: [{ iban: "A", name: "x" }], gone: 1 }, { proposal });
    expect(
      flat(shown)
        .filter(({ isEdited }) => isEdited)
        .map(({ path }) => path.join(".")),
    ).toEqual(["amount", "to", "to.0", "to.0.iban", "added"]);
  });

  it("are each shown exactly once, in full", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 6 }), (drawn) => {
        const args = JSON.parse(JSON.stringify(drawn)) as JsonObject;
        expect(rebuilt(argsOf(args))).toEqual(args);
      }),
    );
  });
});

/** The arguments, read back from what is shown. */
function rebuilt(shown: readonly Argument[]): unknown {
  return Object.fromEntries(shown.map((each) => [each.path.at(-1), valueOf(each)]));
}

function valueOf({ kind, value, lines, items = [] }: Argument): unknown {
  if (kind === "block") return (lines ?? []).map(unescaped).join("\n");
  if (kind === "mask") return value;
  if (kind === "list") return items.map(valueOf);
  if (kind === "object") return rebuilt(items);
  if (kind !== "text") return JSON.parse(value ?? "") as unknown;
  return (value ?? "")
    .slice(1, -1)
    .replace(/\\(u\{([0-9a-f]+)\}|.)/g, (_, mark: string, code?: string) =>
      code === undefined ? mark : String.fromCodePoint(parseInt(code, 16)),
    );
}

function unescaped(line: string): string {
  return line.replace(/\\u\{([0-9a-f]+)\}/g, (_, code: string) => String.fromCodePoint(parseInt(code, 16)));
}
