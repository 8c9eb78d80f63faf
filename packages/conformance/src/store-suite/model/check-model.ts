import fc from "fast-check";
import { Explained } from "../../explain/explained.ts";
import { ModelDiffers } from "./differs.ts";

/** Bounded twice: so many runs, and no more than this time, in ms. What was tried until then counts. */
const RUNS = 60;
const LIMIT = 20_000;

/** Tries a property on random schedules. @throws Explained with the smallest schedule on which the store and the model differ */
export async function checkModel<T>(property: fc.IAsyncProperty<T>, seed: number): Promise<void> {
  const { failed, errorInstance, numRuns, numShrinks } = await fc.check(property, {
    numRuns: RUNS,
    seed,
    plugins: [fc.interruptAfterTimeLimit(LIMIT)],
  });
  if (!failed) return;
  if (!(errorInstance instanceof ModelDiffers)) throw errorInstance;
  const found = `run ${numRuns} of seed ${seed}, made smaller ${numShrinks} times`;
  throw new Explained(errorInstance.message, [
    { heading: `The smallest schedule on which the store and the model differ (${found})`, lines: errorInstance.told },
    { heading: "To repeat it", lines: [`--seed ${seed} makes the same schedules; any other seed makes others.`] },
  ], errorInstance); // prettier-ignore
}
