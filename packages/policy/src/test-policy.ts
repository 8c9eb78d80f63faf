import { CountersignError, type JsonObject, type PastCall, type Policy, type Principal } from "@countersign/core";
import { didYouMean } from "@countersign/core/policy";
import { z } from "zod";
import { explain, type ExplainedCall, type Explanation } from "./explain.ts";
import { isConsequence, valueAt, wordsFor, type SchemaIssue } from "./file/words.ts";
import { readYaml, type Yaml } from "./file/yaml.ts";
import { invalidPolicy, type Problem } from "./problem.ts";

/** What became of one case. */
export interface CaseResult {
  readonly name: string;
  /** Where the case stands, from 1. */
  readonly line: number;
  readonly passed: boolean;
  /** What differs; undefined: nothing. */
  readonly message: string | undefined;
  readonly explanation: Explanation;
}

export interface PolicyTestResult {
  readonly passed: boolean;
  readonly cases: readonly CaseResult[];
}

interface Case {
  readonly name?: string | undefined;
  readonly call: Omit<ExplainedCall, "context" | "history">;
  readonly context?: unknown;
  readonly history?: readonly PastCall[] | undefined;
  readonly expect: "allow" | "ask" | "deny" | "invalid";
  readonly rule?: string | undefined;
  readonly tier?: number | undefined;
  readonly reason?: string | undefined;
  readonly title?: string | undefined;
  /** Unix ms. */
  readonly now?: number | undefined;
}

const text = z.string().min(1);
const args = z.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "`args` must be a map; write `{}` for none",
);
const NO_MOMENT = 'write a time such as "2027-01-31T08:00:00Z" or "2027-01-31T08:00:00+01:00"';
const moment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/, NO_MOMENT)
  .transform((written) => Date.parse(written))
  .refine((at) => !Number.isNaN(at), NO_MOMENT);
const principal: z.ZodType<Principal> = z.strictObject({
  id: text,
  name: text.optional(),
  roles: z.array(text).readonly().optional(),
  aliases: z.array(text).readonly().optional(),
  kind: z.enum(["person", "service", "automation"]).optional(),
});
const past = z.strictObject({ namespace: text.optional(), tool: text, args });
const cases: z.ZodType<readonly Case[]> = z
  .array(
    z.strictObject({
      name: text.optional(),
      call: z.strictObject({
        tool: text,
        args,
        namespace: text.optional(),
        agent: text.optional(),
        threadId: text.optional(),
        requestedBy: principal.optional(),
      }),
      context: z.unknown().optional(),
      history: z.array(past).readonly().optional(),
      now: moment.optional(),
      expect: z.enum(["allow", "ask", "deny", "invalid"]),
      rule: text.optional(),
      tier: z.number().int().min(1).optional(),
      reason: text.optional(),
      title: text.optional(),
    }),
  )
  .min(1);

/**
 * Runs cases that stand in a YAML (or JSON) list: a call, perhaps with its context, what ran before and the time (`now`), the
 * verdict that is expected and, where that matters, the rule, its tier, the reason and the title that people read.
 * @example
 * testPolicy(policy, `
 * - name: large payments need finance
 *   call: { tool: send_payment, args: { amount: 4200 } }
 *   expect: ask
 *   rule: send_payment
 * `).passed
 * @throws POLICY_INVALID with line and column for cases that aren't; SETUP for a policy that is none
 */
export function testPolicy(policy: Policy, source: string, path?: string): PolicyTestResult {
  if (typeof source !== "string") throw new CountersignError("SETUP", { hint: "Pass the cases as a text: testPolicy(policy, text)." });
  const yaml = readYaml(source);
  if (yaml.problems.length > 0) throw invalidCases(yaml.problems, path);
  const parsed = cases.safeParse(yaml.value);
  if (!parsed.success)
    throw invalidCases(
      parsed.error.issues.flatMap((issue, _, all) => caseProblems(yaml, issue, all)),
      path,
    );
  const results = parsed.data.map((given, index) => run(policy, given, index, yaml.problem("error", "", [index]).line));
  return { passed: results.every(({ passed }) => passed), cases: results };
}

/** A case is known by its number and its name, not by its place in the list. */
function caseProblems(yaml: Yaml, issue: SchemaIssue, all: readonly SchemaIssue[]): readonly Problem[] {
  const place = issue.path.map((key) => (typeof key === "number" ? key : String(key)));
  const [index, ...within] = place;
  if (index === undefined) return [yaml.problem("error", CASES, [])];
  const path = labelOf(yaml.value, Number(index));
  if (issue.code === "unrecognized_keys")
    return (issue.keys ?? []).map((key) => ({ ...yaml.keyProblem("error", unknownKey(key, within), [...place, key]), path }));
  const value = valueAt(yaml.value, place);
  if (isConsequence(all, issue, value)) return [];
  const said = within.length === 0 ? "Write a map with `call` and `expect`." : wordsFor(issue, place, value);
  return [{ ...yaml.problem("error", said, place), path }];
}

const CASES = "Write a list of cases: `- call: { tool: send_payment, args: { amount: 4200 } }`, and `expect: ask` below.";

function labelOf(value: unknown, index: number): string {
  const name = valueAt(value, [index, "name"]);
  return `Case ${index + 1}${typeof name === "string" ? ` ("${name}")` : ""}`;
}

const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  "": ["name", "call", "context", "history", "now", "expect", "rule", "tier", "reason", "title"],
  call: ["tool", "args", "namespace", "agent", "threadId", "requestedBy"],
  requestedBy: ["id", "name", "roles", "aliases", "kind"],
  history: ["namespace", "tool", "args"],
};

function unknownKey(key: string, within: readonly (string | number)[]): string {
  if (within.length === 0 && SETTINGS["call"]?.includes(key)) return `Write ${key} under call.`;
  const known = SETTINGS[String(within.findLast((name) => typeof name === "string") ?? "")] ?? [];
  return `There is no setting ${key} here.${didYouMean(key, known) || ` There are ${known.join(", ")}.`}`;
}

function invalidCases(problems: readonly Problem[], path = "cases"): CountersignError<"POLICY_INVALID"> {
  return invalidPolicy(problems, path);
}

function run(policy: Policy, given: Case, index: number, line: number): CaseResult {
  const { name, call, context, history, now, expect, rule, tier, reason, title } = given;
  const explanation = explain(policy, { ...call, context, history, now });
  const { verdict, description } = explanation;
  const said = "reason" in verdict ? verdict.reason : undefined;
  const asked = verdict.type === "ask" ? verdict.tier : undefined;
  const differences = [
    verdict.type === expect ? [] : [`expected ${expect}, got ${verdict.type}${said === undefined ? "" : ` (${said})`}`],
    rule === undefined || rule === explanation.rule ? [] : [`expected rule ${rule}, got ${explanation.rule}`],
    tier === undefined || tier === asked ? [] : [`expected tier ${tier}, got ${asked ?? "none"}`],
    reason === undefined || reason === said ? [] : [`expected reason ${JSON.stringify(reason)}, got ${JSON.stringify(said)}`],
    title === undefined || title === description?.title
      ? []
      : [`expected title ${JSON.stringify(title)}, got ${JSON.stringify(description?.title)}`],
  ].flat();
  const message = differences.length > 0 ? differences.join("; ") : undefined;
  return { name: name ?? `${index + 1}. ${call.tool}`, line, passed: message === undefined, message, explanation };
}
