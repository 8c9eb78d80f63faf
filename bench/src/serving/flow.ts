import { setTimeout as sleep } from "node:timers/promises";
import type { Sides } from "../measure.ts";

/** Makes something happen once. Answers how long each listener waited for it, in ms. */
export type Heard = () => Promise<readonly number[]>;

/**
 * Lets things happen on both sides at a steady rate, each side's in between the other's. None waits until the one before it
 * was heard of, so that whoever falls behind is seen to.
 * @param between ms on the average between two of one side
 */
export async function flow(sides: { readonly [S in keyof Sides]: Heard }, times: number, between: number): Promise<Sides> {
  const flowing = async (side: Heard, offset: number) => {
    const happening = Array.from({ length: times }, async (_, n) => {
      await sleep((n + offset + Math.random() / 4) * between);
      return side();
    });
    return (await Promise.all(happening)).flat().map((ms) => ({ ms, cpu: 0 }));
  };
  const [subject, baseline] = await Promise.all([flowing(sides.subject, 0), flowing(sides.baseline, 0.5)]);
  return { subject, baseline };
}
