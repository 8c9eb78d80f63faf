import { unparse } from "@bufbuild/cel";
import { childrenOf, fingerprint, textOf, type Call, type Expr } from "./expression.ts";

/** The fields that are there, by what reads them. */
type Present = ReadonlySet<string>;
const NONE: Present = new Set();

/**
 * The parts of an expression that read a field without having asked whether it is there: `args.note` and `args["note"]`,
 * unless `has(args.note)` or `"note" in args` decides before. The order doesn't matter: CEL's `&&` and `||` pass over what
 * can't be evaluated where the other side decides.
 */
export function unguardedReads(expr: Expr, present: ReadonlySet<string> = NONE): readonly Expr[] {
  const { exprKind } = expr;
  if (exprKind.case === "callExpr") return inCall(exprKind.value, expr, present);
  if (exprKind.case !== "selectExpr") return childrenOf(expr).flatMap((child) => unguardedReads(child, present));
  const { operand, testOnly } = exprKind.value;
  const inner = operand ? unguardedReads(operand, present) : [];
  return testOnly || present.has(keyOf(expr) ?? "") ? inner : [...inner, expr];
}

function inCall(call: Call, expr: Expr, present: Present): readonly Expr[] {
  const [a, b, c] = call.args;
  const look = (part: Expr, known: Present): readonly Expr[] => unguardedReads(part, union(present, known));
  if (a && b && (call.function === "_&&_" || call.function === "_||_")) {
    const facts = call.function === "_&&_" ? whenTrue : whenFalse;
    return [...look(a, facts(b)), ...look(b, facts(a))];
  }
  if (a && b && c && call.function === "_?_:_") return [...look(a, NONE), ...look(b, whenTrue(a)), ...look(c, whenFalse(a))];
  const inner = childrenOf(expr).flatMap((child) => unguardedReads(child, present));
  const key = call.function === "_[_]" ? keyOf(expr) : undefined;
  return key === undefined || present.has(key) ? inner : [...inner, expr];
}

/** The fields that are there if this is true. */
export function whenTrue(expr: Expr): ReadonlySet<string> {
  const { exprKind } = expr;
  if (exprKind.case === "selectExpr" && exprKind.value.testOnly) return new Set([keyOf(expr) ?? ""]);
  if (exprKind.case !== "callExpr") return NONE;
  const { function: name, args } = exprKind.value;
  const [a, b] = args;
  if (name === "!_" && a) return whenFalse(a);
  if (!a || !b) return NONE;
  if (name === "_&&_") return union(whenTrue(a), whenTrue(b));
  if (name === "_||_") return both(whenTrue(a), whenTrue(b));
  const field = name === "@in" ? textOf(a) : undefined;
  return field === undefined ? NONE : new Set([key(b, field)]);
}

/** What is there if this is false. */
function whenFalse({ exprKind }: Expr): Present {
  if (exprKind.case !== "callExpr") return NONE;
  const { function: name, args } = exprKind.value;
  const [a, b] = args;
  if (name === "!_" && a) return whenTrue(a);
  if (!a || !b) return NONE;
  if (name === "_||_") return union(whenFalse(a), whenFalse(b));
  return name === "_&&_" ? both(whenFalse(a), whenFalse(b)) : NONE;
}

function union(a: Present, b: Present): Present {
  return a.size === 0 ? b : b.size === 0 ? a : new Set([...a, ...b]);
}

function both(a: Present, b: Present): Present {
  return new Set([...a].filter((one) => b.has(one)));
}

/** The same for `args.note`, `has(args.note)` and `args["note"]`; undefined for what names no field. */
function keyOf({ exprKind }: Expr): string | undefined {
  if (exprKind.case === "selectExpr") return exprKind.value.operand && key(exprKind.value.operand, exprKind.value.field);
  if (exprKind.case !== "callExpr") return undefined;
  const [operand, index] = exprKind.value.args;
  const field = index && textOf(index);
  return operand && field !== undefined ? key(operand, field) : undefined;
}

function key(operand: Expr, field: string): string {
  return `${fingerprint(operand)}.${field}`;
}

/** What an expression is: a condition, or a part of a reason or of a description, or the whole of its risk. */
export type Use = "condition" | "reason" | "description" | "risk";

/** How an expression is read. */
export interface Reading {
  readonly use: Use;
  /** What holds where it is read: of a reason, its condition. */
  readonly behind?: Expr | undefined;
}

/** What a person is told of such a read. */
export function absentWords(read: Expr, use: Use): string {
  const text = unparse(read);
  const { exprKind } = read;
  const [operand, index] = exprKind.case === "callExpr" ? exprKind.value.args : [];
  const has = operand && index ? `${unparse(index)} in ${unparse(operand)}` : `has(${text})`;
  if (use === "condition") return `${text} may be missing, and then the condition holds. Write \`${has} && …\`.`;
  return `${text} may be missing, and then nobody reads this ${use === "reason" ? use : "description"}. Write \`${has} ? ${text} : "…"\`.`;
}
