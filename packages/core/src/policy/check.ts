import type { JsonObject } from "../contract/json.ts";
import type { Principal } from "../contract/principal.ts";
import type { Verdict } from "../contract/verdict.ts";
import type { CompiledPolicy, CompiledRule } from "./compile.ts";
import { historyOf, type Past } from "./history.ts";
import { addressOf, isNamespaced, overlaps, type RuleName } from "./names.ts";
import { parseWith, type Parsed } from "./schema.ts";

/** A call with what the conversation adds to it. */
export interface CheckedCall extends Past {
  readonly namespace?: string | undefined;
  readonly tool: string;
  readonly args: JsonObject;
  readonly context?: unknown;
  readonly threadId: string;
  readonly agent: string;
  readonly requestedBy?: Principal | undefined;
}

/** A verdict, the rule that gave it and the policy that the rule is of. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly rule: CompiledRule;
  readonly by: CompiledPolicy;
  /** What could not be evaluated, and so holds. Absent: all could. */
  readonly faults?: readonly Fault[];
}

/** A condition, or a schema that conditions need, that gave no answer. */
export interface Fault {
  readonly rule: string;
  readonly part: "ask" | "deny" | "args" | "context";
  readonly error: unknown;
}

/** How the reason of a denial begins whose rule gives none. */
export const NOT_ALLOWED = "The policy does not allow ";

const ALLOW: Verdict = { type: "allow" };
const STRICTNESS = { allow: 0, invalid: 1, ask: 2, deny: 3 } as const;

/** The verdict on a call. Never throws: what can't be evaluated holds. */
export function judge(policy: CompiledPolicy, call: CheckedCall): Judgement {
  const [first, ...others] = rulesFor(policy, call);
  if (!first) return judgeBy(policy, policy.fallback, call);
  const verdict = others.reduce((a, rule) => stricter(a, judgeBy(policy, rule, call)), judgeBy(policy, first, call));
  // A name without a namespace asks and denies everywhere, but it allows only tools that have none.
  const allows = verdict.verdict.type === "allow" && call.namespace !== undefined && !isNamespaced(first);
  return allows ? judgeBy(policy, policy.fallback, call) : verdict;
}

/** The rules that name a tool; several only if they are equally specific. Empty: the default holds. */
export function rulesFor(policy: CompiledPolicy, call: Pick<CheckedCall, "namespace" | "tool">): readonly CompiledRule[] {
  const address = addressOf(call);
  const exact = policy.exact.get(address);
  if (exact) return [exact];
  if (call.namespace === undefined) return mostSpecific(policy.rules, address);
  const rules = mostSpecific(policy.namespaced, address);
  return rules.length > 0 ? rules : mostSpecific(policy.plain, call.tool);
}

/** The rule whose schema and properties hold for this call. */
export function ruleOf(policy: CompiledPolicy, call: Pick<CheckedCall, "namespace" | "tool">): CompiledRule {
  const address = addressOf(call);
  const [rule] = call.namespace === undefined ? mostSpecific(policy.rules, address) : mostSpecific(policy.namespaced, address);
  return policy.exact.get(address) ?? rule ?? policy.fallback;
}

/** What is masked of this call's arguments. Like a question, a mask holds in every namespace; undefined: nothing. */
export function redactionOf(policy: CompiledPolicy, call: Pick<CheckedCall, "namespace" | "tool">): readonly string[] | undefined {
  const paths = new Set(rulesFor(policy, call).flatMap(({ redact }) => redact));
  return paths.size > 0 ? [...paths] : undefined;
}

/** Does the verdict on this call depend on what ran in its thread before? */
export function countsHistory(policy: CompiledPolicy, call: Pick<CheckedCall, "namespace" | "tool">): boolean {
  return rulesFor(policy, call).some(({ history }) => history);
}

/** Is every call that this name stands for recorded if it runs? A count of the others would be too small. */
function isOnRecord({ rules, fallback }: CompiledPolicy, name: RuleName): boolean {
  const records = ({ history, ask, deny }: CompiledRule): boolean => history || ask === true || deny === true;
  for (const rule of rules) {
    if (!overlaps(rule.name, name)) continue;
    if (!records(rule)) return false;
    if (!rule.name.matches(name.text)) continue;
    // It covers the whole name, and less specific rules never get to it; but a plain rule allows nothing in a namespace.
    return isNamespaced(rule) || !/[*/]/.test(name.text) || records(fallback);
  }
  return records(fallback);
}

