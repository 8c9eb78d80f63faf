import { nameOf, isFault, parseExpression, type Expr, type Expression, type Fault } from "../cel/expression.ts";
import { Condition } from "../cel/condition.ts";
import { readsOf } from "../cel/reads.ts";
import type { Template, TemplateText } from "../cel/template.ts";
import type { Type } from "../cel/type.ts";
import type { Problem } from "../problem.ts";
import { hasErrors, meaningFaults, placed, type Seen, type Setting } from "./setting.ts";
import { compileText } from "./texts.ts";
import { conditionWords } from "./words.ts";
import type { Path } from "./yaml.ts";

/** A condition as it is written, and where. */
export interface Written {
  readonly kind: "deny" | "ask";
  /** The setting that holds it: `deny`, `ask` or `when`. */
  readonly setting: string;
  readonly when: true | string;
  readonly path: Path;
  readonly reason?: { readonly text: string; readonly path: Path } | undefined;
  readonly tier?: number;
  readonly rail?: number;
}

/** A condition that was compiled. */
export interface Compiled {
  /** Undefined: it can't be used. */
  readonly when: true | Condition | undefined;
  /** Absent: it always holds, or it can't be read. */
  readonly expression?: Expression | undefined;
  /** A reason without expressions. */
  readonly reason?: string | undefined;
  /** Its reason as it is written, and where. Absent: it has none, or it can't be read. */
  readonly said?: { readonly text: TemplateText; readonly path: Path } | undefined;
  /** Where it stands. */
  readonly path: Path;
  readonly problems: readonly Problem[];
}

/** A condition, with everything that is wrong with it and with its reason. `shown`: what the reason sees as `args`. */
export function compileCondition(setting: Setting, written: Written, seen: Seen, shown: readonly Type[] = seen.args): Compiled {
  const { path, when, reason } = written;
  const holding = when === true ? undefined : parseExpression(when);
  const behind = holding && !isFault(holding) ? holding.expr : undefined;
  const text = reason && compileText(setting, reason.path, reason.text, { ...seen, args: shown, use: "reason", behind });
  const told = text?.problems ?? [];
  const said = reason && text?.read && { text: text.read, path: reason.path };
  const template = text?.template?.isPlain === false ? text.template : undefined;
  const plain = text?.template?.isPlain ? text.template.plain : undefined;
  if (when === true) {
    // A reason with expressions is made by a condition.
    const always = template && conditionOf(setting, written, ALWAYS, template);
    return { when: always ?? true, reason: plain, said, path, problems: told };
  }
  const read = readCondition(setting, written, seen);
  if (!read.expression) return { when: undefined, path, problems: [...read.problems, ...told] };
  const { expression } = read;
  if (hasErrors(read.problems)) return { when: undefined, expression, path, problems: [...read.problems, ...told] };
  const condition = conditionOf(setting, written, expression, template);
  const problems = [...read.problems, ...placed(setting, path, constantFaults(condition, written, expression)), ...told];
  return { when: condition, expression, reason: plain, said, path, problems };
}

const ALWAYS = parseExpression("true") as Expression;

function readCondition(
  setting: Setting,
  { when, path, setting: kind }: Written,
  seen: Seen,
): { readonly expression?: Expression; readonly problems: readonly Problem[] } {
  const word = conditionWords(kind, when);
  if (word) return { problems: [setting.yaml.problem("error", word, path)] };
  const expression = parseExpression(String(when));
  if (isFault(expression)) return { problems: placed(setting, path, [expression]) };
  const faults = [...meaningFaults(setting, seen, expression), ...contextFaults(setting, expression)];
  return { expression, problems: placed(setting, path, faults) };
}

function conditionOf(
  setting: Setting,
  { kind, path, tier, rail }: Written,
  expression: Expression,
  reason: Template | undefined,
): Condition {
  const { yaml, file, environment, constants } = setting;
  const { line, column } = yaml.problem("error", "", path, 0);
  return new Condition(expression, environment, constants, { kind, tier, rail, file, line, column, reason });
}

function constantFaults(condition: Condition, { setting }: Written, { text }: Expression): readonly Fault[] {
  const always = condition.always();
  if (always === undefined) return [];
  // A constant may be a switch.
  const severity = /\bconstants\b/.test(text) ? "warning" : "error";
  const wholly = setting === "when" ? "Leave `when` out" : `Write \`${setting}: true\``;
  const message = always
    ? `This is always true. ${wholly}.`
    : `This is never true. Leave ${setting === "when" ? "this entry" : `\`${setting}\``} out.`;
  return [{ severity, message, offset: 0 }];
}

/** Where the tools' schemas are given and the context's isn't, nothing says that there is what a condition reads of it. */
function contextFaults({ tools, context }: Setting, expression: Expression): readonly Fault[] {
  if (!tools || context) return [];
  const [read] = readsOf(expression.expr).filter((part) => isOfContext(part));
  if (!read) return [];
  const message = "Nothing says what `context` has. Give its schema beside `tools`, as `context`.";
  return [{ severity: "warning", message, offset: expression.offsetOf(read) }];
}

function isOfContext(expr: Expr): boolean {
  const { case: kind, value } = expr.exprKind;
  if (kind === "selectExpr") return value.operand !== undefined && isOfContext(value.operand);
  if (kind === "callExpr" && value.function === "_[_]") return value.args[0] !== undefined && isOfContext(value.args[0]);
  return nameOf(expr) === "context";
}
