import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOf } from "../src/audit/chain.ts";
import { digestOf, requestIdOf, turnIdOf } from "../src/canonical/json.ts";
import { canonicalJson, jsonCopy } from "../src/canonical/json.ts";
import { isCountersignError } from "../src/index.ts";

const call = { turnId: "msg_1", callId: "call_0", tool: "send_payment", args: { recipient: "Acme Corp", amount: 4_200 } };
const pathOf = (value: unknown): readonly PropertyKey[] | undefined => {
  try {
    canonicalJson(value);
    return undefined;
  } catch (error) {
    if (isCountersignError(error, "NOT_JSON")) return error.details.path;
    throw error;
  }
};

describe("what is signed", () => {
  it("has the published digests", () => {
    expect(digestOf(call)).toBe("a7bc274da1b61f064cb6465d7ea5282bc7ba42b8c71200322ca0bca4b93e14f5");
    const subject = requestIdOf("default", "pay-001", call);
    expect(subject).toBe("0ef9152b535fd17b3971253e9d9b7a34");
    const event = { subject, seq: 1, prev: "", type: "asked", at: 1_700_000_000_000, actor: undefined, data: { tool: "send_payment" } };
    expect(hashOf(event)).toBe("697bca7b64e4c3be655a6ac217b15ec0ba4065d13bb249e7195a6a1ba5f20ca9");
  });

  it("tells namespaces, tools, turns, calls, threads and tenants apart", () => {
    const ids = [
      requestIdOf("a", "t", call),
      requestIdOf("b", "t", call),
      requestIdOf("a", "u", call),
      requestIdOf("a", "t", { ...call, turnId: "x" }),
      requestIdOf("a", "t", { ...call, callId: "x" }),
      requestIdOf("a", "t", { ...call, namespace: "x" }),
      requestIdOf("a", "t", { ...call, tool: "x" }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("doesn't depend on the order of keys, and survives a round trip", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), (args) => {
        const copy = jsonCopy(args);
        const reversed = Object.fromEntries(Object.entries(copy).reverse());
        return digestOf({ tool: "t", args }) === digestOf({ tool: "t", args: copy }) && canonicalJson(args) === canonicalJson(reversed);
      }),
    );
  });

  it("keeps an own __proto__ key as data", () => {
    const args = JSON.parse('{"__proto__": {"admin": true}, "n": 1}') as Record<string, unknown>;
    expect(canonicalJson(jsonCopy(args))).toBe('{"__proto__":{"admin":true},"n":1}');
    expect(digestOf({ tool: "t", args })).not.toBe(digestOf({ tool: "t", args: { n: 1 } }));
    expect(Object.getPrototypeOf(jsonCopy(args))).toBe(Object.prototype);
  });

  it("takes large and deep values, and refuses those beyond its depth with their place", () => {
    const nested = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth));
    expect(pathOf({ a: nested(400) })).toBeUndefined();
    expect(pathOf({ a: nested(100_000) })).toHaveLength(500);
    expect(digestOf({ tool: "t", args: { text: "x".repeat(1_000_000) } })).toHaveLength(64);
    expect(digestOf({ tool: "t", args: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i])) })).toHaveLength(64);
  });

  it.each<[string, unknown, readonly PropertyKey[]]>([
    ["BigInt", { a: { b: 1n } }, ["a", "b"]],
    ["NaN", { a: [1, Number.NaN] }, ["a", 1]],
    ["Infinity", { a: Number.POSITIVE_INFINITY }, ["a"]],
    ["a Date", { on: new Date() }, ["on"]],
    ["a Map", { m: new Map() }, ["m"]],
    ["a class instance", { u: new URL("http://localhost") }, ["u"]],
    ["a function", { f: () => 1 }, ["f"]],
    ["toJSON", { t: { toJSON: () => 1 } }, ["t"]],
    ["a lone surrogate", { s: "\ud800" }, ["s"]],
    ["a lone surrogate in a key", { "\ud800": 1 }, ["\ud800"]],
    ["a hole in an array", { a: [undefined] }, ["a", 0]],
  ])("refuses %s with its place", (_, value, path) => {
    expect(pathOf(value)).toEqual(path);
  });

  it("refuses cycles, but not the same object twice", () => {
    const shared = { n: 1 };
    expect(canonicalJson({ a: shared, b: shared })).toBe('{"a":{"n":1},"b":{"n":1}}');
    const cycle: Record<string, unknown> = {};
    cycle["self"] = { cycle };
    expect(pathOf(cycle)).toEqual(["self", "cycle"]);
  });

  it("names a turn by its history", () => {
    expect(turnIdOf([{ role: "user", text: "a" }])).not.toBe(turnIdOf([{ role: "user", text: "b" }]));
    expect(turnIdOf([{ a: 1, b: undefined }])).toBe(turnIdOf([{ a: 1 }]));
    expect(turnIdOf(["half of \ud83d"])).not.toBe(turnIdOf(["half of \ud83e"]));
  });
});
