import { Session, type Profiler } from "node:inspector/promises";
import { CONVERSATIONS } from "../frameworks.ts";
import { timed, type Timed } from "../measure.ts";
import type { Opened, Operations } from "../operations.ts";

/** Calls of one turn, so that what a call costs stands out from what a run costs. */
const CALLS_OF_TURN = 20;
/** µs between two looks of the profiler. */
const INTERVAL = 100;
/** µs: after a longer pause it was another process that ran. */
const LONGEST = 3 * INTERVAL;
/** Where the code of Countersign is, whatever package. */
const OURS = /\/packages\/[^:]+\/dist\//;

interface Given {
  readonly framework: keyof typeof CONVERSATIONS;
  /** Calls that are profiled together: starting a profile and reading it takes as long as hundreds of them. */
  readonly bulk: number;
}

/**
 * What the code of Countersign itself takes of an allowed call, as a sampling profiler sees it, beside all that the same call
 * takes without a gate. What a framework does because of the gate is the framework's.
 */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open({ framework, bulk }: Given): Promise<Opened> {
  const { gated, plain } = await CONVERSATIONS[framework](CALLS_OF_TURN);
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: INTERVAL });
  const subject: Timed = async (calls) => {
    await session.post("Profiler.start");
    for (let turn = 0; turn < turnsOf(calls); turn++) await gated();
    const { profile } = await session.post("Profiler.stop");
    const ms = ownTime(profile) / 1_000 / (turnsOf(calls) * CALLS_OF_TURN);
    return { ms, cpu: ms };
  };
  const baseline: Timed = async (calls) => {
    const { ms, cpu } = await timed(async () => {
      for (let turn = 0; turn < turnsOf(calls); turn++) await plain();
    });
    const all = turnsOf(calls) * CALLS_OF_TURN;
    return { ms: ms / all, cpu: cpu / all };
  };
  return { cases: [{ subject, baseline, bulk }], [Symbol.asyncDispose]: async () => session.disconnect() };
}

const turnsOf = (calls: number): number => Math.ceil(calls / CALLS_OF_TURN);

/** µs in our functions themselves, without what they called. */
function ownTime({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): number {
  const ours = new Set(nodes.filter(({ callFrame }) => OURS.test(callFrame.url)).map(({ id }) => id));
  return samples.reduce((sum, id, i) => sum + (ours.has(id) ? Math.min(timeDeltas[i] ?? 0, LONGEST) : 0), 0);
}
