import { setTimeout as sleep } from "node:timers/promises";
import type { StorePort } from "@countersign/core/store";
import pg from "pg";
import { TRIPS } from "./frameworks.ts";
import { readyAt, type Address } from "./stores/address.ts";
import { wrapped } from "./stores/spy.ts";

/** How long everything that is asked takes, in ms: long beside what a framework does in between. */
const LATENCY = 5;

/** What one pause, decide and resume asks for. */
export interface Counts {
  /** One after the other: what is asked for together is one round trip. */
  readonly roundTrips: number;
  /** Whatever was asked. */
  readonly asked: number;
  readonly commits: number;
}

/** Everything is asked over a slow line, and whatever joins before the answer comes is answered with it. */
class Line {
  asked = 0;
  roundTrips = 0;
  #answer: Promise<void> | undefined;

  async pass(): Promise<void> {
    this.asked++;
    await (this.#answer ??= this.#roundTrip());
  }

  async #roundTrip(): Promise<void> {
    this.roundTrips++;
    await sleep(LATENCY);
    this.#answer = undefined;
  }
}

/** Counts the calls of the store port on a store in memory, but for the clock: a store that is far away tells it from its last answer. */
export async function countedCalls(framework: keyof typeof TRIPS): Promise<Counts> {
  await using store = await readyAt(undefined);
  const line = new Line();
  return await counted(
    framework,
    line,
    wrapped(store, async (name, call) => (name === "now" ? call() : line.pass().then(call))),
  );
}

/**
 * Counts the queries that Postgres gets from the store: also those which tell others of a commit, and which nobody waits for.
 * @param kept where the framework keeps its part, which isn't counted
 */
export async function countedQueries(framework: keyof typeof TRIPS, address: Address, kept: Address): Promise<Counts> {
  await using store = await readyAt(address);
  const line = new Line();
  const query = Reflect.get(pg.Client.prototype, "query") as (...given: unknown[]) => Promise<unknown>;
  const slow = async function (this: pg.Client, ...given: unknown[]): Promise<unknown> {
    await line.pass();
    return Reflect.apply(query, this, given);
  };
  Reflect.set(pg.Client.prototype, "query", slow);
  try {
    return await counted(framework, line, store, kept);
  } finally {
    Reflect.set(pg.Client.prototype, "query", query);
  }
}

/** The second trip: the first one also prepares what later ones find. */
async function counted(framework: keyof typeof TRIPS, line: Line, store: StorePort, kept?: Address): Promise<Counts> {
  let commits = 0;
  const counting = wrapped(store, (name, call) => {
    if (name === "commit") commits++;
    return call();
  });
  await using trips = await TRIPS[framework](kept);
  const trip = trips.countersigned(counting);
  await trip();
  const before = { roundTrips: line.roundTrips, asked: line.asked, commits };
  await trip();
  return {
    roundTrips: line.roundTrips - before.roundTrips,
    asked: line.asked - before.asked,
    commits: commits - before.commits,
  };
}
