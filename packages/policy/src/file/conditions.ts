import type { CelEnv } from "@bufbuild/cel";
import type { JsonObject, StandardSchemaV1 } from "@countersign/core";
import { Condition } from "../cel/condition.ts";
import { isFault, parseExpression, type Expression, type Fault } from "../cel/expression.ts";
import { faultsIn } from "../cel/infer.ts";
import { implies } from "../cel/range.ts";
import type { Problem } from "../problem.ts";
import { factFaults } from "./facts.ts";
import { argumentTypes, scopeOf, type ToolSchemas } from "./scope.ts";
import type { FileCondition, ObjectRule } from "./schema.ts";
import { conditionWords } from "./words.ts";
import type { Path, Yaml } from "./yaml.ts";

/** What conditions are read against. */
export interface Setting {
  readonly yaml: Yaml;
  readonly environment: CelEnv;
  readonly constants: JsonObject;
  readonly tools: ToolSchemas | undefined;
  readonly context: StandardSchemaV1 | undefined;
}

export interface Compiled {
  readonly deny: true | Condition | undefined;
  readonly ask: true | Condition | undefined;
  readonly problems: readonly Problem[];
}

/** The conditions of a rule, compiled, with everything that is wrong with them. */
export function compileConditions(setting: Setting, name: string, rule: ObjectRule): Compiled {
  const deny = compileOne(setting, name, "deny", rule.deny);
  const ask = compileOne(setting, name, "ask", rule.ask);
  const problems = [...deny.problems, ...ask.problems];
  const never = (why: string): Problem => setting.yaml.problem("error", `This is never reached: ${why}.`, ["tools", name, "ask"]);
  if (deny.condition === true && rule.ask !== undefined) problems.push(never("`deny` denies everything"));
  else if (deny.expression && ask.expression && implies(ask.expression.expr, deny.expression.expr, setting.constants))
    problems.push(never("`deny` denies all that it would ask about"));
  return { deny: deny.condition, ask: ask.condition, problems };
}

interface One {
  readonly condition: true | Condition | undefined;
  readonly expression: Expression | undefined;
  readonly problems: readonly Problem[];
}

function compileOne(setting: Setting, name: string, kind: "deny" | "ask", given: FileCondition | undefined): One {
  if (given === undefined || given === true) return { condition: given, expression: undefined, problems: [] };
  const [text, path]: [string, Path] =
    typeof given === "string" ? [given, ["tools", name, kind]] : [given.when, ["tools", name, kind, "when"]];
  const { yaml, environment, constants } = setting;
  const place = ({ severity, message, offset }: Fault): Problem => yaml.problem(severity, message, path, offset);

  const word = conditionWords(kind, text);
  if (word) return { condition: undefined, expression: undefined, problems: [yaml.problem("error", word, path)] };
  const expression = parseExpression(text);
  if (isFault(expression)) return { condition: undefined, expression: undefined, problems: [place(expression)] };
  const faults = [...typeFaults(setting, name, expression), ...factFaults(setting.tools, name, expression)];
  if (faults.some(({ severity }) => severity === "error")) return { condition: undefined, expression, problems: faults.map(place) };

  const { line, column } = yaml.problem("error", "", path, 0);
  const reason = typeof given === "string" ? undefined : given.reason;
  const condition = new Condition(expression, environment, constants, { kind, reason, line, column });
  return { condition, expression, problems: [...faults, ...constantFaults(condition, expression)].map(place) };
}

/** A rule that speaks of several tools has to be right for one of them: it may look before it reads. */
function typeFaults({ environment, constants, tools, context }: Setting, name: string, expression: Expression): readonly Fault[] {
  const found = argumentTypes(tools, name).map((args) => faultsIn(expression, environment, scopeOf(args, context, constants)));
  return found.find((faults) => faults.every(({ severity }) => severity === "warning")) ?? found[0] ?? [];
}

function constantFaults(condition: Condition, { text }: Expression): readonly Fault[] {
  const always = condition.always();
  if (always === undefined) return [];
  const { kind } = condition.source;
  // A constant may be a switch.
  const severity = /\bconstants\b/.test(text) ? "warning" : "error";
  const message = always ? `This is always true. Write \`${kind}: true\`.` : `This is never true. Leave \`${kind}\` out.`;
  return [{ severity, message, offset: 0 }];
}
