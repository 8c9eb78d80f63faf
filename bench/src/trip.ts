import { approve, type AgentRunner, type Gate } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { medianMs, timed, type Sample, type Timed } from "./measure.ts";
import { fiona } from "./stores/policy.ts";

/** What each part of a round trip took. */
export interface RoundTrip {
  readonly pause: Sample;
  readonly decide: Sample;
  readonly resume: Sample;
}

/** A run that pauses, is approved and goes on: with Countersign on this store, and as the framework does it by itself. */
export interface Trips extends AsyncDisposable {
  readonly countersigned: (store: StorePort) => () => Promise<RoundTrip>;
  readonly native: () => Promise<RoundTrip>;
  /** Says how often the framework itself writes during one trip. */
  readonly writes?: (store: StorePort) => Promise<string>;
}

/** The framework itself keeps no decision. */
export const NOTHING: Sample = { ms: 0, cpu: 0 };

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

/** The parts of a trip, together. */
export function whole(trip: () => Promise<RoundTrip>): Timed {
  return async () => {
    const { pause, decide, resume } = await trip();
    return { ms: pause.ms + decide.ms + resume.ms, cpu: pause.cpu + decide.cpu + resume.cpu };
  };
}

export async function partsOf(who: string, trip: () => Promise<RoundTrip>, times: number): Promise<string> {
  const trips: RoundTrip[] = [];
  for (let i = 0; i < times; i++) trips.push(await trip());
  const p50 = (part: keyof RoundTrip): string => medianMs(trips.map((one) => one[part])).toFixed(2);
  return `${who}: pause ${p50("pause")} ms, decide ${p50("decide")} ms, resume ${p50("resume")} ms`;
}
