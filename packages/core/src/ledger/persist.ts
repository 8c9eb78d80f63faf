import { CountersignError, isCountersignError } from "../errors/error.ts";

const CONFLICTS = 1_000;
const OUTAGES = 5;

/**
 * Read, decide, commit, and again from the start while `attempt` answers undefined (somebody else was faster). An
 * unanswered commit may have happened, so that too starts again from a read.
 * @throws STORE_UNAVAILABLE when the store stays away
 */
export async function persist<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  let outages = 0;
  for (let conflicts = 0; conflicts < CONFLICTS;) {
    try {
      const result = await attempt();
      if (result !== undefined) return result;
      conflicts++;
    } catch (error) {
      if (!isCountersignError(error, "STORE_UNAVAILABLE") || !error.details.retryable || ++outages >= OUTAGES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** outages));
    }
  }
  throw new CountersignError("STORE_UNAVAILABLE", { retryable: true, answered: "too many others write the same record" });
}
