import { childrenOf, nameOf, type Expr } from "./expression.ts";
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

/** The variable at the beginning of a path such as `args.items[0].price`; undefined: this is no path. */
function rootOf(expr: Expr): string | undefined {
  const { case: kind, value } = expr.exprKind;
  if (kind === "selectExpr") return value.operand && rootOf(value.operand);
  if (kind !== "callExpr" || value.function !== "_[_]") return nameOf(expr);
  const [operand, index] = value.args;
  return operand && index?.exprKind.case === "constExpr" ? rootOf(operand) : undefined;
}
