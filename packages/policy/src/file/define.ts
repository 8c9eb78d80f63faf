import { definePolicy, isCountersignError, type GuardRail, type Policy, type StandardSchemaV1, type ToolRule } from "@countersign/core";
import type { Problem } from "../problem.ts";
import type { Condition, Predicate } from "../cel/condition.ts";
import type { Compiled } from "./conditions.ts";
import { countsHistory, type CompiledRule } from "./rule.ts";
import type { CompiledRail } from "./rail.ts";
import type { PolicyDocument } from "./schema.ts";
import { schemaOf } from "./scope.ts";
import type { Setting } from "./setting.ts";
import { valueAt } from "./words.ts";
import type { Path } from "./yaml.ts";

/** A file's parts, compiled. */
export interface Parts {
  readonly document: Omit<PolicyDocument, "tools" | "always">;
  readonly rules: readonly CompiledRule[];
  readonly rails: readonly CompiledRail[];
}

/** The file as definePolicy takes it. What core finds wrong is added to `problems`. */
export function define(setting: Setting, parts: Parts, include: readonly Policy[], problems: Problem[]): Policy | undefined {
  const { document, rules, rails } = parts;
  const { default: fallback, review, remember } = document;
  const definition = {
    ...(setting.context && { context: setting.context }),
    ...(fallback && { default: fallback }),
    ...(review && { review }),
    ...(remember && { remember }),
    ...(rails.length > 0 && { always: rails.map(guardRail) }),
    ...(include.length > 0 && { include }),
    tools: Object.fromEntries(rules.map((rule) => [rule.name, toolRule(setting, rule)])),
  };
  try {
    return definePolicy(definition as {});
  } catch (error) {
    if (!isCountersignError(error, "POLICY_INVALID")) throw error;
    const path = placeOf(setting, pathOf(error.details.path, rules.map(({ name }) => name))); // prettier-ignore
    problems.push(setting.yaml.problem("error", error.message.replace(/^The policy is invalid at .*?\. (?=\S)/, ""), path));
    return undefined;
  }
}

function toolRule(setting: Setting, rule: CompiledRule): ToolRule<StandardSchemaV1, unknown> {
  if (rule.rule === "allow" || rule.rule === "deny") return rule.rule;
  const { tiers, deny, isTiered, review, describe, redact, history } = rule;
  const [only] = tiers;
  const args = schemaOf(setting.tools, rule.name);
  const built = {
    ...(args && { args }),
    ...(deny && { deny: holding(deny) }),
    ...(isTiered && { ask: tiers.map(({ condition, review: own }) => ({ ...asking(condition), ...(own && { review: own }) })) }),
    ...(!isTiered && only && { ask: holding(only.condition) }),
    ...(review && { review }),
    ...(describe && { describe }),
    ...(typeof rule.rule === "object" && rule.rule.idempotent !== undefined && { idempotent: rule.rule.idempotent }),
    ...(redact.length > 0 && { redact }),
    ...(history && { history: true }),
  };
  // The types can't follow which parts are there; definePolicy looks again.
  return built as unknown as ToolRule<StandardSchemaV1, unknown>;
}

function guardRail({ rail, condition }: CompiledRail): GuardRail<unknown> {
  const { tools, deny, review } = rail;
  const history = countsHistory([condition]) ? { history: true } : {};
  const about = { ...(tools && { tools }), ...asking(condition), ...history };
  return deny ? { ...about, deny } : { ...about, ask: true, ...(review && { review }) };
}

/** Where core has a place for the reason beside the condition. */
function asking({ when, reason }: Compiled): { readonly when: true | Predicate; readonly reason?: string } {
  return { when: predicate(when), ...(reason !== undefined && { reason }) };
}

/** Where the condition says its reason itself. */
function holding({ when, reason }: Compiled): true | Predicate {
  const made = predicate(when);
  if (reason === undefined || made === true) return made;
  const holds: Predicate = (call) => made(call) && reason;
  return Object.assign(holds, { toString: () => JSON.stringify([String(made), reason]) });
}

function predicate(when: true | Condition | undefined): true | Predicate {
  return when === undefined || when === true ? true : when.predicate();
}

/** The path in an error is joined by dots, and a tool's name may have dots of its own. */
function pathOf(path: string, names: readonly string[]): Path {
  // It stands in another file: what is said of it names the place there.
  const included = /^include\[(\d+)\]/.exec(path);
  if (included) return ["include", Number(included[1])];
  const rail = /^always\[(\d+)\]\.?(.*)$/.exec(path);
  if (rail) return ["always", Number(rail[1]), ...(rail[2] ?? "").split(".").filter(Boolean)];
  const name = names
    .filter((candidate) => path === `tools.${candidate}` || path.startsWith(`tools.${candidate}.`))
    .sort((a, b) => b.length - a.length)[0];
  if (name === undefined) return path.split(".");
  return ["tools", name, ...path.slice(`tools.${name}.`.length).split(".").filter(Boolean)];
}

/** What an included file says and this one doesn't stands where it is included. */
function placeOf({ yaml }: Setting, path: Path): Path {
  const isHere = path.length < 2 || valueAt(yaml.value, path.slice(0, 2)) !== undefined;
  return isHere || valueAt(yaml.value, ["include"]) === undefined ? path : ["include"];
}
