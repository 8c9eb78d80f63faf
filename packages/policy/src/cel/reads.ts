import { childrenOf, nameOf, textOf, type Expr } from "./expression.ts";
import { factOf } from "./lower.ts";

/** What a condition sees, beside the values of its own loops. */
export const VARIABLES: ReadonlySet<string> = new Set([
  "args",
  "context",
  "requestedBy",
  "now",
  "namespace",
  "tool",
  "agent",
  "threadId",
  "constants",
  "history",
] as const);

/** The parts of an expression that read something of the call: `args.amount`, `constants.limit`, `history.count("pay")`. */
export function readsOf(expr: Expr, bound: ReadonlySet<string> = new Set()): readonly Expr[] {
  if (factOf(expr)) return [expr];
  const root = rootOf(expr);
  if (root !== undefined) return VARIABLES.has(root) && !bound.has(root) ? [expr] : [];
  const { case: kind, value } = expr.exprKind;
  const inner = kind === "comprehensionExpr" ? new Set([...bound, value.iterVar, value.accuVar]) : bound;
  return childrenOf(expr).flatMap((child) => readsOf(child, child === rangeOf(expr) ? bound : inner));
}

function rangeOf({ exprKind }: Expr): Expr | undefined {
  return exprKind.case === "comprehensionExpr" ? exprKind.value.iterRange : undefined;
}

/**
 * The keys that such a part reads, the variable first: `args.items[0].price`. Undefined: it is no path, or it asks whether
 * something is there.
 */
export function pathOf(expr: Expr): readonly string[] | undefined {
  const { case: kind, value } = expr.exprKind;
  const name = nameOf(expr);
  if (name !== undefined) return [name];
  if (kind === "selectExpr") return value.testOnly ? undefined : below(value.operand, value.field);
  const [operand, index] = kind === "callExpr" && value.function === "_[_]" ? value.args : [];
  const key = index && keyOf(index);
  return key === undefined ? undefined : below(operand, key);
}

/** Of a map, or of a list. */
function keyOf(index: Expr): string | undefined {
  const { case: kind, value } = index.exprKind;
  const number = kind === "constExpr" && value.constantKind.case === "int64Value" ? String(value.constantKind.value) : undefined;
  return textOf(index) ?? number;
}

function below(operand: Expr | undefined, key: string): readonly string[] | undefined {
  const path = operand && pathOf(operand);
  return path && [...path, key];
}

/** The variable at the beginning of a path such as `args.items[0].price`; undefined: this is no path. */
function rootOf(expr: Expr): string | undefined {
  const { case: kind, value } = expr.exprKind;
  if (kind === "selectExpr") return value.operand && rootOf(value.operand);
  if (kind !== "callExpr" || value.function !== "_[_]") return nameOf(expr);
  const [operand, index] = value.args;
  return operand && index?.exprKind.case === "constExpr" ? rootOf(operand) : undefined;
}