/** Several only if they are equally specific. */
function mostSpecific(rules: readonly CompiledRule[], address: string): readonly CompiledRule[] {
  const first = rules.find(({ name }) => name.matches(address));
  return first ? rules.filter(({ name }) => name.specificity === first.name.specificity && name.matches(address)) : [];
}

function stricter(a: Judgement, b: Judgement): Judgement {
  const [strict, other] = STRICTNESS[a.verdict.type] >= STRICTNESS[b.verdict.type] ? [a, b] : [b, a];
  return other.faults ? { ...strict, faults: [...(strict.faults ?? []), ...other.faults] } : strict;
}

function judgeBy(policy: CompiledPolicy, rule: CompiledRule, call: CheckedCall): Judgement {
  const faults: Fault[] = [];
  const verdict = apply(policy, rule, call, (part, error) => faults.push({ rule: rule.name.text, part, error }));
  return { verdict, rule, by: policy, ...(faults.length > 0 && { faults }) };
}

type Tell = (part: Fault["part"], error: unknown) => void;

function apply(policy: CompiledPolicy, rule: CompiledRule, call: CheckedCall, tell: Tell): Verdict {
  if (rule.deny === undefined && rule.ask === undefined && !rule.schema) return ALLOW;
  const args = parse(rule, call, tell);
  if (args && "issues" in args) return { type: "invalid", issues: args.issues };
  const context = contextOf(policy, call, tell);
  const seen = args &&
    context && {
      ...call,
      namespace: call.namespace,
      requestedBy: call.requestedBy,
      args: args.value,
      context: context.value,
      history: historyOf(call, call, (name) => isOnRecord(policy, name)),
    };
  const denied = holds(rule.deny, seen, `${NOT_ALLOWED}${addressOf(call)}`, (error) => tell("deny", error));
  if (denied !== undefined) return { type: "deny", rule: rule.name.text, reason: denied };
  const asked = holds(rule.ask, seen, `The policy asks about ${addressOf(call)}`, (error) => tell("ask", error));
  return asked === undefined ? ALLOW : { type: "ask", rule: rule.name.text, reason: asked, terms: rule.terms };
}

/** Undefined: the schema itself failed, so no condition can be evaluated. */
function parse(rule: CompiledRule, call: CheckedCall, tell: Tell): Parsed | undefined {
  if (!rule.schema) return { value: call.args };
  try {
    return parseWith(rule.schema, call.args);
  } catch (error) {
    tell("args", error);
    return undefined;
  }
}

function contextOf(policy: CompiledPolicy, call: CheckedCall, tell: Tell): { readonly value: unknown } | undefined {
  if (!policy.context) return { value: call.context };
  try {
    const parsed = parseWith(policy.context, call.context);
    if ("value" in parsed) return parsed;
    tell("context", new Error(parsed.issues.map(({ path, message }) => [...path, message].map(String).join(": ")).join("; ")));
  } catch (error) {
    tell("context", error);
  }
  return undefined;
}

const BROKEN = "a condition of the rule could not be evaluated";

/** The reason why a condition holds, or undefined if it doesn't: only `false` doesn't. */
function holds(
  condition: CompiledRule["ask"],
  call: object | undefined,
  plain: string,
  tell: (error: unknown) => void,
): string | undefined {
  if (condition === undefined) return undefined;
  if (condition === true) return plain;
  if (!call) return `${plain}: ${BROKEN}`;
  try {
    const answer: unknown = condition(call as never);
    if (answer === false) return undefined;
    if (typeof answer === "string" && answer !== "") return answer;
    if (answer === true) return plain;
    if (answer instanceof Promise) answer.catch(() => {});
    tell(
      new TypeError(
        answer instanceof Promise
          ? "it answers with a promise, and a condition has to answer at once"
          : `it answered ${String(answer) || '""'}`,
      ),
    );
    return `${plain}: a condition of the rule gave no yes or no`;
  } catch (error) {
    tell(error);
    return `${plain}: ${BROKEN}`;
  }
}
