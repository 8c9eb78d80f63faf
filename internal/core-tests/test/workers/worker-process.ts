/** A worker in a process of its own: says what it does, stops on SIGTERM. @module */
import { createWorker, isCountersignError, type Duration } from "@countersign/core";
import type { Place } from "../processes/place.ts";
import { openPayments, SHORT } from "./payments.ts";

export interface WorkerOrder {
  readonly place: Place;
  readonly concurrency?: number;
  readonly sweepEvery?: Duration;
  /** The leases of production. */
  readonly patient?: boolean;
  /** No runners: it only sweeps. */
  readonly sweeps?: boolean;
  /** Say it as the default does, by a warning. */
  readonly warns?: boolean;
}

const { place, patient, sweeps, warns, ...options } = JSON.parse(process.argv[2] ?? "") as WorkerOrder;
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);
const { store, gate, runner } = openPayments(place, patient ? {} : SHORT, say);
const worker = createWorker(gate, sweeps ? [] : [runner], {
  ...options,
  ...(warns
    ? {}
    : {
        onError: (error, threadId) =>
          say({ failed: threadId ?? null, code: isCountersignError(error) ? error.code : "", error: String(error) }),
      }),
});
process.once("SIGTERM", () => void worker.stop().then(() => store.close()));
// Whoever starts workers counts on them from then on.
await store.now();
worker.start();
say({ ready: true });
