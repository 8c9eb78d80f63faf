import type { Embedded } from "../cel/template.ts";
import { pathOf, readsOf } from "../cel/reads.ts";
import type { Problem } from "../problem.ts";
import type { Compiled } from "./conditions.ts";
import { covers, type CompiledRail } from "./rail.ts";
import type { CompiledRule } from "./rule.ts";
import type { Setting } from "./setting.ts";

/** Reasons are read by people, so one that reads what a rule masks is made of the mask. */
export function maskedReasons(setting: Setting, rules: readonly CompiledRule[], rails: readonly CompiledRail[]): readonly Problem[] {
  const own = rules.flatMap((rule) => {
    const conditions = [...(rule.deny ? [rule.deny] : []), ...rule.tiers.map(({ condition }) => condition)];
    return conditions.flatMap((condition) => readsOfMasks(setting, condition, rule, ""));
  });
  const behind = rails.flatMap(({ rail, condition }) =>
    rules.filter(({ name }) => covers(rail, name)).flatMap((rule) => readsOfMasks(setting, condition, rule, ` of ${rule.name}`)),
  );
  return [...own, ...behind];
}

function readsOfMasks({ yaml }: Setting, { said }: Compiled, { redact }: CompiledRule, whose: string): readonly Problem[] {
  if (!said || redact.length === 0) return [];
  const masks = redact.map((path) => path.split("."));
  const isHidden = (path: readonly string[]): boolean =>
    masks.some((mask) => mask.every((key, index) => path[index] !== undefined && (key === "*" || key === path[index])));
  return said.text.parts
    .filter((part) => typeof part !== "string")
    .flatMap(({ expression, at }: Embedded) =>
      readsOf(expression.expr).flatMap((read) => {
        const path = pathOf(read);
        if (!path || !isHidden(path)) return [];
        const message = `${path.join(".")}${whose} is masked (redact), and the reason shows the mask.`;
        return [yaml.problem("warning", message, said.path, at + expression.offsetOf(read))];
      }),
    );
}
