import { APPEND, HAS, NEW_LIST } from "./environment.ts";
import { call, ident, mapExpr, nameOf, text, textOf, type Expr } from "./expression.ts";

/** What a condition wants to know of the calls that ran before. */
export interface Fact {
  /** The name of the variable that holds it. */
  readonly name: string;
  readonly kind: "count" | "sum";
  /** Such as `args.amount`. */
  readonly path: string | undefined;
  /** Absent: the tool at hand. */
  readonly tool: string | undefined;
}

export interface Lowered {
  readonly expr: Expr;
  readonly facts: readonly Fact[];
}

/** A call of `history.count` or `history.sum`, whose arguments are texts; undefined for anything else. */
export function factOf({ exprKind }: Expr): Omit<Fact, "name"> | undefined {
  if (exprKind.case !== "callExpr" || !exprKind.value.target || nameOf(exprKind.value.target) !== "history") return undefined;
  const { function: kind, args } = exprKind.value;
  const texts = args.map(textOf);
  if (texts.some((argument) => argument === undefined)) return undefined;
  if (kind === "count" && args.length <= 1) return { kind, path: undefined, tool: texts[0] };
  return kind === "sum" && (args.length === 1 || args.length === 2) ? { kind, path: texts[0], tool: texts[1] } : undefined;
}

/** An expression as it is evaluated: history becomes variables, and `has`, `map` and `filter` become functions of ours. */
export function lower(expr: Expr): Lowered {
  const facts: Fact[] = [];
  const lowered = mapExpr(expr, (part) => {
    const { id, exprKind } = part;
    const fact = factOf(part);
    if (fact) {
      // The same for whatever expression asks for it: a call's are counted once.
      const name = `@history ${JSON.stringify([fact.kind, fact.path, fact.tool])}`;
      facts.push({ ...fact, name });
      return ident(id, name);
    }
    if (exprKind.case === "selectExpr" && exprKind.value.testOnly && exprKind.value.operand)
      return call(id, HAS, [exprKind.value.operand, text(id, exprKind.value.field)]);
    return exprKind.case === "comprehensionExpr" ? withGrowingList(part, exprKind.value) : part;
  });
  return { expr: lowered, facts };
}

type Comprehension = Extract<Expr["exprKind"], { case: "comprehensionExpr" }>["value"];

function withGrowingList(part: Expr, fold: Comprehension): Expr {
  const { accuInit, loopStep, accuVar } = fold;
  if (accuInit?.exprKind.case !== "listExpr" || accuInit.exprKind.value.elements.length > 0 || !loopStep) return part;
  const step = mapExpr(loopStep, (inner) => {
    const { id, exprKind } = inner;
    if (exprKind.case !== "callExpr" || exprKind.value.function !== "_+_") return inner;
    const [list, added] = exprKind.value.args;
    const [element, ...more] = added?.exprKind.case === "listExpr" ? added.exprKind.value.elements : [];
    return list && nameOf(list) === accuVar && element && more.length === 0 ? call(id, APPEND, [list, element]) : inner;
  });
  return {
    ...part,
    exprKind: { case: "comprehensionExpr", value: { ...fold, accuInit: call(accuInit.id, NEW_LIST, []), loopStep: step } },
  };
}
