import type { CelEnv } from "@bufbuild/cel";
import type { JsonObject, StandardSchemaV1 } from "@countersign/core";
import type { Expression, Fault } from "../cel/expression.ts";
import { faultsIn } from "../cel/infer.ts";
import type { Reading } from "../cel/presence.ts";
import { join, type Type } from "../cel/type.ts";
import type { Problem } from "../problem.ts";
import { factFaults } from "./facts.ts";
import { scopeOf, type IsParsed, type ToolSchemas } from "./scope.ts";
import type { Path, Yaml } from "./yaml.ts";

/** What the expressions of a file are read against. */
export interface Setting {
  readonly yaml: Yaml;
  /** Of an included file. */
  readonly file: string | undefined;
  readonly environment: CelEnv;
  readonly constants: JsonObject;
  readonly tools: ToolSchemas | undefined;
  readonly context: StandardSchemaV1 | undefined;
  readonly isParsed: IsParsed;
}

/** What an expression is part of. */
export interface Seen extends Reading {
  /** The name of a rule, or names of tools: whatever `history` counts by itself. */
  readonly of: string;
  /** What `args` may be: one type for each tool. */
  readonly args: readonly Type[];
}

/** Everything that is wrong with what an expression says of the call. */
export function meaningFaults(setting: Setting, seen: Seen, expression: Expression): readonly Fault[] {
  return [...typeFaults(setting, seen, expression), ...factFaults(setting.tools, seen.of, expression)];
}

/** One that is about several tools has to be right for one of them: it may look before it reads. */
function typeFaults({ environment, constants, context }: Setting, { args, use, behind }: Seen, expression: Expression): readonly Fault[] {
  const faultsFor = (type: Type): readonly Fault[] => faultsIn(expression, environment, scopeOf(type, context, constants), { use, behind });
  const found = args.map(faultsFor);
  const right = found.find((faults) => faults.every(({ severity }) => severity === "warning"));
  if (!right) return found[0] ?? [];
  // What one tool has, another may lack.
  return args.length === 1 ? right : faultsFor(join(...args)).filter(({ severity }) => severity === "warning");
}

export function placed({ yaml }: Setting, path: Path, faults: readonly Fault[]): readonly Problem[] {
  return faults.map(({ severity, message, offset }) => yaml.problem(severity, message, path, offset));
}

export function hasErrors(problems: readonly Pick<Problem, "severity">[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}
