import { setTimeout as sleep } from "node:timers/promises";
import { approve, createGate, type Principal } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { atMost } from "../aim.ts";
import { suspendOne } from "../moves.ts";
import { singleFigure, type Row } from "../row.ts";
import { Reviewer } from "../serving/reviewer.ts";
import { serving } from "../serving/serving.ts";
import type { BenchStore } from "../stores/bench-store.ts";
import { readyAt } from "../stores/address.ts";
import { fiona } from "../stores/policy.ts";

/** Longer, and a person who types or scrolls notices. */
const AIM = atMost(50, "ms");
const A_SECOND = 100;
const SECONDS = 20;
const CARLA: Principal = { ...fiona, id: "carla", name: "Carla" };

/** The page stays open while others are asked and decide: half of the events are new requests, half are of rows that it shows. */
export function eventsOnPageRow(store: BenchStore): Row {
  return {
    name: `${store.name}: inbox, live events`,
    async run(bench) {
      const { address } = await bench.place(store, bench.scale.few, "events-on-page");
      const events = bench.rounds(SECONDS) * A_SECOND;
      await using own = await readyAt(address);
      await using server = await serving("server", { address });
      await using reviewer = await Reviewer.at(server);
      const page = await reviewer.newBrowser();
      await reviewer.open(page);
      await happening(own, 20);
      const longest = await reviewer.longestTask(page, () => happening(own, events));
      return [singleFigure(`${store.name}: inbox, longest task, ${A_SECOND} events a second`, "ms", { value: longest }, AIM)];
    },
  };
}

async function happening(store: StorePort, events: number): Promise<void> {
  const gate = createGate({ store, warn: () => {} });
  const begun = performance.now();
  let shown = (await gate.list({ status: "pending", reviewableBy: fiona, order: "deadline", limit: 200 })).items;
  for (let i = 0; i < events; i++) {
    await sleep(Math.max(0, begun + (i * 1_000) / A_SECOND - performance.now()));
    const [request, ...rest] = shown;
    if (i % 2 === 0 || !request) await suspendOne(store);
    else {
      shown = rest;
      await gate.decide(request, approve(), { by: CARLA });
    }
  }
}
