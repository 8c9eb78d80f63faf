import type { Description, JsonObject, PastCall, Policy, Principal, Verdict } from "@countersign/core";
import { listenTo, type ConditionSource, type Evaluation } from "./cel/condition.ts";
import { internalsOf } from "./internals.ts";

/** A call as a policy is asked about it. */
export interface ExplainedCall {
  readonly tool: string;
  readonly args: JsonObject;
  readonly namespace?: string | undefined;
  readonly agent?: string | undefined;
  readonly threadId?: string | undefined;
  readonly requestedBy?: Principal | undefined;
  readonly context?: unknown;
  /** What ran in the thread before. Absent: not known, and a condition that counts it holds. */
  readonly history?: readonly PastCall[] | undefined;
  /** Unix ms. Absent: the time of asking. */
  readonly now?: number | undefined;
}

/** A condition that was looked at. */
export interface ExplainedCondition {
  readonly kind: "deny" | "ask";
  /** Of the rule's tiers, from 1. Absent: it is of none. */
  readonly tier?: number | undefined;
  /** The guard rail that it is of, such as `always[0]`. Absent: it is a rule's. */
  readonly rail?: string | undefined;
  /** The included file that it stands in. Absent: the policy's own. */
  readonly file?: string | undefined;
  /** As it stands in the file, and where. */
  readonly condition: string;
  readonly line: number;
  readonly column: number;
  readonly holds: boolean;
  /** Why it could not be evaluated, and so holds; or why its reason could not. */
  readonly error: string | undefined;
  /** What it looked at: `{ "args.amount": 4200, "constants.limit": 1000 }`. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface Explanation {
  readonly verdict: Verdict;
  /** The name of the rule that decided, or `default`. */
  readonly rule: string;
  /** The condition that decided; undefined: a word did (`allow`, `ask: true`), or none of the conditions held. */
  readonly decidedBy: ExplainedCondition | undefined;
  /** All that were looked at, in order. Conditions written in TypeScript are not among them. */
  readonly conditions: readonly ExplainedCondition[];
  /** What people read of the call, if the policy says it and somebody is asked. */
  readonly description: Description | undefined;
  /** Unix ms: what `now` was. */
  readonly now: number;
  /** Of the version that judged. */
  readonly policyHash: string;
}

/**
 * Which condition decided about a call, with the values that it saw.
 * @example explain(policy, { tool: "send_payment", args: { amount: 4_200 } }).decidedBy
 * // { kind: "ask", condition: "args.amount > constants.limit", values: { "args.amount": 4200, "constants.limit": 1000 }, … }
 * @throws SETUP for a policy that is none
 */
export function explain(policy: Policy, call: ExplainedCall): Explanation {
  const found: Evaluation[] = [];
  const internals = internalsOf(policy);
  const { verdict, rule, by, at, describe } = listenTo(
    (evaluation) => found.push(evaluation),
    () => internals.judge({ ...call, threadId: call.threadId ?? "", agent: call.agent ?? "" }),
  );
  const conditions = found.map(explained);
  const name = "rule" in verdict ? verdict.rule : rule.name.text;
  const description = verdict.type === "ask" ? describe() : undefined;
  const decidedBy = conditions.find((condition) => condition.holds && decided(condition, verdict));
  return { verdict, rule: name, decidedBy, conditions, description, now: at, policyHash: by.hash };
}

function explained({ condition, holds, error, values }: Evaluation): ExplainedCondition {
  const { kind, line, column } = condition.source;
  return { kind, ...placeOf(condition.source), condition: condition.text, line, column, holds, error, values };
}

function placeOf({ tier, rail, file }: ConditionSource): Pick<ExplainedCondition, "tier" | "rail" | "file"> {
  return {
    ...(tier !== undefined && { tier }),
    ...(rail !== undefined && { rail: `always[${rail}]` }),
    ...(file !== undefined && { file }),
  };
}

/** A guard rail decides where the verdict has its name, and else a rule does. */
function decided({ kind, tier, rail, file }: ExplainedCondition, verdict: Verdict): boolean {
  if (kind !== verdict.type) return false;
  const [, included, decider] = /^(include\[.*\.)?(always\[\d+\])$/.exec(verdict.rule) ?? [];
  if (decider !== undefined) return rail === decider && (file === undefined) === (included === undefined);
  return rail === undefined && (verdict.type !== "ask" || tier === verdict.tier);
}
