import type { JsonObject } from "@countersign/core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { loadPolicy } from "../src/index.ts";
import { askFile, tools } from "./tools.ts";

/** Does the condition hold, can it be evaluated? */
function outcome(condition: string, args: unknown, more: object = {}): boolean | "can't be evaluated" {
  const verdict = loadPolicy(askFile(condition)).check({ tool: "send_payment", args: args as JsonObject, ...more });
  if (verdict.type === "allow") return false;
  return "reason" in verdict && verdict.reason.endsWith("could not be evaluated") ? "can't be evaluated" : true;
}
const CANT = "can't be evaluated";

describe("numbers", () => {
  it.each<[string, unknown, boolean | typeof CANT]>([
    ["args.n > 1000", 4200, true],
    ["args.n > 1000", 1000.5, true],
    ["args.n > 1000", 1000, false],
    ["args.n >= 1000", 1000, true],
    ["args.n > 1000", 1e21, true],
    ["args.n < 0", -0, false],
    ["args.n == 0", -0, true],
    ["args.n > -1", -0, true],
    ["args.n == 4200", 4200, true],
    ["args.n == 4200.0", 4200, true],
    ["args.n * 2 > 1000", 500.5, true],
    ["2 * args.n + 1 > 1000", 499, false],
    ["args.n / 2 > 1", 3, true],
    ["args.n - 1 < 0", 0.5, true],
    ["-args.n > 3", -4, true],
    ["int(args.n) % 2 == 0", 4, true],
    ["args.n > 9007199254740993", 9007199254740992, false],
    ["args.n in [1, 2, 3]", 2, true],
    ["args.n > 1000", "4200", CANT],
    ["args.n > 1000", null, CANT],
    ["args.n > 1000", [4200], CANT],
    ["args.n > 1000", Number.NaN, false],
    ["double(args.n) > 1000", "4200", true],
  ])("%s with %j: %s", (condition, n, expected) => {
    expect(outcome(condition, { n })).toBe(expected);
  });
});

describe("fields", () => {
  it.each<[string, unknown, boolean | typeof CANT]>([
    ["args.x.y > 1", {}, CANT],
    ["args.x > 1 || args.y > 1", { y: 2 }, true],
    ["args.x > 1 && args.y > 1", { y: 0 }, false],
    ["has(args.x)", {}, false],
    ["has(args.x)", { x: null }, true],
    ["has(args.x)", { x: undefined }, false],
    ["has(args.x.y)", {}, CANT],
    ["has(args.x.y)", { x: "a text" }, CANT],
    ["has(args.x.y)", { x: [1] }, CANT],
    ["args.x == null", { x: null }, true],
    ["'x' in args", { x: null }, true],
    ["'y' in args", { x: null }, false],
    ["args.x", { x: true }, true],
    ["args.x", { x: 1 }, CANT],
    ["args.x", { x: "true" }, CANT],
    ["args['a b'].c[1] == 'z'", { "a b": { c: ["y", "z"] } }, true],
    ["args.list[7] == 1", { list: [1] }, CANT],
    ["args.list[-1] == 1", { list: [1] }, CANT],
    ["args.list[0.5] == 1", { list: [1] }, CANT],
    ["args.a == args.b", { a: { x: [1, null] }, b: { x: [1, null] } }, true],
    ["args.list.exists(x, x > 2) && args.list.all(x, x < 4)", { list: [1, 2, 3] }, true],
    ["args.list.filter(x, x > 1).map(x, x * 2).exists(x, x == 6)", { list: [1, 2, 3] }, true],
    ["args.list.map(x, x > 1, x * 2) == [4.0, 6.0]", { list: [1, 2, 3] }, true],
    ["args.list.exists_one(x, x == 2)", { list: [1, 2, 3] }, true],
    ["args.map.all(key, args.map[key] > 1)", { map: { a: 2, b: 3 } }, true],
    ["args.lists.exists(l, l.filter(x, x > 1).size() == 2)", { lists: [[1, 2], [2, 3]] }, true], // prettier-ignore
    ["size(args.text) == 2 && args.text.startsWith('ä')", { text: "ä😀" }, true],
    ["type(args.x) == string", { x: "a" }, true],
  ])("%s with %j: %s", (condition, args, expected) => {
    expect(outcome(condition, args)).toBe(expected);
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"])("knows no inherited %s", (name) => {
    expect(outcome(`has(args.${name})`, {})).toBe(false);
    expect(outcome(`args.${name} == 1`, {})).toBe(CANT);
    expect(outcome(`'${name}' in args`, {})).toBe(false);
    expect(outcome(`args.${name} == 1`, JSON.parse(`{ "${name}": 1 }`))).toBe(true);
    expect(outcome(`args.inner.${name} == 1`, { inner: JSON.parse(`{ "${name}": 1 }`) })).toBe(true);
    expect(() => loadPolicy(askFile(`${name} == args.x`))).toThrow(/There is no/);
  });

  it("looks at what is asked about only", () => {
    expect(outcome("args.n > 1", { n: 2, broken: () => 1 })).toBe(true);
    expect(outcome("args.broken == 1", { broken: () => 1 })).toBe(CANT);
    expect(outcome("args.broken == 1", { broken: new Map() })).toBe(CANT);
  });
});

