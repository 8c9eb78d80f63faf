import type { JsonObject } from "@countersign/core";
import { fingerprint, type Expr } from "./expression.ts";

/** A comparison of one thing with a number: `args.amount > 1000`. */
interface Range {
  readonly of: string;
  readonly operator: string;
  readonly bound: number;
}

/**
 * Does the second hold whenever the first does? Found out for two of the same words, for comparisons of the same thing with
 * numbers, and for what is put together of these by `&&` and `||`.
 */
export function implies(first: Expr, second: Expr, constants: JsonObject): boolean {
  if (fingerprint(first) === fingerprint(second)) return true;
  if (leaves(first) > MOST || leaves(second) > MOST) return false;
  const all = (parts: readonly Expr[], test: (part: Expr) => boolean): boolean => parts.length > 1 && parts.every(test);
  const some = (parts: readonly Expr[], test: (part: Expr) => boolean): boolean => parts.length > 1 && parts.some(test);
  return (
    all(sides(first, OR), (part) => implies(part, second, constants)) ||
    all(sides(second, AND), (part) => implies(first, part, constants)) ||
    some(sides(first, AND), (part) => implies(part, second, constants)) ||
    some(sides(second, OR), (part) => implies(first, part, constants)) ||
    includes(first, second, constants)
  );
}

const AND = "_&&_";
const OR = "_||_";
/** Parts of a condition that are still compared one by one. */
const MOST = 12;

/** What an operator stands between, however often. */
function sides(expr: Expr, operator: string): readonly Expr[] {
  const { case: kind, value } = expr.exprKind;
  return kind === "callExpr" && value.function === operator ? value.args.flatMap((part) => sides(part, operator)) : [expr];
}

function leaves(expr: Expr): number {
  const { case: kind, value } = expr.exprKind;
  if (kind !== "callExpr" || (value.function !== AND && value.function !== OR)) return 1;
  return value.args.reduce((sum, part) => sum + leaves(part), 0);
}

function includes(first: Expr, second: Expr, constants: JsonObject): boolean {
  const [a, b] = [rangeOf(first, constants), rangeOf(second, constants)];
  if (!a || !b || a.of !== b.of) return false;
  const included = b.operator.endsWith("=");
  if (a.operator === "==") return compare(a.bound, b.operator, b.bound);
  if (a.operator[0] !== b.operator[0] || b.operator === "==") return false;
  const further = a.operator.startsWith(">") ? a.bound > b.bound : a.bound < b.bound;
  return further || (a.bound === b.bound && (included || !a.operator.endsWith("=")));
}

function compare(value: number, operator: string, bound: number): boolean {
  switch (operator) {
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
    default:
      return value === bound;
  }
}

const FLIPPED: ReadonlyMap<string, string> = new Map([[">", "<"], [">=", "<="], ["<", ">"], ["<=", ">="], ["==", "=="]]); // prettier-ignore

function rangeOf({ exprKind }: Expr, constants: JsonObject): Range | undefined {
  if (exprKind.case !== "callExpr") return undefined;
  const operator = /^_(>=?|<=?|==)_$/.exec(exprKind.value.function)?.[1];
  const [left, right] = exprKind.value.args;
  if (!operator || !left || !right) return undefined;
  const [low, high] = [numberOf(left, constants), numberOf(right, constants)];
  if (high !== undefined && low === undefined) return { of: fingerprint(left), operator, bound: high };
  const flipped = FLIPPED.get(operator);
  return low !== undefined && high === undefined && flipped ? { of: fingerprint(right), operator: flipped, bound: low } : undefined;
}

function numberOf({ exprKind }: Expr, constants: JsonObject): number | undefined {
  if (exprKind.case === "constExpr") {
    const { constantKind } = exprKind.value;
    return constantKind.case === "int64Value" || constantKind.case === "doubleValue" ? Number(constantKind.value) : undefined;
  }
  if (exprKind.case !== "selectExpr" || exprKind.value.testOnly) return undefined;
  const { operand, field } = exprKind.value;
  const isConstant =
    operand?.exprKind.case === "identExpr" && operand.exprKind.value.name === "constants" && Object.hasOwn(constants, field);
  const value = isConstant ? constants[field] : undefined;
  return typeof value === "number" ? value : undefined;
}
