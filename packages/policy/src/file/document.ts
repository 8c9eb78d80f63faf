import { didYouMean } from "@countersign/core/policy";
import type { Problem } from "../problem.ts";
import { constantName, fileSchema, ruleSchema, type PolicyDocument, type Rule } from "./schema.ts";
import type { Path, Yaml } from "./yaml.ts";

/** The file as it is written, as far as it is right. */
export interface ReadDocument {
  readonly document: Omit<PolicyDocument, "tools">;
  /** By name. A map, so that a tool may be called `__proto__`. */
  readonly rules: ReadonlyMap<string, Rule>;
}

interface SchemaIssue {
  readonly code?: string | undefined;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly SchemaIssue[])[];
}

/** Rules and top level are looked at one by one, so that a mistake in one hides none in another. */
export function readDocument(yaml: Yaml): { readonly read: ReadDocument | undefined; readonly problems: readonly Problem[] } {
  const { value } = yaml;
  if (!isObject(value))
    return { read: undefined, problems: [yaml.problem("error", "A policy file is a map that begins with version: 1.", [])] };
  const { tools, ...rest } = value;
  const problems: Problem[] = [];
  const top = fileSchema.safeParse(rest);
  if (!top.success) problems.push(...problemsOf(yaml, top.error.issues, []));
  problems.push(...constantProblems(yaml, rest["constants"]));

  const rules = new Map<string, Rule>();
  if (tools !== undefined && !isObject(tools)) problems.push(yaml.problem("error", "tools is a map of rules by tool.", ["tools"]));
  for (const [name, given] of Object.entries(isObject(tools) ? tools : {})) {
    const path = ["tools", name];
    const rule = ruleSchema.safeParse(given);
    if (name === "" || /\s/.test(name)) problems.push(yaml.keyProblem("error", "Not a tool name.", path));
    else if (rule.success) rules.set(name, rule.data);
    else problems.push(...problemsOf(yaml, rule.error.issues, path));
  }
  return { read: { document: top.success ? top.data : { version: 1 }, rules }, problems };
}

function problemsOf(yaml: Yaml, issues: readonly SchemaIssue[], at: Path): readonly Problem[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
    if (issue.code === "invalid_union") {
      const meant = issue.errors?.find((branch) => branch.every(isWithin));
      if (meant) return problemsOf(yaml, meant, path);
    }
    if (issue.code !== "unrecognized_keys") return [yaml.problem("error", sentence(issue.message), path)];
    return (issue.keys ?? []).map((key) =>
      yaml.keyProblem("error", `There is no setting ${key} here.${didYouMean(key, SETTINGS)}`, [...path, key]),
    );
  });
}

/** Of several shapes, the one that the value has tried to be. */
function isWithin({ code, path }: SchemaIssue): boolean {
  return path.length > 0 || !["invalid_type", "invalid_value", "invalid_union"].includes(code ?? "");
}

const SETTINGS = [
  ...["version", "default", "constants", "review", "remember", "tools", "deny", "ask", "idempotent", "redact", "when", "reason"],
  ...["roles", "reviewers", "quorum", "fourEyes", "expiresIn", "executeWithin", "decisions", "remind", "escalate", "after"],
];

function constantProblems(yaml: Yaml, constants: unknown): readonly Problem[] {
  if (!isObject(constants)) return [];
  return Object.entries(constants).flatMap(([name, value]) => {
    const path = ["constants", name];
    if (!constantName.test(name)) return [yaml.keyProblem("error", "A constant's name is a letter, then letters, digits and _.", path)];
    if (typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value)) return [];
    return [yaml.problem("error", `A number as large as this is not exact: at most ${Number.MAX_SAFE_INTEGER}.`, path)];
  });
}

function sentence(message: string): string {
  const text = message.replace(/^Invalid input: /, "").replace("received undefined", "it is missing");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
