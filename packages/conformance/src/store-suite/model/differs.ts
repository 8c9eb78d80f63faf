import { AssertionError } from "node:assert/strict";
import { brief, cutLines } from "../../explain/brief.ts";

const ROOM = 500;

/** The store and the model have answered a step differently, or hold different things after it. */
export class ModelDiffers extends AssertionError {
  /** The steps until then in words, each with what came of it, and the one that differed with both answers. */
  readonly told: readonly string[];

  constructor(message: string, told: readonly string[]) {
    super({ message });
    this.name = "ModelDiffers";
    this.told = told;
  }
}

/** The steps of one run against the model, as they are taken. */
export class Told {
  readonly #lines: string[] = [];
  #steps = 0;

  /** @throws ModelDiffers for whatever `work` throws. It answers what came of the step, in words. */
  async step(words: string, work: () => Promise<string | undefined>): Promise<void> {
    this.#lines.push(`${++this.#steps}. ${words}`);
    try {
      const came = await work();
      if (came !== undefined) this.#lines.push(`   both: ${came}`);
    } catch (error) {
      throw new ModelDiffers(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error), [
        ...this.#lines,
        ...both(error),
      ]);
    }
  }
}

function both(error: unknown): readonly string[] {
  if (!(error instanceof AssertionError)) return ["   the store threw:", ...cutLines(String((error as Error).stack ?? error), 8).map((line) => `     ${line}`)]; // prettier-ignore
  const message = error.message.split("\n")[0] ?? "";
  if (error.actual === undefined && error.expected === undefined) return [`   ${message}`];
  return [`   ${message}`, `   the store: ${brief(error.actual, ROOM)}`, `   the model: ${brief(error.expected, ROOM)}`];
}
