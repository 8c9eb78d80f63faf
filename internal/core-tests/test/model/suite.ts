import { simulate, type Options, type Result } from "./simulate.ts";
import { Violation } from "./world.ts";

/** A seed that is given is replayed alone, with its trace: `COUNTERSIGN_SEED=1234 npx vitest run internal/core-tests/test/model/memory.test`. */
const REPLAY = process.env["COUNTERSIGN_SEED"];
const LINES = 120;

/** Schedules of one file: `COUNTERSIGN_SCHEDULES=100000` for a long night. */
export function schedules(byDefault: number): number {
  const wanted = Number(process.env["COUNTERSIGN_SCHEDULES"] ?? byDefault);
  if (!Number.isInteger(wanted) || wanted < 1) throw new Error(`COUNTERSIGN_SCHEDULES=${wanted} is not a number of schedules`);
  return wanted;
}

/** Runs so many schedules, from this seed on, and reports the first that breaks a promise with everything that led to it. */
export async function explore(first: number, count: number, open: Options["open"]): Promise<void> {
  const seeds = REPLAY === undefined ? Array.from({ length: count }, (_, i) => first + i) : [Number(REPLAY)];
  let effects = 0;
  for (const seed of seeds) {
    const { violation, stats } = await simulate({ seed, open });
    effects += stats.get("effects under a signature") ?? 0;
    if (violation) throw await explained(seed, open, violation);
  }
  if (REPLAY === undefined && count >= 100 && effects < count) throw new Error(`${count} schedules with ${effects} effects say nothing`);
}

/** The same schedule again, this time with a record of what happened. */
async function explained(seed: number, open: Options["open"], violation: Violation): Promise<Violation> {
  const trace: string[] = [];
  const again: Result = await simulate({ seed, open, trace });
  const same = again.violation?.message === violation.message ? "" : `\nWARNING: replayed, it was ${again.violation?.message ?? "fine"}`;
  const story = trace.slice(-LINES).join("\n");
  return new Violation(`${violation.message}${same}\n\nReplay: COUNTERSIGN_SEED=${seed}\n${JSON.stringify(again.scenario)}\n${story}`);
}
