import { inChild } from "./children/child.ts";
import type { follow } from "./operations.ts";
import { installPeers } from "./peers/install.ts";
import type { BenchStore, Place } from "./stores/bench-store.ts";

/** How much is measured. */
export interface Scale {
  /** Pending requests in a store that is nearly empty, and in one that is not. */
  readonly few: number;
  readonly many: number;
  /** Turns of a long thread. */
  readonly turns: number;
  /** Events of a long audit trail; a short one has a tenth of them. */
  readonly events: number;
  /** Pages that listen to live events. */
  readonly listeners: number;
  /** Operations of a process that count as its first. */
  readonly cold: number;
  /** Operations after which a process is warm. */
  readonly warm: number;
  /** Processes of each side that are measured cold. */
  readonly processes: number;
  /** Multiplies the rounds of every row. */
  readonly effort: number;
  /** A row that misses its aim says where the time goes, which takes a process of its own. */
  readonly explains: boolean;
}

export const FULL: Scale = {
  few: 1_000,
  many: 1_000_000,
  turns: 2_000,
  events: 100_000,
  listeners: 1_000,
  cold: 50,
  warm: 500,
  processes: 5,
  effort: 1,
  explains: true,
};
/** Enough to see that something became twice as slow. */
export const QUICK: Scale = {
  few: 1_000,
  many: 10_000,
  turns: 100,
  events: 5_000,
  listeners: 200,
  cold: 20,
  warm: 200,
  processes: 1,
  effort: 0.03,
  explains: false,
};

/** What the rows share: places that are filled once, and somebody to tell how far they are. */
export class Bench implements AsyncDisposable {
  readonly scale: Scale;
  readonly note: (text: string) => void;
  /** Where operations run: each time in a process of its own, unless this is only about whether they run at all. */
  readonly measure: typeof follow;
  readonly #installPeers: typeof installPeers;
  #peers: Promise<string | undefined> | undefined;
  readonly #places = new Map<string, Promise<Place>>();
  readonly #stores = new Set<BenchStore>();

  constructor(
    scale: Scale,
    note: (text: string) => void,
    measuring: typeof follow = inChild,
    installing: typeof installPeers = installPeers,
  ) {
    this.scale = scale;
    this.note = note;
    this.measure = measuring;
    this.#installPeers = installing;
  }

  rounds(full: number): number {
    return Math.max(1, Math.ceil(full * this.scale.effort));
  }

  /** A place of this store with so many pending requests, the same for all rows that don't name one. */
  place(store: BenchStore, pending: number, name: string = String(pending)): Promise<Place> {
    const key = `${store.name}/${name}`;
    const known = this.#places.get(key);
    if (known) return known;
    this.#stores.add(store);
    const made = store.prepare(name, pending, this.note);
    this.#places.set(key, made);
    return made;
  }

  /** Installs the peers, once a run. Answers why they can't be had, if they can't. */
  peers(): Promise<string | undefined> {
    return (this.#peers ??= this.#installPeers(this.note));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const place of this.#places.values()) await (await place)[Symbol.asyncDispose]();
    for (const store of this.#stores) await store.stop();
  }
}

/** 1,000,000 as people write it. */
export const counted = (pending: number): string => pending.toLocaleString("en");
