import { runInNewContext } from "node:vm";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { deserialize, serialize } from "../src/canonical/serialize.ts";

function jsonOf(value: unknown, options?: Parameters<typeof serialize>[1]): unknown {
  const kept = serialize(value, options);
  if (!("json" in kept)) throw new Error(`not kept: ${kept.path.join(".")}`);
  return kept.json;
}

/** Through text, as a store keeps it. */
function roundTrip(value: unknown): unknown {
  return deserialize(JSON.parse(JSON.stringify(jsonOf(value))));
}

const bytes = new Uint8Array([137, 80, 78, 71, 0, 255]);

test.each<readonly [string, unknown]>([
  ["bytes", bytes],
  ["a view of a larger buffer", bytes.subarray(1, 3)],
  ["a Buffer", Buffer.from("png")],
  ["an ArrayBuffer", bytes.buffer],
  ["other numbers in a row", new Float64Array([0.5, NaN])],
  ["large numbers in a row", new BigInt64Array([-1n])],
  ["many bytes", new Uint8Array(100_000).map((_, at) => at * 7)],
  ["no bytes", new Uint8Array()],
  ["a date", new Date("2026-11-29T09:00:00.123Z")],
  ["no date", new Date(NaN)],
  ["a bigint", -(10n ** 30n)],
  ["undefined", undefined],
  ["a member that is undefined", { a: undefined, b: 1 }],
  ["a hole", [undefined, 1]],
  ["no number", NaN],
  ["the smallest number", -Infinity],
  ["minus nothing", -0],
  ["an address", new URL("https://example.com/a?b=c")],
  ["a Map of dates", new Map<unknown, unknown>([[{ a: 1 }, new Date(0)], [undefined, 1n]])], // prettier-ignore
  ["a Set of Maps", new Set([new Map([["a", bytes]])])],
  ["something of a key that looks like ours", { $Date: "2026-11-29" }],
  ["the same twice", { $Object: { $Object: 1 } }],
  ["a key of its own kind", { $anything: { $Map: [] } }],
  ["an own __proto__", JSON.parse('{"__proto__": {"at": {"$Date": 1}}}')],
  ["text that JSON escapes", "\ud800 \u0000 \u2028"],
  ["all at once", { rows: [{ png: Buffer.from([1]), at: new Date(5), n: 1n, none: undefined }] }],
])("%s comes back as it was", (_, value) => {
  const back = roundTrip(value);
  expect(back).toStrictEqual(value);
  expect(Object.getPrototypeOf(Object(back))).toBe(Object.getPrototypeOf(Object(value)));
});

test("whatever is made of these values comes back as it was", () => {
  const leaf = fc.oneof(
    fc.jsonValue(),
    fc.bigInt(),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.constant(undefined),
    fc.double(),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: "small" }, leaf, fc.array(tie("any")), fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("$Date", "$Object", "$x")), tie("any"), { noNullPrototype: true })),
  })).any; // prettier-ignore
  fc.assert(fc.property(value, (made) => isDeepStrictEqual(roundTrip(made), made)));
});

test("what JSON can say stays as it is", () => {
  const plain = { text: "a", list: [1, null, { deep: true }], $two: 1, keys: 2 };
  expect(jsonOf(plain)).toEqual(plain);
  expect(jsonOf({ at: new Date(0), png: bytes })).toEqual({ at: { $Date: "1970-01-01T00:00:00.000Z" }, png: { $Uint8Array: "iVBORwD/" } });
});

test("values of another realm are kept like our own", () => {
  const foreign: unknown = runInNewContext("({ at: new Date(0), seen: new Map([['a', 1]]) })");
  expect(roundTrip(foreign)).toEqual({ at: new Date(0), seen: new Map([["a", 1]]) });
});

class Money {
  readonly cents = 100n;
  format(): string {
    return `$${this.cents}`;
  }
}
const cyclic: { rows: unknown[] } = { rows: [1] };
cyclic.rows.push({ parent: cyclic });

test.each<readonly [string, unknown, PropertyKey[]]>([
  ["an object of a class", { a: [new Money()] }, ["a", 0]],
  ["a function", { call: () => {} }, ["call"]],
  ["a symbol", [Symbol("a")], [0]],
  ["a cycle", cyclic, ["rows", 1, "parent"]],
  ["an object with a toJSON of its own", { at: { toJSON: () => 1 } }, ["at"]],
  ["a getter that throws", { get a() { throw new Error("no"); } }, []], // prettier-ignore
  ["a thousand levels", JSON.parse("[".repeat(1_000) + "]".repeat(1_000)), Array<number>(500).fill(0)],
])("%s can't be kept, and its place is named", (_, value, path) => {
  expect(serialize(value)).toEqual({ path });
});

test("if it will do, an object of a class is its JSON", () => {
  const json = jsonOf({ price: new Money(), url: { toJSON: () => new Date(0) }, f: () => {}, list: [() => {}] }, { classes: "as JSON" });
  expect(json).toEqual({ price: { cents: { $BigInt: "100" } }, url: { $Date: "1970-01-01T00:00:00.000Z" }, list: [null] });
  expect(serialize(cyclic, { classes: "as JSON" })).toEqual({ path: ["rows", 1, "parent"] });
});