describe("the rest of the call", () => {
  it("is in scope", () => {
    const call = { requestedBy: { id: "bob", roles: ["intern"] }, agent: "desk", threadId: "t1", context: { region: "EU" } };
    const holds = (condition: string, more: object = call): unknown => outcome(condition, {}, more);
    expect(holds("tool == 'send_payment' && agent == 'desk' && threadId == 't1'")).toBe(true);
    expect(holds("requestedBy.id == 'bob' && 'intern' in requestedBy.roles && !has(requestedBy.name)")).toBe(true);
    expect(holds("requestedBy == null && namespace == null", {})).toBe(true);
    expect(holds("requestedBy.id == 'bob'", {})).toBe(CANT);
    expect(holds("context.region != 'EU'")).toBe(false);
    expect(holds("context.region != 'EU'", {})).toBe(CANT);
  });

  it("has parsed arguments where the tool's schema is known", () => {
    const policy = loadPolicy(askFile("args.currency == 'USD' || args.on > timestamp('2027-01-01T00:00:00Z')"), { tools });
    const check = (args: object) => policy.check({ tool: "send_payment", args: { amount: 1, ...args } }).type;
    expect(check({ on: "2026-05-01" })).toBe("allow");
    expect(check({ on: "2027-05-01" })).toBe("ask");
    expect(check({ currency: "USD" })).toBe("ask");
    expect(check({ amount: "many" })).toBe("invalid");
  });

  it("has the context parsed by its schema", () => {
    const context = z.object({ limit: z.coerce.number().default(10) });
    const policy = loadPolicy(askFile("args.amount > context.limit"), { context });
    expect(policy.check({ tool: "send_payment", args: { amount: 7 }, context: { limit: 5 } }).type).toBe("ask");
    expect(policy.check({ tool: "send_payment", args: { amount: 7 }, context: {} as { limit: number } }).type).toBe("allow");
    expect(() => loadPolicy(askFile("args.amount > context.limt"), { context })).toThrow(/no field limt. Did you mean limit/);
  });

  it("has what ran before, where that is known", () => {
    const policy = loadPolicy(askFile("history.sum('args.amount') + args.amount > 100 || history.count('send_payment') >= 3"), { tools });
    const pay = (amount: number) => ({ tool: "send_payment", args: { amount } });
    const check = (history?: ReturnType<typeof pay>[]) => policy.check({ tool: "send_payment", args: { amount: 40 }, history }).type;
    expect([check([]), check([pay(60)]), check([pay(61)]), check([pay(1), pay(1), pay(1)])]).toEqual(["allow", "allow", "ask", "ask"]);
    expect(check(undefined)).toBe("ask");
    const either = loadPolicy(askFile("args.amount > 1 && history.count() > 3"));
    expect(either.check({ tool: "send_payment", args: { amount: 1 } }).type).toBe("allow");
  });
});

describe("a reason", () => {
  it("is what people read", () => {
    const policy = loadPolicy(
      `version: 1\ntools: { pay: { ask: { when: "args.n > 1", reason: more than one }, deny: { when: args.n > 9, reason: too many } } }`,
    );
    expect(policy.check({ tool: "pay", args: { n: 2 } })).toMatchObject({ type: "ask", reason: "more than one" });
    expect(policy.check({ tool: "pay", args: { n: 10 } })).toMatchObject({ type: "deny", reason: "too many" });
    expect(policy.check({ tool: "pay", args: { n: 1 } })).toEqual({ type: "allow" });
  });
});

describe("the hash", () => {
  it("changes with conditions, reasons and constants, and not with comments", () => {
    const base = "version: 1\nconstants: { a: 1 }\ntools: { t: { ask: args.n > constants.a } }\n";
    const hash = (text: string) => loadPolicy(text).hash;
    expect(hash(`# a comment\n${base}`)).toBe(hash(base));
    const others = [base.replace("a: 1", "a: 2"), base.replace("> c", ">= c"), base.replace("ask: args.n > constants.a", "ask: { when: args.n > constants.a, reason: x }")]; // prettier-ignore
    expect(new Set([base, ...others].map(hash)).size).toBe(4);
  });
});
