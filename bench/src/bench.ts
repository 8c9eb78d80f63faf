import type { BenchStore, Place } from "./stores/bench-store.ts";

/** How much is measured. */
export interface Scale {
  /** Pending requests in a store that is nearly empty, and in one that is not. */
  readonly few: number;
  readonly many: number;
  /** Multiplies the rounds of every row. */
  readonly effort: number;
}

export const FULL: Scale = { few: 1_000, many: 1_000_000, effort: 1 };
export const QUICK: Scale = { few: 1_000, many: 100_000, effort: 0.15 };

/** What the rows share: places that are filled once, and somebody to tell how far they are. */
export class Bench implements AsyncDisposable {
  readonly scale: Scale;
  readonly note: (text: string) => void;
  readonly #places = new Map<string, Promise<Place>>();
  readonly #stores = new Set<BenchStore>();

  constructor(scale: Scale, note: (text: string) => void) {
    this.scale = scale;
    this.note = note;
  }

  rounds(full: number): number {
    return Math.max(1, Math.ceil(full * this.scale.effort));
  }

  /** A place of this store with so many pending requests, the same for all rows. */
  place(store: BenchStore, pending: number): Promise<Place> {
    const key = `${store.name}/${pending}`;
    const known = this.#places.get(key);
    if (known) return known;
    this.#stores.add(store);
    const made = store.prepare(pending, this.note);
    this.#places.set(key, made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const place of this.#places.values()) await (await place)[Symbol.asyncDispose]();
    for (const store of this.#stores) await store.stop();
  }
}

/** 1,000,000 as people write it. */
export const counted = (pending: number): string => pending.toLocaleString("en");
