import type { ReviewTerms } from "../contract/terms.ts";
import type { CompiledRail, CompiledRule, Layer } from "./compiled.ts";
import { mayConcern, overlaps, type RuleName } from "./names.ts";
import { invalid, keeping } from "./review.ts";
import { tightened } from "./tighten.ts";

/** Terms, and what says them. */
interface Placed {
  readonly at: readonly string[];
  readonly terms: ReviewTerms;
}

/**
 * Guard rails and included policies add their terms to those of a rule: two that may meet have to leave somebody who can sign.
 * Three that nobody can meet are found by the call that meets them.
 * @throws POLICY_INVALID that names both
 */
export function refuseUnmeetable(layers: readonly Layer[], fallback: CompiledRule): void {
  const met = new Meetings();
  const rails = layers.flatMap((layer) => layer.rails.filter(({ denies }) => !denies));
  for (const [index, layer] of layers.entries())
    for (const rule of layer.rules) {
      const tiers = tiersOf(rule, layer);
      const below = layers.slice(index + 1).flatMap((each) => each.rules.filter(({ name }) => overlaps(name, rule.name)).flatMap((other) => tiersOf(other, each))); // prettier-ignore
      for (const tier of tiers) {
        for (const other of below) met.refuse(tier, other, tightened);
        for (const rail of rails) if (isAbout(rail, rule.name)) met.refuse(tier, addedBy(rail), keeping);
      }
    }
  for (const [index, rail] of rails.entries()) {
    if (!rail.tools && fallback.ask.length > 0) met.refuse({ at: ["default"], terms: fallback.terms }, addedBy(rail), keeping);
    for (const other of rails.slice(index + 1))
      if (mayMeet(rail, other)) met.refuse({ ...addedBy(rail), terms: rail.terms }, addedBy(other), keeping);
  }
}

/** Many places say the same terms: each pair is looked at once. */
class Meetings {
  readonly #meetable = new Map<string, boolean>();
  readonly #texts = new WeakMap<ReviewTerms, string>();

  refuse(a: Placed, b: Placed, together: (a: ReviewTerms, b: ReviewTerms, requestedBy: undefined) => ReviewTerms | undefined): void {
    const key = `${together.name} ${this.#text(a.terms)} ${this.#text(b.terms)}`;
    const isMeetable = this.#meetable.get(key) ?? together(a.terms, b.terms, undefined) !== undefined;
    this.#meetable.set(key, isMeetable);
    if (isMeetable) return;
    const note = `Nobody could sign under these terms and those of ${b.at.join(".")}, and a call may have to meet both. Change one of them.`;
    throw invalid(a.at, note);
  }

  #text(terms: ReviewTerms): string {
    const known = this.#texts.get(terms) ?? JSON.stringify(terms);
    this.#texts.set(terms, known);
    return known;
  }
}

function tiersOf({ name, ask, isTiered }: CompiledRule, { at }: Layer): readonly Placed[] {
  return ask.map(({ terms }, index) => ({ at: [...at, "tools", name.text, ...(isTiered ? ["ask", String(index)] : [])], terms }));
}

function addedBy({ at, adds }: CompiledRail): Placed {
  return { at: [at], terms: adds };
}

function isAbout({ tools }: CompiledRail, name: RuleName): boolean {
  return tools === undefined || tools.some((tool) => mayConcern(tool, name));
}

function mayMeet(a: CompiledRail, b: CompiledRail): boolean {
  return !a.tools || !b.tools || a.tools.some((tool) => isAbout(b, tool) || isAbout({ ...a, tools: b.tools }, tool));
}
