import { startPostgres } from "@countersign/postgres-server";
import type { StorePort } from "@countersign/core/store";
import { Random } from "../model/random.ts";
import { newPlace, removePlace } from "../processes/place.ts";
import { openAgent } from "./agent.ts";
import { Crew } from "./crew.ts";
import { Storm } from "./storm.ts";
import { judge, type Verdict } from "./verdict.ts";

export interface ChaosOptions {
  readonly threads: number;
  /** Of the kills: when, and whom. What the machine makes of them differs each time. */
  readonly seed: number;
  /** Over how long the threads are started, in ms. */
  readonly spread: number;
  /** How often the server is killed, in ms: on average. */
  readonly killEvery: number;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly seconds: number;
  readonly closed: number;
  readonly serverKills: number;
  readonly processKills: number;
}
/** When nothing gets done for so long, in ms, nothing will. */
const PATIENCE = 90_000;

export type ChaosResult = Progress & Verdict;

/**
 * Threads suspend, are decided and resume in processes that are killed, on a PostgreSQL server that is killed. Ends when
 * every thread has, or when nothing moves any more, and tells what came of it.
 */
export async function runChaos({ threads, seed, spread, killEvery, onProgress }: ChaosOptions): Promise<ChaosResult> {
  const since = Date.now();
  const server = await startPostgres();
  const place = newPlace(server.url);
  const agent = openAgent(place);
  // The schema is there before the storm: the first to come would make it.
  await agent.store.now();
  const begun = Date.now();
  const crew = new Crew((post) => ({ ...post, place, threads, spread, since: begun }));
  const storm = new Storm(server, new Random(seed), killEvery);
  const progress = (closed: number): Progress => ({
    seconds: Math.round((Date.now() - since) / 1_000),
    closed,
    serverKills: storm.kills,
    processKills: crew.kills,
  });
  try {
    const victims = new Random(seed + 1);
    let deadline = Date.now() + PATIENCE;
    const closed = new Closed(agent.store);
    while (closed.count < threads && Date.now() < deadline && crew.bugs.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      if (victims.next() < 500 / killEvery) crew.killOne(victims);
      if (await closed.readOn()) deadline = Date.now() + PATIENCE;
      onProgress?.(progress(closed.count));
    }
    await storm.calm();
    const end = progress(closed.count);
    await crew.close("SIGTERM");
    const verdict = await judge(agent, place, threads);
    return { ...end, ...verdict, broken: [...crew.bugs, ...verdict.broken] };
  } finally {
    await storm.calm();
    await crew.close("SIGKILL");
    await agent.store.close();
    await server.stop();
    removePlace(place);
  }
}

/** Which threads have ended, by the store's events. */
class Closed {
  readonly #store: StorePort;
  readonly #subjects = new Set<string>();
  #position: string | undefined;

  constructor(store: StorePort) {
    this.#store = store;
  }

  get count(): number {
    return this.#subjects.size;
  }

  /** Answers whether there are more than before. */
  async readOn(): Promise<boolean> {
    const before = this.count;
    // The server may be away: then the next time.
    const page = await this.#store.listEvents("default", this.#position, 10_000).catch(() => undefined);
    for (const { type, subject } of page?.events ?? []) if (type === "completed") this.#subjects.add(subject);
    this.#position = page?.position ?? this.#position;
    return this.count > before;
  }
}
