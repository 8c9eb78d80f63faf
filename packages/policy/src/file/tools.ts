import type { Policy } from "@countersign/core";
import { addressed, didYouMean, policyInternals, rulesFor } from "@countersign/core/policy";
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
      ...(tools ? misspelt(yaml, name, tools) : []),
      ...(tools && typeof rule === "object" ? unknownMasks(yaml, name, rule.redact ?? [], tools) : []),
    ];
  });
}

function misspelt(yaml: Yaml, name: string, tools: ToolSchemas): readonly Problem[] {
  const addresses = Object.keys(tools);
  const isNet = !/[^*/]/.test(name);
  if (isNet || addresses.some((address) => names(name, address))) return [];
  const known = didYouMean(name, [...addresses, ...addresses.map((address) => addressed(address).tool)]);
  return [yaml.keyProblem("error", `There is no tool ${name}.${known}`, ["tools", name])];
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
export function unreachable(yaml: Yaml, policy: Policy, tools: ToolSchemas, rules: ReadonlyMap<string, Rule>): readonly Problem[] {
  const compiled = policyInternals(policy)?.compiled;
  if (!compiled) return [];
  const reached = new Set(Object.keys(tools).flatMap((address) => rulesFor(compiled, addressed(address)).map(({ name }) => name.text)));
  return [...rules.keys()].flatMap((name) =>
    reached.has(name) || !Object.keys(tools).some((address) => names(name, address))
      ? []
      : [yaml.keyProblem("warning", "This rule is never used: each of its tools has a more specific one.", ["tools", name])],
  );
}
