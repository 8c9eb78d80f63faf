import type { JsonObject, StandardSchemaV1 } from "../contract/json.ts";
import type { ReviewTerms } from "../contract/terms.ts";
import type { RuleName } from "./names.ts";

/** A function of the call, whatever its types: rules of all schemas stand in one list. */
export type AnyCondition = (call: never) => unknown;

/** One way in which a rule asks. */
export interface CompiledTier {
  readonly when: true | AnyCondition;
  /** In the place of what the condition says. */
  readonly reason: string | undefined;
  readonly terms: ReviewTerms;
}

/** One rule, ready to be applied. A word such as "ask" has become the condition that always holds. */
export interface CompiledRule {
  readonly name: RuleName;
  readonly schema: StandardSchemaV1 | undefined;
  readonly argsSchema: JsonObject | undefined;
  readonly idempotent: boolean;
  /** Its conditions count what ran in the thread before: the verdict needs {@link CheckedCall.history}. */
  readonly history: boolean;
  /** Paths of the arguments that are masked for reviewers and in the audit trail. */
  readonly redact: readonly string[];
  readonly describe: AnyCondition | undefined;
  readonly deny: true | AnyCondition | undefined;
  /** The strictest first. Empty: it never asks. */
  readonly ask: readonly CompiledTier[];
  /** Was `ask` written as a list? Then requests say which of them asked. */
  readonly isTiered: boolean;
  /** Its own, for what asks in its place: a framework. */
  readonly terms: ReviewTerms;
}

/** What holds whatever a rule says. */
export interface CompiledRail {
  /** Where it stands, such as `always[0]`. */
  readonly at: string;
  /** Undefined: all tools. */
  readonly tools: readonly RuleName[] | undefined;
  readonly when: true | AnyCondition;
  readonly denies: boolean;
  readonly reason: string | undefined;
  readonly history: boolean;
  /** Where it asks alone. */
  readonly terms: ReviewTerms;
  /** What it adds to the terms of a rule that asks as well: what it says itself. */
  readonly adds: ReviewTerms;
}

/** The rules of one policy, without those that it includes. */
export interface Layer {
  /** Where it is included, such as `["include[0]"]`. Empty: it is the policy itself. */
  readonly at: readonly string[];
  readonly context: StandardSchemaV1 | undefined;
  /** Most specific first. */
  readonly rules: readonly CompiledRule[];
  /** Those with a namespace in their name, and those without. */
  readonly namespaced: readonly CompiledRule[];
  readonly plain: readonly CompiledRule[];
  /** Rules of tools without wildcards, by address: the common case, found without a search. */
  readonly exact: ReadonlyMap<string, CompiledRule>;
  readonly rails: readonly CompiledRail[];
  /** What it writes at its top: whoever includes it keeps to that. */
  readonly review: ReviewTerms | undefined;
  readonly default: "allow" | "ask" | "deny" | undefined;
  readonly neverRemembers: boolean;
}

export interface CompiledPolicy {
  readonly hash: string;
  readonly context: StandardSchemaV1 | undefined;
  /** Its own, and then those that it includes. */
  readonly layers: readonly Layer[];
  /** For tools that no rule names. */
  readonly fallback: CompiledRule;
  readonly mayAsk: boolean;
}

/** The rules of all layers. */
export function allRules({ layers }: CompiledPolicy): readonly CompiledRule[] {
  return layers.flatMap(({ rules }) => rules);
}
