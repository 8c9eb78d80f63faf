import type { JsonObject } from "../contract/json.ts";
import type { Principal } from "../contract/principal.ts";
import type { CompiledPolicy, CompiledRule } from "./compile.ts";
import { addressOf } from "./names.ts";
import { parseWith, type Parsed } from "./schema.ts";
import type { Verdict } from "./verdict.ts";

/** A call with what the conversation adds to it. */
export interface CheckedCall {
  readonly namespace?: string | undefined;
  readonly tool: string;
  readonly args: JsonObject;
  readonly context?: unknown;
  readonly threadId: string;
  readonly agent: string;
  readonly requestedBy?: Principal | undefined;
}

const ALLOW: Verdict = { type: "allow" };
const STRICTNESS = { allow: 0, invalid: 1, ask: 2, deny: 3 } as const;

/** The verdict on a call. Never throws: what can't be evaluated holds. */
export function check(policy: CompiledPolicy, call: CheckedCall): Verdict {
  const address = addressOf(call);
  const exact = policy.exact.get(address);
  if (exact) return apply(policy, exact, call);
  if (call.namespace === undefined)
    return strictest(policy, mostSpecific(policy.rules, address), call) ?? apply(policy, policy.fallback, call);
  return strictest(policy, mostSpecific(policy.namespaced, address), call) ?? restricted(policy, call);
}

/** A name without a namespace asks and denies everywhere, but it allows only tools that have none. */
function restricted(policy: CompiledPolicy, call: CheckedCall): Verdict {
  const verdict = strictest(policy, mostSpecific(policy.plain, call.tool), call);
  return verdict && verdict.type !== "allow" ? verdict : apply(policy, policy.fallback, call);
}

/** The rule whose schema and properties hold for this call. */
export function ruleOf(policy: CompiledPolicy, call: Pick<CheckedCall, "namespace" | "tool">): CompiledRule {
  const address = addressOf(call);
  const [rule] = call.namespace === undefined ? mostSpecific(policy.rules, address) : mostSpecific(policy.namespaced, address);
  return policy.exact.get(address) ?? rule ?? policy.fallback;
}

/** Several only if they are equally specific. */
function mostSpecific(rules: readonly CompiledRule[], address: string): readonly CompiledRule[] {
  const first = rules.find(({ name }) => name.matches(address));
  return first ? rules.filter(({ name }) => name.specificity === first.name.specificity && name.matches(address)) : [];
}

function strictest(policy: CompiledPolicy, rules: readonly CompiledRule[], call: CheckedCall): Verdict | undefined {
  return rules
    .map((rule) => apply(policy, rule, call))
    .reduce<Verdict | undefined>((a, b) => (a && STRICTNESS[a.type] >= STRICTNESS[b.type] ? a : b), undefined);
}

function apply(policy: CompiledPolicy, rule: CompiledRule, call: CheckedCall): Verdict {
  if (rule.deny === undefined && rule.ask === undefined && !rule.schema) return ALLOW;
  const args = parse(rule, call);
  if (args && "issues" in args) return { type: "invalid", issues: args.issues };
  const context = contextOf(policy, call);
  const seen = args &&
    context && { ...call, namespace: call.namespace, requestedBy: call.requestedBy, args: args.value, context: context.value };
  const denied = holds(rule.deny, seen, rule, "denies");
  if (denied !== undefined) return { type: "deny", rule: rule.name.text, reason: denied };
  const asked = holds(rule.ask, seen, rule, "asks");
  return asked === undefined ? ALLOW : { type: "ask", rule: rule.name.text, reason: asked, terms: rule.terms };
}

/** Undefined: the schema itself failed, so no condition can be evaluated. */
function parse(rule: CompiledRule, call: CheckedCall): Parsed | undefined {
  if (!rule.schema) return { value: call.args };
  try {
    return parseWith(rule.schema, call.args);
  } catch {
    return undefined;
  }
}

function contextOf(policy: CompiledPolicy, call: CheckedCall): { readonly value: unknown } | undefined {
  if (!policy.context) return { value: call.context };
  try {
    const parsed = parseWith(policy.context, call.context);
    return "value" in parsed ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The reason why a condition holds, or undefined if it doesn't: only `false` doesn't. */
function holds(condition: CompiledRule["ask"], call: object | undefined, rule: CompiledRule, verb: string): string | undefined {
  const plain = `${rule.name.text} ${verb}`;
  if (condition === undefined) return undefined;
  if (condition === true) return plain;
  if (!call) return `${plain}: its condition could not be evaluated`;
  try {
    const answer: unknown = condition(call as never);
    if (answer === false) return undefined;
    if (typeof answer === "string" && answer !== "") return answer;
    if (answer === true) return plain;
    if (answer instanceof Promise) answer.catch(() => {});
    return `${plain}: its condition gave no plain answer`;
  } catch {
    return `${plain}: its condition could not be evaluated`;
  }
}
