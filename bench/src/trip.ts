import { approve, type AgentRunner, type Gate } from "@countersign/core";
import { median, timed, type Timed } from "./measure.ts";
import { fiona } from "./stores/policy.ts";

/** How long each part of a round trip took, in ms. */
export interface RoundTrip {
  readonly pause: number;
  readonly decide: number;
  readonly resume: number;
}

let threads = 0;
export const nextThread = (): string => `bench-trip-${process.pid}-${++threads}`;

/** Countersign, on whatever framework: suspended by a runner, signed, and gone on with. */
export function countersignedBy(gate: Gate, runner: AgentRunner): () => Promise<RoundTrip> {
  return async () => {
    const thread = nextThread();
    let request: Parameters<typeof gate.decide>[0] | undefined;
    const pause = await timed(async () => {
      const outcome = await runner.start(thread, "Pay Acme Corp", { requestedBy: "bob" });
      request = outcome.status === "suspended" ? outcome.pending[0] : undefined;
    });
    const decide = await timed(() => request && gate.decide(request, approve(), { by: fiona }));
    const resume = await timed(async () => demand((await runner.resume(thread)).status === "completed"));
    return { pause, decide, resume };
  };
}

export function demand(holds: boolean): void {
  if (!holds) throw new Error("the round trip went another way");
}

const wholeOf = ({ pause, decide, resume }: RoundTrip): number => pause + decide + resume;

/** Times the whole of each trip, and keeps its parts. */
export function keeping(trips: RoundTrip[], trip: () => Promise<RoundTrip>): Timed {
  return async () => {
    const one = await trip();
    trips.push(one);
    return wholeOf(one);
  };
}

export function partsOf(who: string, trips: readonly RoundTrip[]): string {
  const p50 = (part: keyof RoundTrip): string => median(trips.map((trip) => trip[part])).toFixed(2);
  return `${who}: pause ${p50("pause")} ms, decide ${p50("decide")} ms, resume ${p50("resume")} ms`;
}
