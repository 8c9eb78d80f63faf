import { isStopConditionMet, type StopCondition } from "@openrouter/agent";
import { mustPause } from "./asking.ts";
import type { Invocation } from "./invocation.ts";

/**
 * The SDK looks at `stopWhen` before it asks about the calls of a turn, and runs them unasked when it holds. So a turn in
 * which somebody has to be asked doesn't stop the run; it pauses, and what was answered then is the last that the model hears.
 */
export function unlessWaiting(invocation: Invocation, stopWhen: StopCondition | readonly StopCondition[]): readonly StopCondition[] {
  const stopConditions = [stopWhen].flat();
  return [
    async ({ steps }) => {
      if (!(await isStopConditionMet({ stopConditions, steps }))) return false;
      const { turn } = invocation.round;
      const waits = await Promise.all((turn?.open ?? []).map((call) => mustPause(invocation, call, { numberOfTurns: steps.length })));
      if (!waits.includes(true)) return true;
      if (invocation.saved) invocation.saved = { ...invocation.saved, last: true };
      return false;
    },
  ];
}
