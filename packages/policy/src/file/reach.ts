import { quorumOf, type ReviewTerms } from "@countersign/core";
import { ruleName } from "@countersign/core/policy";
import type { Expression } from "../cel/expression.ts";
import { implies } from "../cel/range.ts";
import type { Problem } from "../problem.ts";
import type { Compiled } from "./conditions.ts";
import { covers, type CompiledRail } from "./rail.ts";
import type { FileRail } from "./schema.ts";
import type { CompiledRule } from "./rule.ts";
import { names } from "./scope.ts";
import type { Setting } from "./setting.ts";

type Part = Pick<Compiled, "when" | "expression">;

/** Does the second hold whenever the first does? */
function covered({ constants }: Setting, first: Part, second: Part): boolean {
  if (second.expression) return first.expression !== undefined && implies(first.expression.expr, second.expression.expr, constants);
  return second.when !== undefined;
}

/** What a rule says and what never comes to matter, because something before it holds then as well. */
export function unreachedTiers(setting: Setting, rule: CompiledRule): readonly Problem[] {
  const { yaml } = setting;
  return rule.tiers.flatMap(({ condition, path }, index) => {
    const at = rule.isTiered ? (condition.expression ? condition.path : path) : ["tools", rule.name, "ask"];
    const never = (why: string): readonly Problem[] => [yaml.problem("error", `This is never reached: ${why}`, at)];
    if (rule.deny && covered(setting, condition, rule.deny))
      return never(rule.deny.expression ? "`deny` denies all that it would ask about." : "`deny` denies everything.");
    const before = rule.tiers.findIndex((other, place) => place < index && covered(setting, condition, other.condition));
    const first = rule.tiers[before];
    if (!first) return looserTier(setting, rule, index);
    if (!first.condition.expression) return never(`tier ${before + 1} always asks. Put this one before it.`);
    const isSame = covered(setting, first.condition, condition);
    return never(
      `tier ${before + 1} asks about all of it. ${isSame ? "Keep one of them." : "Put this one before it: the first that holds asks."}`,
    );
  });
}

/** One that holds for less comes first because it is stricter. */
function looserTier(setting: Setting, { tiers, review }: CompiledRule, index: number): readonly Problem[] {
  const tier = tiers[index];
  const signatures = (terms: ReviewTerms | undefined): number => quorumOf({ ...review, ...terms });
  const stricter = tiers.findIndex(
    (other, place) =>
      place > index && tier && covered(setting, tier.condition, other.condition) && signatures(tier.review) < signatures(other.review),
  );
  const later = tiers[stricter];
  if (!tier || !later) return [];
  const message = `This tier holds for less than tier ${stricter + 1}, and asks for fewer signatures: ${signatures(tier.review)} instead of ${signatures(later.review)}.`;
  return [setting.yaml.problem("warning", message, tier.path)];
}

/** Guard rails that make a rule, or a later guard rail, pointless. All of one file: each has its own constants. */
export function pointless(setting: Setting, rules: readonly CompiledRule[], rails: readonly CompiledRail[]): readonly Problem[] {
  return [...rules.flatMap((rule) => pointlessRule(setting, rule, rails)), ...rails.flatMap((rail) => pointlessRail(setting, rail, rails))];
}

function pointlessRule(setting: Setting, rule: CompiledRule, rails: readonly CompiledRail[]): readonly Problem[] {
  const { yaml } = setting;
  const told = rails.filter(({ rail }) => covers(rail, rule.name));
  const denies = (part: Part): CompiledRail | undefined =>
    told.find(({ rail, condition }) => rail.deny && covered(setting, part, condition));
  const placeOf = ({ index, path }: CompiledRail): string => `always[${index}] (line ${yaml.problem("error", "", path).line})`;
  const always = denies({ when: true, expression: undefined });
  if (always && rule.rule !== "deny" && rule.deny?.when !== true)
    return [yaml.keyProblem("warning", `This rule never matters: the guard rail ${placeOf(always)} denies all of its calls.`, rule.path)];
  const asks = told.find(({ rail, condition }) => rail.ask && covered(setting, { when: true, expression: undefined }, condition));
  if (asks && rule.rule === "allow")
    return [yaml.keyProblem("warning", `This never allows: the guard rail ${placeOf(asks)} asks about all of its calls.`, rule.path)];
  return rule.tiers.flatMap(({ condition, path }) => {
    const rail = condition.expression && denies(condition);
    const words = rail && `This is never asked: the guard rail ${placeOf(rail)} denies all of it.`;
    return words === undefined ? [] : [yaml.problem("warning", words, rule.isTiered ? path : condition.path)];
  });
}

function pointlessRail(
  setting: Setting,
  { index, rail, condition, path }: CompiledRail,
  rails: readonly CompiledRail[],
): readonly Problem[] {
  const earlier = rails.find(
    (other) =>
      other.index < index &&
      (other.rail.deny || (rail.ask && saysOf(other.rail) === saysOf(rail))) &&
      (rail.tools ?? ["*"]).every((name) => covers(other.rail, name)) &&
      covered(setting, condition, other.condition),
  );
  if (!earlier) return [];
  const does = earlier.rail.deny ? "denies" : "asks about";
  return [setting.yaml.problem("error", `This guard rail never matters: always[${earlier.index}] ${does} all of it.`, path)];
}

function saysOf({ reason, review }: FileRail): string {
  return JSON.stringify({ reason, review });
}

/** A wildcard's denial doesn't hold for a tool that has a more specific rule: that is often forgotten. */
export function replacedDenials(setting: Setting, rules: readonly CompiledRule[], rails: readonly CompiledRail[]): readonly Problem[] {
  const { yaml } = setting;
  const denying = rules.filter(({ name, deny }) => name.includes("*") && deny && (/[^*/]/.test(name) || deny.expression));
  return denying.flatMap((wide) => {
    const { deny, name } = wide;
    const kept = (rule: CompiledRule): boolean =>
      (rule.deny !== undefined && deny !== undefined && covered(setting, deny, rule.deny)) ||
      rails.some(({ rail, condition }) => rail.deny && covers(rail, rule.name) && deny && covered(setting, deny, condition));
    const { line, column } = yaml.keyProblem("error", "", wide.path);
    return rules
      .filter((rule) => isMoreSpecific(rule, wide) && names(name, rule.name) && !kept(rule))
      .map((rule) =>
        yaml.keyProblem(
          "warning",
          `This rule replaces ${name} (${line}:${column}), so what ${name} denies is not denied here. If it should be, write a guard rail: ${asRail(name, deny?.expression)}.`,
          rule.path,
        ),
      );
  });
}

/** Of two that are equally specific, both hold. */
function isMoreSpecific(a: CompiledRule, b: CompiledRule): boolean {
  return ruleName(a.name).specificity > ruleName(b.name).specificity;
}

function asRail(name: string, expression: Expression | undefined): string {
  const tools = /[^*/]/.test(name) ? `tools: ["${name}"], ` : "";
  return `always: [{ ${tools}${expression ? `when: …, ` : ""}deny: true }]`;
}
