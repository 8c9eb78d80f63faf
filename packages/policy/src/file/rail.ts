import { nameOf, type Expr } from "../cel/expression.ts";
import { absentWords, unguardedReads } from "../cel/presence.ts";
import type { Problem } from "../problem.ts";
import { compileCondition, type Compiled } from "./conditions.ts";
import type { FileRail } from "./schema.ts";
import { names, railTypes } from "./scope.ts";
import { misspelt } from "./tools.ts";
import type { Setting } from "./setting.ts";
import type { Path } from "./yaml.ts";

/** A guard rail, compiled, with everything that is wrong with it. */
export interface CompiledRail {
  readonly index: number;
  readonly rail: FileRail;
  readonly path: Path;
  readonly condition: Compiled;
  readonly problems: readonly Problem[];
}

export function compileRail(setting: Setting, index: number, rail: FileRail): CompiledRail {
  const { tools, when = true, reason, deny } = rail;
  const path = ["always", index];
  const written = {
    ...{ kind: deny ? ("deny" as const) : ("ask" as const), setting: "when", when, rail: index },
    ...{ path: rail.when === undefined ? path : [...path, "when"] },
    ...{ reason: reason === undefined ? undefined : { text: reason, path: [...path, "reason"] } },
  };
  const seen = {
    of: tools?.length === 1 ? (tools[0] ?? "*") : "*",
    args: railTypes(setting.tools, tools, setting.isParsed),
    use: "condition" as const,
  };
  const condition = compileCondition(setting, written, seen);
  const problems = [...condition.problems, ...unknownTools(setting, path, tools ?? []), ...blindReads(setting, rail, condition)];
  return { index, rail, path, condition, problems };
}

function unknownTools({ yaml, tools }: Setting, path: Path, given: readonly string[]): readonly Problem[] {
  return given.flatMap((name, index) => {
    const words = tools && misspelt(name, tools);
    return words === undefined ? [] : [yaml.problem("error", words, [...path, "tools", index])];
  });
}

/** One for all tools meets tools to come: it looks before it reads. */
function blindReads({ yaml }: Setting, { tools }: FileRail, { expression, path }: Compiled): readonly Problem[] {
  if (!expression || tools?.every((name) => /[^*/]/.test(name))) return [];
  return unguardedReads(expression.expr)
    .filter(isArgument)
    .map((read) => yaml.problem("warning", absentWords(read, "condition"), path, expression.offsetOf(read)));
}

/** `args.amount`, and not what is in it. */
function isArgument({ exprKind: { case: kind, value } }: Expr): boolean {
  const operand = kind === "selectExpr" ? value.operand : kind === "callExpr" ? value.args[0] : undefined;
  return operand !== undefined && nameOf(operand) === "args";
}

/** Does it hold for every tool that this rule's name stands for? */
export function covers({ tools }: FileRail, rule: string): boolean {
  return tools === undefined || tools.some((name) => names(name, rule));
}
