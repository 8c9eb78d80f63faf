import { parse } from "@bufbuild/cel";
import { LIMITS } from "../limits.ts";
import { slipIn } from "./slips.ts";

export type Expr = NonNullable<ReturnType<typeof parse>["expr"]>;
export type Call = Extract<Expr["exprKind"], { case: "callExpr" }>["value"];

/** Something wrong in an expression. `offset` counts its characters from 0. */
export interface Fault {
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly offset: number;
}

/** The text of a condition, parsed. */
export interface Expression {
  readonly text: string;
  readonly expr: Expr;
  /** Where a part of it begins. */
  offsetOf(part: Expr): number;
}

/** Characters of a condition that are shown where it can't be read. */
const SHOWN = 20;

export function parseExpression(text: string): Expression | Fault {
  const fault = (message: string, offset = 0): Fault => ({ severity: "error", message, offset });
  if (text.length > LIMITS.conditionLength) return fault(`The condition is longer than ${LIMITS.conditionLength} characters.`);
  // Before parsing: the parser recurses.
  if (depthOf(text) > LIMITS.conditionDepth) return fault(`The condition is nested deeper than ${LIMITS.conditionDepth} levels.`);
  try {
    const { expr: parsed, sourceInfo } = parse(withoutReserved(text));
    const expr = mapExpr(parsed, (part) => (nameOf(part) === STAND_IN ? ident(part.id, RESERVED) : part));
    const { depth, loops } = shapeOf(expr);
    if (depth > LIMITS.conditionDepth * 4) return fault("The condition is nested too deeply.");
    if (loops > LIMITS.comprehensions)
      return fault(`Loops (all, exists, map, filter) stand more than ${LIMITS.comprehensions} deep in one another.`);
    return { text, expr, offsetOf: ({ id }) => sourceInfo?.positions[String(id)] ?? 0 };
  } catch (error) {
    const { location } = error as { readonly location?: { readonly start?: { readonly offset?: number } } };
    const at = location?.start?.offset ?? 0;
    const slip = slipIn(text);
    return slip
      ? fault(slip.message, slip.offset)
      : fault(`CEL can't read the condition from here on: \`${text.slice(at, at + SHOWN).trim()}\`.`, at);
  }
}

const RESERVED = "namespace";
const STAND_IN = "namespac_";

