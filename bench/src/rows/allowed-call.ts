import { atMost, atMostTimes } from "../aim.ts";
import type { CONVERSATIONS } from "../frameworks.ts";
import { operations as allowedInCore } from "../operations/allowed-in-core.ts";
import { operations as allowedRun } from "../operations/allowed-run.ts";
import { operations as ownPart } from "../operations/own-part.ts";
import { addedInMicroseconds, explained, inMicroseconds, inMs, timedFigure, type Row } from "../row.ts";
import { measured, profileOf } from "../warm-and-cold.ts";

const CORE_MOST = 3;
const FILE_MOST = 5;
const WHOLE_MOST = 1.05;

/** A call that the policy allows, through core alone, beside the effect alone. */
export const allowedInCoreRow: Row = {
  name: "Allowed call in core",
  async run(bench) {
    const rounds = { rounds: 200 };
    const code = await measured(bench, allowedInCore, { policy: "code" }, rounds);
    const file = await measured(bench, allowedInCore, { policy: "file" }, rounds);
    return [
      timedFigure("allowed call: added by core", "µs", code, addedInMicroseconds, atMost(CORE_MOST, "µs")),
      timedFigure("allowed call: added by core, policy file with guard rails", "µs", file, addedInMicroseconds, atMost(FILE_MOST, "µs")),
    ];
  },
};

/** The same on a framework: what our own code takes of it (`mostOwn` in µs), and what the whole run takes longer. */
export function allowedCallRow(framework: keyof typeof CONVERSATIONS, name: string, mostOwn: number): Row {
  return {
    name: `Allowed call on ${name}`,
    async run(bench) {
      const own = await measured(bench, ownPart, { framework, bulk: 2 * bench.scale.warm }, { rounds: 8 });
      const run = await measured(bench, allowedRun, { framework }, { rounds: 200 });
      const whole = timedFigure(`allowed call: whole run, ${name}`, "ms", run, inMs, atMostTimes(WHOLE_MOST));
      return [
        timedFigure(`allowed call: our own part, ${name}`, "µs", own, inMicroseconds, atMost(mostOwn, "µs")),
        await explained(whole, () => profileOf(bench, allowedRun, { framework }, 50)),
      ];
    },
  };
}
