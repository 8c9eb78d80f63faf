import type { ReviewTerms } from "../contract/terms.ts";
import type { CompiledRail, CompiledRule, Layer } from "./compiled.ts";
import { mayConcern, overlaps } from "./names.ts";
import { invalid, keeping } from "./review.ts";
import { tightened } from "./tighten.ts";

/** Terms, and what says them, for people. */
interface Placed {
  readonly at: readonly string[];
  readonly terms: ReviewTerms;
}

/**
 * Guard rails and included policies add their terms to those of a rule: together they have to leave somebody who can sign.
 * @throws POLICY_INVALID that names both
 */
export function refuseUnmeetable(layers: readonly Layer[], fallback: CompiledRule): void {
  for (const [index, layer] of layers.entries()) {
    for (const rule of layer.rules) {
      const others = layers.slice(index + 1).flatMap(({ rules }) => rules.filter(({ name }) => overlaps(name, rule.name)));
      const rails = layers.flatMap((each) => each.rails.filter((rail) => isAbout(rail, rule)));
      for (const tier of tiersOf(rule)) {
        for (const other of others.flatMap(tiersOf)) {
          const both = tightened(tier.terms, other.terms, undefined);
          if (!both) throw refusal(tier, other.at.join("."));
          refuseBehind({ ...tier, terms: both }, rails);
        }
        refuseBehind(tier, rails);
      }
    }
  }
  const [asking] = tiersOf(fallback);
  const rails = layers.flatMap((layer) => layer.rails.filter(({ denies }) => !denies));
  if (asking) refuseBehind({ ...asking, at: ["default"] }, rails);
}

function tiersOf({ name, ask, isTiered }: CompiledRule): readonly Placed[] {
  return ask.map(({ terms }, index) => ({ at: ["tools", name.text, ...(isTiered ? ["ask", String(index)] : [])], terms }));
}

function isAbout({ tools, denies }: CompiledRail, { name }: CompiledRule): boolean {
  return !denies && (tools === undefined || tools.some((tool) => mayConcern(tool, name)));
}

function refuseBehind({ at, terms }: Placed, rails: readonly CompiledRail[]): void {
  let tight = terms;
  for (const rail of rails) {
    const both = keeping(tight, rail.adds);
    if (!both) throw refusal({ at: placeOf(rail), terms }, at.join("."));
    tight = both;
  }
}

function placeOf({ at }: CompiledRail): readonly string[] {
  return [at, "review"];
}

function refusal({ at }: Placed, other: string): Error {
  return invalid(at, `Nobody could sign under these terms and those of ${other}, and such a call has to meet both. Change one of them.`);
}
