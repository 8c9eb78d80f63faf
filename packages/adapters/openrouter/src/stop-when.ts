import { isStopConditionMet, type StopCondition } from "@openrouter/agent";
import type { Run } from "./run.ts";
import { mustPause } from "./waiting.ts";

/**
 * The SDK looks at `stopWhen` before it asks about the calls of a turn, and runs them unasked when it holds. So a turn in
 * which somebody has to be asked doesn't stop the run; it pauses, and what was answered then is the last that the model hears.
 */
export function unlessWaiting(run: Run, stopWhen: StopCondition | readonly StopCondition[]): readonly StopCondition[] {
  const stopConditions = [stopWhen].flat();
  return [
    async ({ steps }) => {
      if (!(await isStopConditionMet({ stopConditions, steps }))) return false;
      const { turn } = run.round;
      const waits = await Promise.all((turn?.open ?? []).map((call) => mustPause(run, call, { numberOfTurns: steps.length })));
      if (!waits.includes(true)) return true;
      if (run.saved) run.saved = { ...run.saved, last: true };
      return false;
    },
  ];
}
