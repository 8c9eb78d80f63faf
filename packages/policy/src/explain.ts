import type { JsonObject, PastCall, Policy, Principal, Verdict } from "@countersign/core";
import { listenTo, type Evaluation } from "./cel/condition.ts";
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
}

/** A condition that was looked at. */
export interface ExplainedCondition {
  readonly kind: "deny" | "ask";
  /** As it stands in the file, and where. */
  readonly condition: string;
  readonly line: number;
  readonly column: number;
  readonly holds: boolean;
  /** Why it could not be evaluated, and so holds. */
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
  const { verdict, rule, by } = listenTo(
    (evaluation) => found.push(evaluation),
    () => internals.judge({ ...call, threadId: call.threadId ?? "", agent: call.agent ?? "" }),
  );
  const conditions = found.map(({ condition, holds, error, values }) => {
    const { kind, line, column } = condition.source;
    return { kind, condition: condition.text, line, column, holds, error, values };
  });
  const decidedBy = conditions.find(({ kind, holds }) => holds && kind === verdict.type);
  return { verdict, rule: rule.name.text, decidedBy, conditions, policyHash: by.hash };
}
