import { TRIPS } from "../frameworks.ts";
import type { Opened, Operations } from "../operations.ts";
import { readyAt, type Address } from "../stores/address.ts";
import { spentPerRun, timedStore } from "../stores/spy.ts";
import { partsOf, whole } from "../trip.ts";

interface Given {
  readonly framework: keyof typeof TRIPS;
  /** Absent: in memory. */
  readonly address?: Address;
}

/** Pause, decide and resume on a framework, beside the framework's own on an equal store. */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open({ framework, address }: Given): Promise<Opened> {
  const store = await readyAt(address);
  const trips = await TRIPS[framework](address);
  const { native } = trips;
  const countersigned = trips.countersigned(store);
  const profile = async (times: number): Promise<readonly string[]> => {
    const { store: timing, spent } = timedStore(store);
    const parts = [await partsOf("Countersign", trips.countersigned(timing), times), await partsOf("native", native, times)];
    return [...parts, ...spentPerRun(spent, times), ...(trips.writes ? [await trips.writes(store)] : [])];
  };
  return {
    cases: [{ subject: whole(countersigned), baseline: whole(native), profile }],
    async [Symbol.asyncDispose]() {
      await trips[Symbol.asyncDispose]();
      await store.close();
    },
  };
}
