import { setTimeout as sleep } from "node:timers/promises";
import { inBulk, together, type Timed } from "../measure.ts";
import type { Opened, Operations } from "../operations.ts";
import { COUNTERSIGN, type Found } from "../peers/contestants.ts";
import { signingBy, type Signing } from "../peers/signing.ts";
import { databaseOn } from "../stores/database.ts";

interface Given {
  /** Of the server. Each side has a database of its own there. */
  readonly url: string;
  readonly beside: Found;
  /** Of the pool of each process. */
  readonly connections: number;
  /** So many whole runs at once, so many of them in one sample. Absent: one run at a time, from its approval to its effect. */
  readonly whole?: { readonly atOnce: number; readonly bulk: number };
}

/** Runs that pause in one process and are approved in another: Countersign's, beside those of somebody else on the same server. */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open({ url, beside, connections, whole }: Given): Promise<Opened> {
  const ends: (() => Promise<unknown>)[] = [];
  const signing = async (found: Found, side: string, timed: boolean = false): Promise<Signing> =>
    signingBy(found, { url: await databaseOn(url, `beside_${beside.name.toLowerCase()}_${side}`), connections, timed });
  const opening = (found: Found, side: string): (() => Promise<Signing>) => {
    let opened: Promise<Signing> | undefined;
    ends.push(async () => (await opened)?.end());
    return () => (opened ??= signing(found, side));
  };
  const ours = opening(COUNTERSIGN, "ours");
  const theirs = opening(beside, "theirs");
  const timed = whole ? wholeRuns(whole.atOnce) : approvalToEffect;
  const comparison = {
    subject: async (runs: number) => timed(await ours())(runs),
    baseline: async (runs: number) => timed(await theirs())(runs),
    async profile(runs: number) {
      // Elsewhere: the worker of the others would take these runs.
      const profiled = await signing(COUNTERSIGN, "profiled", true);
      await together(whole?.atOnce ?? 1, runs, () => oneRun(profiled));
      return profiled.end();
    },
  };
  return {
    cases: [whole ? { ...comparison, bulk: whole.bulk } : comparison],
    ...(!whole && {
      async warmUp() {
        for (const side of [ours, theirs]) await oneRun(await side());
      },
    }),
    async [Symbol.asyncDispose]() {
      for (const end of ends) await end();
    },
  };
}

const oneRun = async (signing: Signing) => signing.approve(await signing.pause());

const wholeRuns =
  (atOnce: number) =>
  (signing: Signing): Timed =>
    inBulk((runs) => together(atOnce, runs, () => oneRun(signing)));

/** One run, whatever comes before its approval not counted. */
const approvalToEffect =
  (signing: Signing): Timed =>
  async () => {
    const waiting = await signing.pause();
    // Whatever follows a pause shall be over. And decisions don't come in step with anybody's timer.
    await sleep(10 + Math.random() * 60);
    return signing.approve(waiting);
  };
