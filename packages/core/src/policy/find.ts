import type { CheckedCall } from "./checked-call.ts";
import type { CompiledPolicy, CompiledRail, CompiledRule, Layer } from "./compiled.ts";
import { addressOf, isNamespaced, overlaps, speaksOf, type RuleName } from "./names.ts";

type Addressed = Pick<CheckedCall, "namespace" | "tool">;

/** The rules of a layer that name a tool; several only if they are equally specific. */
export function rulesIn(layer: Layer, call: Addressed): readonly CompiledRule[] {
  const address = addressOf(call);
  const exact = layer.exact.get(address);
  if (exact) return [exact];
  if (call.namespace === undefined) return mostSpecific(layer.rules, address);
  const rules = mostSpecific(layer.namespaced, address);
  return rules.length > 0 ? rules : mostSpecific(layer.plain, call.tool);
}

/** The rules that name a tool, of all layers. Empty: the default holds. */
export function rulesFor({ layers }: CompiledPolicy, call: Addressed): readonly CompiledRule[] {
  return layers.flatMap((layer) => rulesIn(layer, call));
}

/** Like a question, a guard rail holds in every namespace. */
export function isAbout({ tools }: CompiledRail, call: Addressed): boolean {
  return tools === undefined || tools.some((name) => speaksOf(name, call));
}

/** The rule whose schema and properties hold for this call: the policy's own, before those of what it includes. */
export function ruleOf({ layers, fallback }: CompiledPolicy, call: Addressed): CompiledRule {
  for (const layer of layers) {
    const address = addressOf(call);
    const [rule] = call.namespace === undefined ? mostSpecific(layer.rules, address) : mostSpecific(layer.namespaced, address);
    const found = layer.exact.get(address) ?? rule;
    if (found) return found;
  }
  return fallback;
}

/** What is masked of this call's arguments. Like a question, a mask holds in every namespace; undefined: nothing. */
export function redactionOf(policy: CompiledPolicy, call: Addressed): readonly string[] | undefined {
  const paths = new Set(rulesFor(policy, call).flatMap(({ redact }) => redact));
  return paths.size > 0 ? [...paths] : undefined;
}

/** Does the verdict on this call depend on what ran in its thread before? */
export function countsHistory({ layers }: CompiledPolicy, call: Addressed): boolean {
  return layers.some(
    (layer) => rulesIn(layer, call).some(({ history }) => history) || layer.rails.some((rail) => rail.history && isAbout(rail, call)),
  );
}

/** Is every call that this name stands for recorded if it runs? A count of the others would be too small. */
export function isOnRecord({ layers, fallback }: CompiledPolicy, name: RuleName): boolean {
  // Of what several layers say of a call, the strictest holds: one that records it is enough.
  return layers.some((layer) => isRecordedBy(layer, layers.length > 1 ? undefined : fallback, name));
}

function isRecordedBy({ rules, rails }: Layer, fallback: CompiledRule | undefined, name: RuleName): boolean {
  const covers = (each: RuleName): boolean => each.text === name.text || each.matches(name.text);
  if (rails.some(({ history, tools }) => history && (tools?.some(covers) ?? true))) return true;
  const records = ({ history, ask, deny }: CompiledRule): boolean => history || deny === true || ask.some(({ when }) => when === true);
  const others = fallback !== undefined && records(fallback);
  for (const rule of rules) {
    if (!overlaps(rule.name, name)) continue;
    if (!records(rule)) return false;
    if (!rule.name.matches(name.text)) continue;
    // It covers the whole name, and less specific rules never get to it; but a plain rule allows nothing in a namespace.
    return isNamespaced(rule) || !/[*/]/.test(name.text) || others;
  }
  return others;
}

/** Several only if they are equally specific. */
function mostSpecific(rules: readonly CompiledRule[], address: string): readonly CompiledRule[] {
  const first = rules.find(({ name }) => name.matches(address));
  return first ? rules.filter(({ name }) => name.specificity === first.name.specificity && name.matches(address)) : [];
}
