import type { CountersignError, JsonObject, PastCall, Policy, Principal } from "@countersign/core";
import { z } from "zod";
import { explain, type ExplainedCall, type Explanation } from "./explain.ts";
import { readYaml } from "./file/yaml.ts";
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
  readonly reason?: string | undefined;
}

const text = z.string().min(1);
const args = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value), "a map of arguments");
const principal: z.ZodType<Principal> = z.strictObject({
  id: text,
  name: text.optional(),
  roles: z.array(text).readonly().optional(),
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
      expect: z.enum(["allow", "ask", "deny", "invalid"]),
      rule: text.optional(),
      reason: text.optional(),
    }),
  )
  .min(1, "no cases");

/**
 * Runs cases that stand in a YAML (or JSON) list: a call, perhaps with its context and what ran before, the verdict that is
 * expected and, where that matters, the rule and the reason.
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
  const yaml = readYaml(source);
  if (yaml.problems.length > 0) throw invalidCases(yaml.problems, path);
  const parsed = cases.safeParse(yaml.value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ message, path: at }) => yaml.problem("error", message, at.map((key) => String(key)))); // prettier-ignore
    throw invalidCases(problems, path);
  }
  const results = parsed.data.map((given, index) => run(policy, given, index, yaml.problem("error", "", [index]).line));
  return { passed: results.every(({ passed }) => passed), cases: results };
}

function invalidCases(problems: readonly Problem[], path = "cases"): CountersignError<"POLICY_INVALID"> {
  return invalidPolicy(problems, path);
}

function run(policy: Policy, { name, call, context, history, expect, rule, reason }: Case, index: number, line: number): CaseResult {
  const explanation = explain(policy, { ...call, context, history });
  const { verdict } = explanation;
  const given = "reason" in verdict ? verdict.reason : undefined;
  const differences = [
    verdict.type === expect ? [] : [`expected ${expect}, got ${verdict.type}${given === undefined ? "" : ` (${given})`}`],
    rule === undefined || rule === explanation.rule ? [] : [`expected rule ${rule}, got ${explanation.rule}`],
    reason === undefined || reason === given ? [] : [`expected reason ${JSON.stringify(reason)}, got ${JSON.stringify(given)}`],
  ].flat();
  const message = differences.length > 0 ? differences.join("; ") : undefined;
  return { name: name ?? `${index + 1}. ${call.tool}`, line, passed: message === undefined, message, explanation };
}
