import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createGate, type Gate } from "@countersign/core";
import { createFeed, type Feed } from "@countersign/core/surface";
import type { StorePort } from "@countersign/core/store";
import { commit, event, TENANT } from "@countersign/store-tests";
import { bundleChildren } from "@countersign/test-run";
import { describe, expect, it, type TestContext } from "vitest";
import { Child } from "../processes/child-process.ts";
import { newPlace, openStore, removePlace, type Place } from "../processes/place.ts";
import { listen, type Ear } from "./ears.ts";
import { keptIn } from "./kept.ts";
import { holdOpen } from "./long-writes.ts";

const PROGRAM = new URL("./feed-process.ts", import.meta.url);

export interface Newsroom {
  readonly place: Place;
  readonly store: StorePort;
  readonly gate: Gate;
  readonly feed: Feed;
  start(order: object): Promise<Child>;
}

/** An empty store, and a feed of it in this process. Ends with its test. */
export function newsroom(postgres: string | undefined, { onTestFinished }: Pick<TestContext, "onTestFinished">): Newsroom {
  const place = newPlace(postgres);
  const store = openStore(place);
  const gate = createGate({ store, tenant: TENANT, timings: { sweepEvery: 50 } });
  const children: Child[] = [];
  onTestFinished(async () => {
    await Promise.all(children.map((child) => child.end("SIGKILL")));
    await store.close();
    removePlace(place);
  });
  return {
    place,
    store,
    gate,
    feed: createFeed(gate),
    async start(order) {
      const child = new Child(PROGRAM, { ...order, place });
      children.push(child);
      await child.says({ ready: true });
      return child;
    },
  };
}

/** Without an event of another tenant: every fifth is one's. */
const written = (chain: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => n + 1).flatMap((seq) => (seq % 5 === 0 ? [] : [`${chain}/${seq}`]));

/** Each once, and those of a chain in their order. */
export function expectWhole(heard: readonly string[], all: readonly string[]): void {
  expect(heard.toSorted()).toEqual(all.toSorted());
  const last = new Map<string, number>();
  for (const name of heard) {
    const [chain = "", seq = 0] = name.split("/");
    expect(Number(seq)).toBeGreaterThan(last.get(chain) ?? 0);
    last.set(chain, Number(seq));
  }
}

/** One who comes and goes: each time from where it was. */
interface Reader {
  ear: Ear;
  before: readonly string[];
  after: string | undefined;
}

/** What must be so on every store that outlives a process. */
export async function testFeeds(name: string, postgres: () => string | undefined): Promise<void> {
  await bundleChildren([PROGRAM]);

  describe(`the feed on ${name}`, () => {
    it.for([1, 2])("gives each event once to whoever comes and goes while many write, some of them slowly (%i)", async (_, context) => {
      const { place, store, gate, feed, start } = newsroom(postgres(), context);
      const writers = await Promise.all([start({ write: "w1", count: 150 }), start({ write: "w2", count: 150 })]);
      const slow = holdOpen(place, 4);
      const own = (async () => {
        for (let seq = 1; seq <= 60; seq++) {
          await commit(store, [], [event("own", seq)], seq % 5 === 0 ? "other" : TENANT);
          await sleep(Math.random() * 20);
        }
      })();
      let writing = true;
      const done = Promise.all([own, ...writers.map((child) => child.ended)]).finally(() => (writing = false));
      const readers: Reader[] = [];
      while (writing) {
        readers.push({
          ear: listen(Math.random() < 0.5 ? feed : createFeed(gate), { from: "start" }, () => sleep(Math.random() * 8)),
          before: [],
          after: undefined,
        });
        await sleep(Math.random() * 60);
        const reader = readers[Math.floor(Math.random() * readers.length)];
        if (!reader) continue;
        const { ear, before } = reader;
        await ear.stop();
        reader.before = [...before, ...ear.heard];
        reader.after = ear.position ?? reader.after;
        reader.ear = listen(feed, { after: reader.after, from: "start" });
      }
      await done;
      const kept = await slow.end();
      const all = [...written("w1", 150), ...written("w2", 150), ...written("own", 60), ...kept];
      for (const { ear, before } of readers) {
        await ear.until(all.length - before.length);
        expectWhole([...before, ...ear.heard], all);
        await ear.stop();
      }
    });

    it("misses nothing and repeats nothing for a process that is killed again and again", async (context) => {
      const { place, start } = newsroom(postgres(), context);
      const file = join(place.dir, "heard");
      const heard = (): readonly string[] => keptIn(file).flatMap(({ names }) => names);
      const writers = await Promise.all([start({ write: "w1", count: 200 }), start({ write: "w2", count: 200 })]);
      const slow = holdOpen(place, 3);
      for (let kill = 1; kill <= 3; kill++) {
        const listener = await start({ listenInto: file });
        const before = heard().length;
        while (listener.isAlive && heard().length === before && writers.some((child) => child.isAlive)) await sleep(2);
        await sleep(Math.random() * 50);
        await listener.end("SIGKILL");
      }
      await Promise.all(writers.map((child) => child.ended));
      const all = [...written("w1", 200), ...written("w2", 200), ...(await slow.end())];
      await start({ listenInto: file });
      for (const until = Date.now() + 20_000; heard().length < all.length && Date.now() < until;) await sleep(20);
      expectWhole(heard(), all);
    });
  });
}
