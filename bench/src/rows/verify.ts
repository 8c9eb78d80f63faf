import { randomUUID } from "node:crypto";
import type { StorePort } from "@countersign/core/store";
import { atMost, atMostTimes } from "../aim.ts";
import { counted, type Bench } from "../bench.ts";
import { runChild } from "../children/child.ts";
import { median } from "../measure.ts";
import { singleFigure, type Row } from "../row.ts";
import type { Address } from "../stores/address.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { turning } from "../turns.ts";

interface Verified {
  /** µs for each event. */
  readonly each: number;
  /** MB, at its most. */
  readonly memory: number;
}

/** Linear: an event of a long trail takes no longer than one of a short trail. The rest is noise. */
const TIMES = 1.2;
const MOST_MB = 100;
const WRITERS = 16;

/** A store verified as a whole, in a process of its own, beside the same store when its trail had a tenth of the events. */
export function verifyRow(store: BenchStore): Row {
  return {
    name: `${store.name}: verify`,
    async run(bench) {
      const { events } = bench.scale;
      const place = await bench.place(store, 0, "verified");
      const fill = filling(place.store);
      const verified = async (upTo: number): Promise<Verified> => {
        bench.note(`writing ${counted(upTo)} events`);
        await fill(upTo);
        return verifiedAt(bench, place.address);
      };
      const short = await verified(events / 10);
      const long = await verified(events);
      const name = `${store.name}: verify ${counted(events)} events`;
      const each = { value: long.each, baseline: short.each };
      return [
        singleFigure(`${name}, each`, "µs", each, atMostTimes(TIMES)),
        singleFigure(`${name}, memory of the process`, "MB", { value: long.memory, baseline: short.memory }, atMost(MOST_MB, "MB")),
      ];
    },
  };
}

/** Fills a store up to so many events: with runs that pause, are decided and complete. */
function filling(store: StorePort): (upTo: number) => Promise<void> {
  let written = 0;
  const turn = turning({
    ...store,
    async commit(batch) {
      const committed = await store.commit(batch);
      if (committed.ok) written += batch.events.length;
      return committed;
    },
  });
  const write = async (upTo: number): Promise<void> => {
    while (written < upTo) await turn(`bench-verified-${randomUUID()}`);
  };
  return async (upTo) => void (await Promise.all(Array.from({ length: WRITERS }, () => write(upTo))));
}

async function verifiedAt(bench: Bench, address: Address): Promise<Verified> {
  const runs: Verified[] = [];
  for (let i = 0; i < bench.rounds(3); i++) {
    bench.note(`verifying, process ${i + 1}`);
    runs.push(await runChild<Verified>("verify", { address }));
  }
  return { each: median(runs.map(({ each }) => each)), memory: median(runs.map(({ memory }) => memory)) };
}
