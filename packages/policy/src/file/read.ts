import {
  CountersignError,
  definePolicy,
  isCountersignError,
  type Policy,
  type ReviewTerms,
  type StandardSchemaV1,
  type ToolRule,
} from "@countersign/core";
import { isStandardSchema, lateNotices } from "@countersign/core/policy";
import type { Condition } from "../cel/condition.ts";
import { createEnvironment } from "../cel/environment.ts";
import { sorted, type Problem } from "../problem.ts";
import { compileConditions, type Setting } from "./conditions.ts";
import { readDocument, type ReadDocument } from "./document.ts";
import type { ObjectRule, Rule } from "./schema.ts";
import { schemaOf, type ToolSchemas } from "./scope.ts";
import { toolProblems, unreachable } from "./tools.ts";
import { readYaml, type Path, type Yaml } from "./yaml.ts";

/** What a file is read against. */
export interface ReadOptions {
  readonly tools?: ToolSchemas | undefined;
  readonly context?: StandardSchemaV1 | undefined;
}

export interface ReadPolicy {
  /** Undefined if one of the problems is an error. */
  readonly policy: Policy | undefined;
  readonly problems: readonly Problem[];
}

/** A file's text as a policy, with all its problems. Never throws for anything in the text. @throws SETUP for schemas that are none */
export function readPolicy(source: string, { tools, context }: ReadOptions): ReadPolicy {
  if (typeof source !== "string") throw new CountersignError("SETUP", { hint: NO_TEXT });
  for (const [name, schema] of Object.entries({ ...tools, context })) {
    const hint = `${name} is not a Standard Schema. Pass one of zod, valibot or arktype, or fromJsonSchema(…).`;
    if (schema !== undefined && !isStandardSchema(schema)) throw new CountersignError("SETUP", { hint });
  }
  const yaml = readYaml(source);
  if (yaml.problems.length > 0) return { policy: undefined, problems: yaml.problems };
  const { read, problems: written } = readDocument(yaml);
  if (!read) return { policy: undefined, problems: written };

  const problems = [...written, ...toolProblems(yaml, read.rules, tools), ...unusedConstants(yaml, source, read)];
  const setting: Setting = { yaml, environment: createEnvironment(), constants: read.document.constants ?? {}, tools, context };
  const compiled = new Map<string, ToolRule<StandardSchemaV1, unknown>>();
  for (const [name, rule] of read.rules) {
    problems.push(
      ...termProblems(yaml, ["tools", name, "review"], typeof rule === "string" ? undefined : rule.review, read.document.review),
    );
    const built = ruleFor(setting, name, rule);
    problems.push(...built.problems);
    if (built.rule) compiled.set(name, built.rule);
  }
  problems.push(...termProblems(yaml, ["review"], read.document.review));
  const policy = hasErrors(problems) ? undefined : define(yaml, read, compiled, context, problems);
  if (policy && tools) problems.push(...unreachable(yaml, policy, tools, read.rules));
  return { policy: hasErrors(problems) ? undefined : policy, problems: sorted(problems) };
}

const NO_TEXT =
  'Pass the text of the policy: loadPolicy(readFileSync("policy.yaml", "utf8")). policyFile("policy.yaml") reads a file itself.';

function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}

interface Built {
  readonly rule: ToolRule<StandardSchemaV1, unknown> | undefined;
  readonly problems: readonly Problem[];
}

/** The rule as definePolicy takes it: a condition is a predicate there. */
function ruleFor(setting: Setting, name: string, given: Rule): Built {
  if (given === "allow" || given === "deny") return { rule: given, problems: [] };
  const rule: ObjectRule = given === "ask" ? { ask: true } : given;
  const { deny, ask, problems } = compileConditions(setting, name, rule);
  if (hasErrors(problems)) return { rule: undefined, problems };
  const conditions = [deny, ask].filter((condition) => condition !== undefined && condition !== true);
  const args = schemaOf(setting.tools, name);
  const built = {
    ...(args && { args }),
    ...(deny !== undefined && { deny: predicate(deny) }),
    ...(ask !== undefined && { ask: predicate(ask) }),
    ...(rule.review && { review: rule.review }),
    ...(rule.idempotent !== undefined && { idempotent: rule.idempotent }),
    ...(rule.redact && { redact: rule.redact }),
    ...(conditions.some(({ history }) => history) && { history: true }),
  };
  // The types can't follow which parts are there; definePolicy looks again.
  return { rule: built as unknown as ToolRule<StandardSchemaV1, unknown>, problems };
}

function predicate(condition: true | Condition): true | ReturnType<Condition["predicate"]> {
  return condition === true ? true : condition.predicate();
}

function define(
  yaml: Yaml,
  { document }: ReadDocument,
  rules: ReadonlyMap<string, ToolRule<StandardSchemaV1, unknown>>,
  context: StandardSchemaV1 | undefined,
  problems: Problem[],
): Policy | undefined {
  const { review, remember } = document;
  try {
    const definition = {
      ...(context && { context }),
      ...(document.default && { default: document.default }),
      ...(review && { review }),
      ...(remember && { remember }),
      tools: Object.fromEntries(rules),
    };
    return definePolicy(definition as {});
  } catch (error) {
    if (!isCountersignError(error, "POLICY_INVALID")) throw error;
    const path = pathOf(error.details.path, [...rules.keys()]);
    problems.push(yaml.problem("error", error.message.replace(/^The policy is invalid at .*?\. (?=\S)/, ""), path));
    return undefined;
  }
}

/** The path in an error is joined by dots, and a tool's name may have dots of its own. */
function pathOf(path: string, names: readonly string[]): Path {
  const name = names.find((candidate) => path === `tools.${candidate}` || path.startsWith(`tools.${candidate}.`));
  if (name === undefined) return path.split(".");
  return ["tools", name, ...path.slice(`tools.${name}.`.length).split(".").filter(Boolean)];
}

/** Reminders and escalations that come too late: those that a place names itself. */
function termProblems(yaml: Yaml, path: Path, terms: ReviewTerms = {}, base: ReviewTerms = {}): readonly Problem[] {
  const late = lateNotices({ ...terms, expiresIn: terms.expiresIn ?? base.expiresIn });
  return late.map((at) =>
    yaml.problem(
      "error",
      `This ${at[0] === "remind" ? "reminder" : "escalation"} comes after the request has expired. Write a shorter time, or a longer \`expiresIn\`.`,
      [...path, ...at],
    ),
  );
}

function unusedConstants(yaml: Yaml, source: string, { document }: ReadDocument): readonly Problem[] {
  return Object.keys(document.constants ?? {}).flatMap((name) =>
    new RegExp(`\\bconstants\\s*(\\.\\s*${name}\\b|\\[)`).test(source)
      ? []
      : [yaml.keyProblem("warning", `No condition reads constants.${name}. Leave it out, or use it.`, ["constants", name])],
  );
}
