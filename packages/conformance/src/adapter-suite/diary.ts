import { effectsIn, type EffectRecord } from "./effects.ts";
import type { Answer, Order, Place, Step } from "./process/order.ts";

/** A step that a case took, and what came of it. */
export interface Entry {
  readonly step: Step;
  readonly place: Pick<Place, "variant" | "kill" | "calledOff">;
  readonly answer: Answer;
  /** Which effects were on file when the step had ended, and not when the one before had. */
  readonly effects: readonly EffectRecord[];
}

/** All steps of a case, in the order in which they ended. */
export class Diary {
  readonly entries: Entry[] = [];
  readonly #dir: string;
  #effects = 0;

  constructor(dir: string) {
    this.#dir = dir;
  }

  note({ step, place }: { readonly step: Step; readonly place: Partial<Order["place"]> }, answer: Answer): Answer {
    const all = effectsIn(this.#dir);
    const { variant = "", kill, calledOff } = place;
    this.entries.push({ step, place: { variant, kill, calledOff }, answer, effects: all.slice(this.#effects) });
    this.#effects = all.length;
    return answer;
  }

  get answers(): readonly Answer[] {
    return this.entries.map(({ answer }) => answer);
  }
}
