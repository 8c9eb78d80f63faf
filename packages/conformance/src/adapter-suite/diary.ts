import { effectsIn, type EffectRecord } from "./effects.ts";
import type { Answer, Order, Place, Step } from "./process/order.ts";

/** A step that a case took, and what came of it. */
export interface Entry {
  readonly step: Step;
  readonly place: Pick<Place, "variant" | "kill" | "calledOff">;
  readonly answer: Answer;
  /** How many processes did this at the same moment. */
  readonly atOnce: number;
  /** Which effects were on file when the step had ended, and not when the one before had. */
  readonly effects: readonly EffectRecord[];
}

interface Noted {
  readonly step: Step;
  readonly place: Partial<Order["place"]>;
}

/** All steps of a case, in the order in which they ended. */
export class Diary {
  readonly entries: Entry[] = [];
  readonly #dir: string;
  #effects = 0;

  constructor(dir: string) {
    this.#dir = dir;
  }

  note(order: Noted, answer: Answer): Answer {
    this.#write(order, answer, 1, this.#newEffects());
    return answer;
  }

  /** Of processes that did the same at once. */
  noteAll(order: Noted, answers: readonly Answer[]): readonly Answer[] {
    const effects = this.#newEffects();
    for (const answer of answers) {
      this.#write(order, answer, answers.length, effects.filter(({ pid }) => pid === answer.pid)); // prettier-ignore
    }
    return answers;
  }

  #write({ step, place: { variant = "", kill, calledOff } }: Noted, answer: Answer, atOnce: number, effects: Entry["effects"]): void {
    this.entries.push({ step, place: { variant, kill, calledOff }, answer, atOnce, effects });
  }

  #newEffects(): Entry["effects"] {
    const all = effectsIn(this.#dir);
    const from = this.#effects;
    this.#effects = all.length;
    return all.slice(from);
  }

  get answers(): readonly Answer[] {
    return this.entries.map(({ answer }) => answer);
  }
}