/** CEL reserves the name `namespace`. Another of its length takes its place while the expression is parsed; not in texts, not after a dot. */
function withoutReserved(text: string): string {
  return text.replaceAll(
    /[rR]("""[^]*?"""|'''[^]*?'''|"[^"\n]*"|'[^'\n]*')|"""([^\\]|\\[^])*?"""|'''([^\\]|\\[^])*?'''|"([^"\\\n]|\\.)*"|'([^'\\\n]|\\.)*'|\.\s*[\w.]+|[\w.]+/g,
    (found) => found.replace(/^namespace(?=\.|$)/, STAND_IN),
  );
}

export function isFault(result: Expression | Fault): result is Fault {
  return "severity" in result;
}

/** Brackets within brackets, and conditionals after conditionals. Those within strings count too: nobody needs so many. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let conditionals = 0;
  for (const letter of text) {
    if ("([{".includes(letter)) deepest = Math.max(deepest, ++depth);
    else if (")]}".includes(letter)) depth--;
    else if (letter === "?") conditionals++;
  }
  return deepest + conditionals;
}

/** How deep it is, and how many loops are within one another. Doesn't recurse. */
function shapeOf(expr: Expr): { readonly depth: number; readonly loops: number } {
  const deepest = { depth: 0, loops: 0 };
  const open = [{ expr, depth: 0, loops: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { exprKind } = next.expr;
    const range = exprKind.case === "comprehensionExpr" ? exprKind.value.iterRange : undefined;
    const loops = next.loops + (exprKind.case === "comprehensionExpr" ? 1 : 0);
    deepest.depth = Math.max(deepest.depth, next.depth);
    deepest.loops = Math.max(deepest.loops, loops);
    for (const child of childrenOf(next.expr))
      open.push({ expr: child, depth: next.depth + 1, loops: child === range ? next.loops : loops });
  }
  return deepest;
}

/** The parts of an expression, in no order. */
export function childrenOf({ exprKind: { case: kind, value } }: Expr): readonly Expr[] {
  const present = (parts: readonly (Expr | undefined)[]): readonly Expr[] => parts.filter((part) => part !== undefined);
  switch (kind) {
    case "selectExpr":
      return present([value.operand]);
    case "callExpr":
      return present([value.target, ...value.args]);
    case "listExpr":
      return value.elements;
    case "structExpr":
      return present(value.entries.flatMap((entry) => [entry.keyKind.case === "mapKey" ? entry.keyKind.value : undefined, entry.value]));
    case "comprehensionExpr":
      return present([value.iterRange, value.accuInit, value.loopCondition, value.loopStep, value.result]);
    default:
      return [];
  }
}

/** The same expression with every part replaced, its own parts first. */
export function mapExpr(expr: Expr, replace: (expr: Expr) => Expr): Expr {
  const map = (part: Expr): Expr => mapExpr(part, replace);
  const maybe = (part: Expr | undefined): Expr | undefined => part && map(part);
  const { exprKind } = expr;
  const kind = ((): Expr["exprKind"] => {
    switch (exprKind.case) {
      case "selectExpr":
        return { case: "selectExpr", value: { ...exprKind.value, operand: maybe(exprKind.value.operand) } };
      case "callExpr": {
        const { target, args } = exprKind.value;
        return { case: "callExpr", value: { ...exprKind.value, target: maybe(target), args: args.map(map) } };
      }
      case "listExpr":
        return { case: "listExpr", value: { ...exprKind.value, elements: exprKind.value.elements.map(map) } };
      case "structExpr": {
        const entries = exprKind.value.entries.map((entry) => {
          const keyKind = entry.keyKind.case === "mapKey" ? { case: "mapKey" as const, value: map(entry.keyKind.value) } : entry.keyKind;
          return { ...entry, keyKind, value: maybe(entry.value) };
        });
        return { case: "structExpr", value: { ...exprKind.value, entries } };
      }
      case "comprehensionExpr": {
        const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
        const parts = {
          iterRange: maybe(iterRange),
          accuInit: maybe(accuInit),
          loopCondition: maybe(loopCondition),
          loopStep: maybe(loopStep),
          result: maybe(result),
        };
        return { case: "comprehensionExpr", value: { ...exprKind.value, ...parts } };
      }
      default:
        return exprKind;
    }
  })();
  return replace({ ...expr, exprKind: kind });
}

export const ident = (id: bigint, name: string): Expr => ({
  $typeName: "cel.expr.Expr",
  id,
  exprKind: { case: "identExpr", value: { $typeName: "cel.expr.Expr.Ident", name } },
});

export const text = (id: bigint, value: string): Expr => ({
  $typeName: "cel.expr.Expr",
  id,
  exprKind: { case: "constExpr", value: { $typeName: "cel.expr.Constant", constantKind: { case: "stringValue", value } } },
});

export const call = (id: bigint, name: string, args: Expr[]): Expr => ({
  $typeName: "cel.expr.Expr",
  id,
  exprKind: { case: "callExpr", value: { $typeName: "cel.expr.Expr.Call", function: name, args } },
});

/** The same for expressions that say the same, in whatever spacing. */
export function fingerprint(expr: Expr): string {
  return JSON.stringify(expr, (key, value: unknown) => (key === "id" ? undefined : typeof value === "bigint" ? `${value}n` : value));
}

/** The text that stands there, if one does. */
export function textOf({ exprKind }: Expr): string | undefined {
  return exprKind.case === "constExpr" && exprKind.value.constantKind.case === "stringValue"
    ? exprKind.value.constantKind.value
    : undefined;
}

export function nameOf({ exprKind }: Expr): string | undefined {
  return exprKind.case === "identExpr" ? exprKind.value.name : undefined;
}
