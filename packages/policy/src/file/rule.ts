import type { Description, PolicyCall, ReviewTerms } from "@countersign/core";
import type { Problem } from "../problem.ts";
import { compileCondition, type Compiled } from "./conditions.ts";
import { compileDescription } from "./description.ts";
import type { FileCondition, FileTier, ObjectRule, Rule } from "./schema.ts";
import { argumentTypes, shownTypes } from "./scope.ts";
import type { Setting } from "./setting.ts";
import type { Path } from "./yaml.ts";

/** One way in which a rule asks. */
export interface CompiledTier {
  readonly condition: Compiled;
  /** As it is written there. */
  readonly review: ReviewTerms | undefined;
  /** Of the tier, or of the rule. */
  readonly path: Path;
}

export interface CompiledRule {
  readonly name: string;
  readonly rule: Rule;
  readonly path: Path;
  readonly deny: Compiled | undefined;
  /** One where `ask` is no list. */
  readonly tiers: readonly CompiledTier[];
  readonly isTiered: boolean;
  readonly review: ReviewTerms | undefined;
  readonly redact: readonly string[];
  readonly describe: ((call: PolicyCall) => Description) | undefined;
  /** Does something in it count what ran before? */
  readonly history: boolean;
  readonly problems: readonly Problem[];
}

/** A rule with its conditions and texts compiled, and everything that is wrong with them. */
export function compileRule(setting: Setting, name: string, rule: Rule): CompiledRule {
  const path = ["tools", name];
  const given: ObjectRule = typeof rule === "string" ? wordRule(rule) : rule;
  const deny = given.deny === undefined ? undefined : single(setting, name, "deny", given.deny, given.redact);
  const tiers = tiersOf(setting, name, given);
  const description = compileDescription(setting, name, given);
  const conditions = [...(deny ? [deny] : []), ...tiers.map(({ condition }) => condition)];
  return {
    name,
    rule,
    path,
    deny,
    tiers,
    isTiered: Array.isArray(given.ask),
    review: given.review,
    redact: given.redact ?? [],
    describe: description?.describe,
    history: countsHistory(conditions) || description?.history === true,
    problems: [...conditions.flatMap(({ problems }) => problems), ...(description?.problems ?? [])],
  };
}

export function countsHistory(conditions: readonly Compiled[]): boolean {
  return conditions.some(({ when }) => when !== undefined && when !== true && when.history);
}

function wordRule(word: "allow" | "ask" | "deny"): ObjectRule {
  return word === "allow" ? {} : { [word]: true };
}

function tiersOf(setting: Setting, name: string, { ask, redact }: ObjectRule): readonly CompiledTier[] {
  if (ask === undefined) return [];
  if (!isList(ask)) return [{ condition: single(setting, name, "ask", ask, redact), review: undefined, path: ["tools", name] }];
  const shown = shownTypes(setting.tools, name, redact);
  return ask.map((tier, index) => {
    const path = ["tools", name, "ask", index];
    const { when = true, reason, review } = tier;
    const written = {
      ...{ kind: "ask" as const, setting: "when", when, tier: index + 1 },
      ...{ path: tier.when === undefined ? path : [...path, "when"] },
      ...{ reason: reason === undefined ? undefined : { text: reason, path: [...path, "reason"] } },
    };
    return { condition: compileCondition(setting, written, seenBy(setting, name), shown), review, path };
  });
}

function isList(ask: FileCondition | readonly FileTier[]): ask is readonly FileTier[] {
  return Array.isArray(ask);
}

function single(
  setting: Setting,
  name: string,
  kind: "deny" | "ask",
  given: FileCondition,
  redact: readonly string[] | undefined,
): Compiled {
  const path = ["tools", name, kind];
  const seen = seenBy(setting, name);
  if (typeof given !== "object") return compileCondition(setting, { kind, setting: kind, when: given, path }, seen);
  const reason = { text: given.reason, path: [...path, "reason"] };
  const written = { kind, setting: kind, when: given.when, path: [...path, "when"], reason };
  return compileCondition(setting, written, seen, shownTypes(setting.tools, name, redact));
}

function seenBy(
  { tools }: Setting,
  name: string,
): { readonly of: string; readonly args: ReturnType<typeof argumentTypes>; readonly use: "condition" } {
  return { of: name, args: argumentTypes(tools, name), use: "condition" };
}
