import { confirmedPaths, quorumOf, type ReviewTerms } from "@countersign/core";
import { lateNotices } from "@countersign/core/policy";
import { show, type Type } from "../cel/type.ts";
import type { Problem } from "../problem.ts";
import { elementAt } from "./facts.ts";
import { covers, type CompiledRail } from "./rail.ts";
import type { CompiledRule } from "./rule.ts";
import { names, type ToolSchemas } from "./scope.ts";
import type { Setting } from "./setting.ts";
import type { Path } from "./yaml.ts";

/** Terms as they are written at one place. */
interface Placed {
  readonly path: Path;
  readonly terms: ReviewTerms | undefined;
}

/** Everything that is wrong with the terms of a file. `above`: what the files that it includes write at their top. */
export function termProblems(
  setting: Setting,
  top: ReviewTerms | undefined,
  rules: readonly CompiledRule[],
  rails: readonly CompiledRail[],
  above: readonly (ReviewTerms | undefined)[],
): readonly Problem[] {
  const outside: Placed = { path: ["review"], terms: top };
  const anyRail = rails.filter(({ rail, condition }) => rail.ask && !condition.expression && !isOpen(rail.review ?? {}));
  const isNamedAbove = above.some((terms) => terms && !isOpen(terms));
  const isNamed = (rule: string): boolean => isNamedAbove || anyRail.some(({ rail }) => covers(rail, rule));
  return [
    ...lateIn(setting, [outside]),
    ...withoutEffect(setting, above, [outside, ...rules.flatMap(placesOf), ...rails.map(placeOf)]),
    ...rules.flatMap((rule) => ruleProblems(setting, outside, rule, isNamed(rule.name))),
    ...rails.flatMap((rail) => railProblems(setting, outside, rail, rules, isNamedAbove)),
  ];
}

function placesOf({ path, review, isTiered, tiers }: CompiledRule): readonly Placed[] {
  const own: Placed = { path: [...path, "review"], terms: review };
  return isTiered ? [own, ...tiers.map((tier) => ({ path: [...tier.path, "review"], terms: tier.review }))] : [own];
}

function placeOf({ path, rail }: CompiledRail): Placed {
  return { path: [...path, "review"], terms: rail.review };
}

/** What an included file demands at its top can only be tightened. */
function withoutEffect({ yaml }: Setting, above: readonly (ReviewTerms | undefined)[], places: readonly Placed[]): readonly Problem[] {
  const asks = above.some((terms) => terms?.fourEyes);
  const forbids =
    asks || above.some((terms) => terms && (terms.batch === false || quorumOf(terms) > 1 || confirmedPaths(terms).length > 0));
  const tell = (path: Path, why: string): Problem =>
    yaml.problem("warning", `This has no effect: ${why} at the top of an included file. Leave it out.`, path);
  return places.flatMap(({ path, terms }) => [
    ...(asks && terms?.fourEyes === false ? [tell([...path, "fourEyes"], "`fourEyes: true` stands")] : []),
    ...(forbids && terms?.batch ? [tell([...path, "batch"], "terms that rule out a batch stand")] : []),
  ]);
}

function ruleProblems(setting: Setting, outside: Placed, rule: CompiledRule, isNamed: boolean): readonly Problem[] {
  const own: Placed = { path: [...rule.path, "review"], terms: rule.review };
  const problems = [...lateIn(setting, [own, outside])];
  for (const tier of rule.tiers) {
    const chain = [...(rule.isTiered ? [{ path: [...tier.path, "review"], terms: tier.review }] : []), own, outside];
    if (rule.isTiered) problems.push(...lateIn(setting, chain));
    problems.push(...confirmProblems(setting, chain, [rule.name], [rule]));
    const at = rule.isTiered ? tier.path : typeof rule.rule === "string" ? rule.path : [...rule.path, "ask"];
    if (!isNamed) problems.push(...openProblems(setting, chain, at));
  }
  return problems;
}

function railProblems(
  setting: Setting,
  outside: Placed,
  rail: CompiledRail,
  rules: readonly CompiledRule[],
  isNamed: boolean,
): readonly Problem[] {
  if (!rail.rail.ask) return [];
  const own: Placed = { path: [...rail.path, "review"], terms: rail.rail.review };
  const about = rules.filter(({ name }) => (rail.rail.tools ?? ["*"]).some((tool) => names(tool, name) || names(name, tool)));
  return [
    ...lateIn(setting, [own, outside]),
    ...confirmProblems(setting, [own], rail.rail.tools ?? ["*"], about),
    ...(isNamed ? [] : openProblems(setting, [own, outside], rail.path)),
  ];
}

