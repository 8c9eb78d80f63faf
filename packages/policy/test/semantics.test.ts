// The same policy, once in a file and once in TypeScript: the same verdicts, whatever the call.
import { definePolicy, type JsonObject, type PolicyCall } from "@countersign/core";
import { assert, constantFrom, dictionary, letrec, oneof, property, record, array, option, integer, constant, double, string, uniqueArray, tuple, type Arbitrary } from "fast-check"; // prettier-ignore
import { expect, it } from "vitest";
import { loadPolicy } from "../src/index.ts";

type Condition =
  | { readonly op: ">" | "<" | ">=" | "<=" | "=="; readonly field: string; readonly bound: number }
  | { readonly op: "has"; readonly field: string }
  | { readonly op: "not"; readonly of: Condition }
  | { readonly op: "and" | "or"; readonly left: Condition; readonly right: Condition };

const field = constantFrom("a", "b", "constructor", "__proto__");
const conditions: Arbitrary<Condition> = letrec<{ condition: Condition; leaf: Condition }>((tie) => ({
  leaf: oneof(
    record({ op: constantFrom(">", "<", ">=", "<=", "==" as const), field, bound: integer({ min: -3, max: 3 }) }),
    record({ op: constant("has" as const), field }),
  ),
  condition: oneof(
    { maxDepth: 4 },
    tie("leaf"),
    record({ op: constant("not" as const), of: tie("condition") }),
    record({ op: constantFrom("and" as const, "or" as const), left: tie("condition"), right: tie("condition") }),
  ),
})).condition;

function cel(condition: Condition): string {
  switch (condition.op) {
    case "has":
      return `has(args.${condition.field})`;
    case "not":
      return `!(${cel(condition.of)})`;
    case "and":
    case "or":
      return `(${cel(condition.left)}) ${condition.op === "and" ? "&&" : "||"} (${cel(condition.right)})`;
    default:
      return `args.${condition.field} ${condition.op} ${condition.bound}`;
  }
}

/** What CEL says of it. Undefined: it can't be evaluated. */
function evaluate(condition: Condition, args: JsonObject): boolean | undefined {
  switch (condition.op) {
    case "has":
      return Object.hasOwn(args, condition.field);
    case "not": {
      const inner = evaluate(condition.of, args);
      return inner === undefined ? undefined : !inner;
    }
    case "and":
    case "or": {
      const decides = condition.op === "or";
      const sides = [evaluate(condition.left, args), evaluate(condition.right, args)];
      if (sides.includes(decides)) return decides;
      return sides.includes(undefined) ? undefined : !decides;
    }
    default:
      return compare(condition.op, Object.hasOwn(args, condition.field) ? args[condition.field] : undefined, condition.bound);
  }
}

function compare(op: ">" | "<" | ">=" | "<=" | "==", value: unknown, bound: number): boolean | undefined {
  if (value === undefined) return undefined;
  if (op === "==") return value === bound;
  if (typeof value !== "number") return undefined;
  if (op === ">") return value > bound;
  if (op === "<") return value < bound;
  return op === ">=" ? value >= bound : value <= bound;
}

const predicate = (condition: Condition) => (call: PolicyCall) => {
  const result = evaluate(condition, call.args);
  if (result === undefined) throw new Error("can't be evaluated");
  return result;
};

const word = constantFrom("allow" as const, "ask" as const, "deny" as const);
const review = constantFrom({ roles: ["finance"] }, { quorum: 2, expiresIn: "2h" as const });
const reason = option(constantFrom("because", "it is so"), { nil: undefined });
const tier = record({ when: option(conditions, { nil: undefined }), reason, review: option(review, { nil: undefined }) });
const rails = oneof(
  record({ tools: option(array(constantFrom("pay", "p*", "x/*", "other"), { minLength: 1, maxLength: 2 }), { nil: undefined }), when: option(conditions, { nil: undefined }), deny: constant(true), reason }), // prettier-ignore
  record({ tools: option(array(constantFrom("pay", "p*", "x/*", "other"), { minLength: 1, maxLength: 2 }), { nil: undefined }), when: option(conditions, { nil: undefined }), ask: constant(true), reason, review: option(review, { nil: undefined }) }), // prettier-ignore
);
const rules = oneof(
  word,
  record({ ask: conditions, deny: option(conditions, { nil: undefined }), review: option(review, { nil: undefined }) }),
  record({ deny: oneof(constant(true as const), conditions) }),
  record({ ask: array(tier, { minLength: 1, maxLength: 3 }), review: option(review, { nil: undefined }) }),
);
const names = constantFrom("pay", "pay_*", "*", "x/pay", "x/*", "*y", "p*y", "__proto__", "constructor", "toString");
const files = record({
  default: option(word, { nil: undefined }),
  remember: option(constantFrom("never" as const, "allowed" as const), { nil: undefined }),
  review: option(review, { nil: undefined }),
  always: option(array(rails, { minLength: 1, maxLength: 2 }), { nil: undefined }),
  tools: uniqueArray(tuple(names, rules), { selector: ([name]) => name, maxLength: 5 }),
});
type File = typeof files extends Arbitrary<infer F> ? F : never;

const values = oneof(integer({ min: -4, max: 4 }), double(), string(), constant(null), constant(-0), constant(1e21), array(integer()), dictionary(string(), integer())); // prettier-ignore
const calls = record({
  tool: constantFrom("pay", "pay_all", "py", "__proto__", "constructor", "hasOwnProperty", "other"),
  namespace: option(constantFrom("x", "z"), { nil: undefined }),
  args: uniqueArray(tuple(field, values), { selector: ([name]) => name }).map((fields) => Object.fromEntries(fields) as JsonObject),
});

/** The same with its conditions written in the one language or the other, and without what is undefined. */
function written({ tools, ...rest }: File, write: (condition: Condition) => unknown): object {
  const each = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(each);
    if (typeof value !== "object" || value === null) return value;
    if ("op" in value) return write(value as Condition);
    return Object.fromEntries(Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[key, each(part)]])));
  };
  return { ...(each(rest) as object), tools: Object.fromEntries(tools.map(([name, rule]) => [name, each(rule)])) };
}

it("gives the verdicts of definePolicy", () => {
  let compared = 0;
  assert(
    property(files, array(calls, { minLength: 1, maxLength: 10 }), (file, asked) => {
      let policy;
      try {
        policy = loadPolicy(JSON.stringify({ version: 1, ...written(file, cel) }));
      } catch {
        // Conditions that never hold, or are never reached, are mistakes in a file.
        return;
      }
      const reference = definePolicy(written(file, predicate) as {});
      for (const call of asked) {
        expect(policy.check(call)).toEqual(reference.check(call));
        compared++;
      }
    }),
    { numRuns: 500, seed: 20261124 },
  );
  expect(compared).toBeGreaterThan(500);
});
