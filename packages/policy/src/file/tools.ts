import { addressed, didYouMean, ruleName, type RuleName } from "@countersign/core/policy";
import type { Problem } from "../problem.ts";
import { maskedAt } from "./facts.ts";
import type { Rule } from "./schema.ts";
import { names, type ToolSchemas } from "./scope.ts";
import type { Yaml } from "./yaml.ts";

/** Rules of tools that don't exist, rules that are there twice in other words, and masks of fields that don't exist. */
export function toolProblems(yaml: Yaml, rules: ReadonlyMap<string, Rule>, tools: ToolSchemas | undefined): readonly Problem[] {
  const seen = new Map<string, string>();
  return [...rules].flatMap(([name, rule]) => {
    const plain = name.replaceAll(/\*+/g, "*");
    const same = seen.get(plain);
    seen.set(plain, name);
    return [
      ...(same === undefined
        ? []
        : [yaml.keyProblem("error", `${name} names the same tools as ${same}. Keep one of them.`, ["tools", name])]),
      ...(tools ? unknownName(yaml, name, tools) : []),
      ...(tools && typeof rule === "object" ? unknownMasks(yaml, name, rule.redact ?? [], tools) : []),
    ];
  });
}

function unknownName(yaml: Yaml, name: string, tools: ToolSchemas): readonly Problem[] {
  const words = misspelt(name, tools);
  return words === undefined ? [] : [yaml.keyProblem("error", words, ["tools", name])];
}

/** What to say of a name that no tool has; undefined: one has it. */
export function misspelt(name: string, tools: ToolSchemas): string | undefined {
  const addresses = Object.keys(tools);
  const isNet = !/[^*/]/.test(name);
  if (isNet || addresses.some((address) => names(name, address))) return undefined;
  return `There is no tool ${name}.${didYouMean(name, [...addresses, ...addresses.map((address) => addressed(address).tool)])}`;
}

function unknownMasks(yaml: Yaml, name: string, paths: readonly string[], tools: ToolSchemas): readonly Problem[] {
  const schemas = Object.keys(tools).flatMap((address) => (names(name, address) ? [tools[address]] : []));
  return paths.flatMap((path, index) =>
    schemas.length === 0 || schemas.some((schema) => maskedAt(schema, path.split(".").slice(1)))
      ? []
      : [yaml.problem("error", `There is no ${path}.`, ["tools", name, "redact", index])],
  );
}

/** A net for tools to come is no mistake, so this is only told. */
export function unreachable(yaml: Yaml, rules: ReadonlyMap<string, Rule>, tools: ToolSchemas): readonly Problem[] {
  const byName = [...rules.keys()].map(ruleName).sort((a, b) => b.specificity - a.specificity);
  const reached = new Set(Object.keys(tools).flatMap((address) => mostSpecific(byName, address)));
  return [...rules.keys()].flatMap((name) =>
    reached.has(name) || !Object.keys(tools).some((address) => names(name, address))
      ? []
      : [yaml.keyProblem("warning", "This rule is never used: each of its tools has a more specific one.", ["tools", name])],
  );
}

/** The rules of one file that are used for a tool. */
function mostSpecific(byName: readonly RuleName[], address: string): readonly string[] {
  const { namespace, tool } = addressed(address);
  const among = (rules: readonly RuleName[], wanted: string): readonly string[] => {
    const found = rules.filter((rule) => rule.matches(wanted));
    return found.filter(({ specificity }) => specificity === found[0]?.specificity).map(({ text }) => text);
  };
  if (namespace === undefined) return among(byName, address);
  const isNamespaced = ({ text }: RuleName): boolean => text.includes("/");
  const found = among(byName.filter(isNamespaced), address);
  return found.length > 0
    ? found
    : among(
        byName.filter((rule) => !isNamespaced(rule)),
        tool,
      );
}
