import type { JsonObject, StandardSchemaV1 } from "../contract/json.ts";
import type { ParseArgs } from "../contract/parsed.ts";
import type { GuardRail, In, Out, Policy, ToolRule } from "../contract/policy.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import type { ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import { judge, type Judgement } from "./check.ts";
import type { CheckedCall } from "./checked-call.ts";
import { compile } from "./compile.ts";
import { allRules, type CompiledPolicy } from "./compiled.ts";
import { ruleOf } from "./find.ts";
import { addressOf } from "./names.ts";
import { parseWith } from "./schema.ts";

/**
 * What the other moves may ask of a policy. A policy may be replaced while it is used: one judgement, with the rule and the
 * hash that are recorded for it, is always of one version.
 */
export interface PolicyInternals {
  /** The version in force. */
  readonly compiled: CompiledPolicy;
  judge(call: CheckedCall): Judgement;
  /** The version that is in force for this tool. */
  versionFor(call: Pick<CheckedCall, "namespace" | "tool">): CompiledPolicy;
}
const INTERNALS = Symbol.for("countersign.policy");

/** What stands behind a policy, whatever copy of the package made it. Undefined: not made by definePolicy. */
export function policyInternals(policy: Policy): PolicyInternals | undefined {
  return (policy as { [INTERNALS]?: PolicyInternals })[INTERNALS];
}

/** A policy whose version in force may change between two judgements. */
export function policyOf<Tools, Context>(internals: PolicyInternals): Policy<Tools, Context> {
  return {
    get hash() {
      return internals.compiled.hash;
    },
    check: (call) =>
      internals.judge({ ...call, args: call.args as JsonObject, threadId: call.threadId ?? "", agent: call.agent ?? "" }).verdict,
    match: (request, tool) => matchRequest(internals.versionFor(request), request, tool),
    ...{ [INTERNALS]: internals },
  };
}

/**
 * The approval logic, written once for all frameworks. A tool that no rule names is asked about unless `default` says
 * otherwise. A name may have wildcards (`delete_*`) and a namespace (`billing/*`); the most specific one wins. A name
 * without a namespace asks and denies in every namespace, but allows only tools that have none.
 * @example
 * definePolicy({
 *   tools: { send_payment: { args: SendPayment, ask: ({ args }) => args.amount > 1_000 && "over $1,000" }, read_report: "allow" },
 * })
 * @throws POLICY_INVALID for unknown keys, impossible terms, rules that could never ask or deny
 */
export function definePolicy<T = {}, CS = undefined>(policy: {
  /** A Standard Schema of what the application knows about a conversation; `start` then demands it. */
  readonly context?: CS & StandardSchemaV1;
  readonly default?: "allow" | "ask" | "deny";
  /** Terms for every rule that doesn't say otherwise. */
  readonly review?: ReviewTerms;
  /** `never` forbids remembered decisions everywhere; no rule below can allow them. */
  readonly remember?: "never" | "allowed";
  /** Guard rails: they hold whatever a rule says, here and in policies that include this one. */
  readonly always?: readonly GuardRail<CS extends StandardSchemaV1 ? Out<CS> : unknown>[];
  /**
   * Policies whose rules, guard rails and terms hold as well, and can only be tightened: the strictest verdict wins, and whoever
   * signs has to be accepted by all.
   */
  readonly include?: readonly Policy[];
  readonly tools?: { readonly [K in keyof T]: ToolRule<T[K], CS extends StandardSchemaV1 ? Out<CS> : unknown> };
}): Policy<{ [K in keyof T]: { in: In<T[K]>; out: Out<T[K]> } }, CS extends StandardSchemaV1 ? Out<CS> : unknown> {
  const compiled = compile(policy, includedIn(policy));
  return policyOf({ compiled, judge: (call) => judge(compiled, call), versionFor: () => compiled });
}

function includedIn(policy: { readonly include?: unknown }): readonly CompiledPolicy[] {
  const { include = [] } = policy ?? {};
  if (!Array.isArray(include)) return [];
  return include.map((each: unknown, index) => {
    const internals = typeof each === "object" && each !== null ? policyInternals(each as Policy) : undefined;
    if (!internals) throw new CountersignError("POLICY_INVALID", { path: `include.${index}` }, { note: "Name what definePolicy made." });
    return internals.compiled;
  });
}

/** Reads arguments by the schema of the rule for this tool. Undefined: it has none. */
export function parseByRule(policy: PolicyInternals, call: Pick<CheckedCall, "namespace" | "tool">): ParseArgs | undefined {
  const { schema } = ruleOf(policy.versionFor(call), call);
  return schema && ((args) => parseWith(schema, args));
}

function matchRequest<A>(compiled: CompiledPolicy, request: ApprovalRequest, tool: string): A | undefined {
  const rule = allRules(compiled).find(({ name }) => name.text === tool);
  if (!rule || !(addressOf(request) === tool || rule.name.matches(addressOf(request)))) return undefined;
  if (!rule.schema) return request.proposal.args as A;
  const parsed = parseWith(rule.schema, request.proposal.args);
  return "value" in parsed ? (parsed.value as A) : undefined;
}
