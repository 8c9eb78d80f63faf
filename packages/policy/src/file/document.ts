import type { Problem } from "../problem.ts";
import { constantName, fileSchema, railSchema, ruleSchema, type FileRail, type PolicyDocument, type Rule } from "./schema.ts";
import { placeWords } from "./place-words.ts";
import { isRuleSetting, unknownSetting } from "./settings.ts";
import { isConsequence, valueAt, wordsFor, type SchemaIssue } from "./words.ts";
import type { Path, Yaml } from "./yaml.ts";

/** The file as it is written, as far as it is right. */
export interface ReadDocument {
  readonly document: Omit<PolicyDocument, "tools" | "always">;
  /** By their place in the file. */
  readonly rails: ReadonlyMap<number, FileRail>;
  /** By name. A map, so that a tool may be called `__proto__`. */
  readonly rules: ReadonlyMap<string, Rule>;
}

/** Rules, guard rails and top level are looked at one by one, so that a mistake in one hides none in another. */
export function readDocument(yaml: Yaml): { readonly read: ReadDocument | undefined; readonly problems: readonly Problem[] } {
  const { value } = yaml;
  if (!isObject(value))
    return { read: undefined, problems: [yaml.problem("error", "A policy file is a map. Begin the file with `version: 1`.", [])] };
  const { tools, always, ...rest } = value;
  const problems: Problem[] = [];
  const top = fileSchema.safeParse(rest);
  if (!top.success) problems.push(...problemsOf(yaml, top.error.issues, []));
  problems.push(...constantProblems(yaml, rest["constants"]));
  const rails = readRails(yaml, always, problems);
  const rules = readRules(yaml, tools, problems);
  return { read: { document: top.success ? top.data : rightParts(rest), rails, rules }, problems };
}

/** What is right at the top of a file that has mistakes there. */
function rightParts(rest: Readonly<Record<string, unknown>>): PolicyDocument {
  const right = Object.entries(rest).filter(([name, value]) => fileSchema.safeParse({ version: 1, [name]: value }).success);
  return { ...(Object.fromEntries(right) as Partial<PolicyDocument>), version: 1 };
}

function readRails(yaml: Yaml, always: unknown, problems: Problem[]): ReadonlyMap<number, FileRail> {
  const rails = new Map<number, FileRail>();
  if (always === undefined) return rails;
  if (!Array.isArray(always) || always.length === 0) problems.push(yaml.problem("error", RAILS, ["always"]));
  for (const [index, given] of (Array.isArray(always) ? always : []).entries()) {
    const rail = railSchema.safeParse(given);
    if (rail.success) rails.set(index, rail.data);
    else problems.push(...problemsOf(yaml, rail.error.issues, ["always", index]));
  }
  return rails;
}

const RAILS = "`always` is a list of guard rails. Write `- tools: [send_payment]`, and below it `when: …` and `deny: true` or `ask: true`.";

function readRules(yaml: Yaml, tools: unknown, problems: Problem[]): ReadonlyMap<string, Rule> {
  const rules = new Map<string, Rule>();
  if (tools !== undefined && !isObject(tools)) problems.push(yaml.problem("error", toolsWords(tools), ["tools"]));
  const written = Object.entries(isObject(tools) ? tools : {});
  for (const [index, [name, given]] of written.entries()) {
    const path = ["tools", name];
    const rule = ruleSchema.safeParse(given);
    const owner = ownerOf(written, index);
    if (name === "" || /\s/.test(name)) problems.push(yaml.keyProblem("error", "Not a tool name. A tool's name is one word.", path));
    else if (rule.success) rules.set(name, rule.data);
    else if (owner !== undefined) problems.push(yaml.keyProblem("error", `Indent \`${name}\` deeper than \`${owner}\`.`, path));
    else if (ownerOf(written, index + 1) !== name) problems.push(...problemsOf(yaml, rule.error.issues, path));
  }
  return rules;
}

/** The empty rule whose setting this seems to be, if it stands beside it instead of below. What is a rule itself is nobody's setting. */
function ownerOf(rules: readonly (readonly [string, unknown])[], index: number): string | undefined {
  const [name = "", given] = rules[index] ?? [];
  if (!isRuleSetting(name) || ruleSchema.safeParse(given).success) return undefined;
  const before = rules.slice(0, index).findLast(([name]) => !isRuleSetting(name));
  return before?.[1] === null ? before[0] : undefined;
}

function toolsWords(tools: unknown): string {
  if (tools === null) return "`tools` is empty. Indent the tools deeper than `tools:`, or leave it out.";
  if (Array.isArray(tools)) return "`tools` is a map of rules by tool. Write `send_payment: ask`, without a `-`.";
  return "`tools` is a map of rules by tool. Write `send_payment: ask`, with a blank after the `:`.";
}

function problemsOf(yaml: Yaml, issues: readonly SchemaIssue[], at: Path): readonly Problem[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
    if (issue.code === "invalid_union") {
      const meant = issue.errors?.find((branch) => branch.every(isWithin));
      if (meant) return problemsOf(yaml, meant, path);
    }
    if (issue.code === "unrecognized_keys")
      return (issue.keys ?? []).map((key) => yaml.keyProblem("error", unknownSetting(key, path), [...path, key]));
    const value = valueAt(yaml.value, path);
    // A constant's name is looked at apart.
    if (issue.code === "invalid_key" || isConsequence(issues, issue, value)) return [];
    return [yaml.problem("error", placeWords(issue, path, value) ?? wordsFor(issue, path, value), path)];
  });
}

/** Of several shapes, the one that the value has tried to be. */
function isWithin({ code, path }: SchemaIssue): boolean {
  return path.length > 0 || !["invalid_type", "invalid_value", "invalid_union"].includes(code ?? "");
}

function constantProblems(yaml: Yaml, constants: unknown): readonly Problem[] {
  if (!isObject(constants)) return [];
  return Object.entries(constants).flatMap(([name, value]) => {
    const path = ["constants", name];
    if (!constantName.test(name)) return [yaml.keyProblem("error", "Name a constant with a letter, then letters, digits and _.", path)];
    if (typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value)) return [];
    return [
      yaml.problem(
        "error",
        `This number is not exact: it is larger than ${Number.MAX_SAFE_INTEGER}. Write a smaller one, or a text.`,
        path,
      ),
    ];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
