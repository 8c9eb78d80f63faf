import { isObject } from "../canonical/changes.ts";
import type { JsonObject } from "../contract/json.ts";
import { confirmedPaths, type ReviewTerms } from "../contract/terms.ts";
import type { CompiledRule, Layer } from "./compiled.ts";
import { mayConcern, overlaps } from "./names.ts";
import { invalid } from "./review.ts";

/**
 * What a reviewer types has to be one value that they see.
 * @throws POLICY_INVALID
 */
export function refuseUnconfirmable(layers: readonly Layer[]): void {
  const rules = layers.flatMap((layer) => layer.rules);
  const confirming = layers.flatMap(({ rails }) => rails.filter(({ denies, terms }) => !denies && confirmedPaths(terms).length > 0));
  for (const rule of rules) {
    for (const [index, { terms }] of rule.ask.entries())
      refuse(terms, rule, ["tools", rule.name.text, ...(rule.isTiered ? ["ask", String(index)] : [])], rules);
    for (const { at, tools, terms } of confirming)
      if (tools?.some((tool) => mayConcern(tool, rule.name)) ?? true) refuse(terms, rule, [at], rules);
  }
}

function refuse(terms: ReviewTerms, { name, argsSchema }: CompiledRule, at: readonly string[], rules: readonly CompiledRule[]): void {
  const paths = confirmedPaths(terms);
  if (paths.length === 0) return;
  const place = [...at, "review", "confirm"];
  // Masks of all policies add up.
  const redact = rules.flatMap((rule) => (overlaps(rule.name, name) ? rule.redact : []));
  for (const path of paths) {
    const keys = path.split(".").slice(1);
    if (redact.some((hidden) => meets(hidden.split(".").slice(1), keys)))
      throw invalid(place, `${path} of ${name.text} is masked (redact), so nobody could read what they type. Confirm another value.`);
    if (argsSchema && !isOneValue(argsSchema, keys))
      throw invalid(place, `${path} of ${name.text} is not one value: a text, a number or a yes or no. Name the path of one.`);
  }
}

/** Does a mask hide the value at a path, or some of it? */
function meets(hidden: readonly string[], keys: readonly string[]): boolean {
  return keys.every((key, index) => hidden[index] === undefined || hidden[index] === "*" || hidden[index] === key);
}

/** As far as the schema tells: one that leaves it open may be right. */
function isOneValue(schema: JsonObject, keys: readonly string[]): boolean {
  const [key, ...rest] = keys;
  const { type, properties, additionalProperties } = schema;
  if (key === undefined) return type !== "object" && type !== "array";
  if (type === "array") return true;
  if (typeof type === "string" && type !== "object") return false;
  const known = isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  return isObject(known) ? isOneValue(known, rest) : additionalProperties !== false || !isObject(properties);
}