/** Reminders and escalations that come too late: those that the first of the places names itself. */
function lateIn({ yaml }: Setting, chain: readonly Placed[]): readonly Problem[] {
  const [own] = chain;
  if (!own?.terms) return [];
  const expiresIn = chain.find(({ terms }) => terms?.expiresIn !== undefined)?.terms?.expiresIn;
  return lateNotices({ ...own.terms, expiresIn }).map((at) =>
    yaml.problem(
      "error",
      `This ${at[0] === "remind" ? "reminder" : "escalation"} comes after the request has expired. Write a shorter time, or a longer \`expiresIn\`.`,
      [...own.path, ...at],
    ),
  );
}

function isOpen({ roles, reviewers, quorum }: ReviewTerms): boolean {
  if (typeof quorum === "object") return quorum.every((group) => isOpen({ roles: group.roles, reviewers: group.reviewers }));
  return roles === undefined && reviewers === undefined;
}

function openProblems({ yaml }: Setting, chain: readonly Placed[], path: Path): readonly Problem[] {
  const terms = chain.reduceRight<ReviewTerms>((all, each) => ({ ...all, ...each.terms }), {});
  const canSign = !terms.decisions || terms.decisions.some((decision) => decision !== "reject");
  if (!isOpen(terms) || !canSign) return [];
  const who = terms.fourEyes ? "anybody but whoever asked may sign" : "anybody may sign, and whoever asked as well";
  const message = `Nobody is named here, so ${who}. Write \`review: { roles: [finance] }\`.`;
  return [typeof path.at(-1) === "number" ? yaml.problem("warning", message, path) : yaml.keyProblem("warning", message, path)];
}

/** What a reviewer types has to be one value, there and to be seen. */
function confirmProblems(
  setting: Setting,
  chain: readonly Placed[],
  of: readonly string[],
  rules: readonly CompiledRule[],
): readonly Problem[] {
  const writing = chain.find(({ terms }) => terms?.confirm !== undefined);
  const { confirm = [] } = writing?.terms ?? {};
  const paths: readonly string[] = typeof confirm === "string" ? [confirm] : confirm;
  return paths.flatMap((path, index) => {
    const at = [...(writing?.path ?? []), "confirm", ...(typeof confirm === "string" ? [] : [index])];
    const words = maskedWords(path, rules) ?? typeWords(path, setting.tools, of);
    return words === undefined ? [] : [setting.yaml.problem(words.severity, words.message, at)];
  });
}

type Words = Pick<Problem, "severity" | "message">;

function maskedWords(path: string, rules: readonly CompiledRule[]): Words | undefined {
  const keys = path.split(".");
  const hides = (mask: string): boolean => mask.split(".").every((key, index) => key === "*" || key === keys[index]);
  const rule = rules.find(({ redact }) => redact.some(hides));
  if (!rule) return undefined;
  return { severity: "error", message: `Reviewers see a mask at ${path} of ${rule.name}, so nobody can type it. Confirm another value.` };
}

function typeWords(path: string, tools: ToolSchemas | undefined, of: readonly string[]): Words | undefined {
  const addresses = Object.keys(tools ?? {}).filter((address) => of.some((name) => names(name, address)));
  if (addresses.length === 0) return undefined;
  const found = addresses.map((address) => ({ address, type: elementAt(tools?.[address], path.split(".").slice(1)) }));
  const missing = found.find(({ type }) => type === undefined);
  const several = found.find(({ type }) => type && isSeveral(type));
  if (several?.type)
    return { severity: "error", message: `${path} is ${show(several.type)}. Confirm one value: a text, a number, true or false.` };
  if (!missing) return undefined;
  if (found.every(({ type }) => type === undefined)) return { severity: "error", message: `There is no ${path}.` };
  return {
    severity: "warning",
    message: `${missing.address} has no ${path}, so nobody could sign its calls. Write \`confirm\` where the tools have it.`,
  };
}

function isSeveral(type: Type): boolean {
  return type !== "any" && type.length > 0 && type.every(({ kind }) => kind !== "scalar");
}
