import { signal, type ReadonlySignal } from "@preact/signals";
import type { Row } from "./row.ts";

/** The rows, each found by its id. */
export interface Shelf {
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly has: (id: string) => boolean;
  get(id: string): Row | undefined;
  /** Other rows than before. */
  show(rows: readonly Row[]): void;
  /** Those that it has: each stays where it is. */
  change(changed: ReadonlyMap<string, Row>): void;
}

export function createShelf(): Shelf {
  const rows = signal<readonly Row[]>([]);
  let places = new Map<string, number>();
  return {
    rows,
    has: (id) => places.has(id),
    get: (id) => rows.peek()[places.get(id) ?? -1],
    show(all) {
      places = new Map(all.map(({ id }, place) => [id, place]));
      rows.value = all;
    },
    change(changed) {
      if (changed.size === 0) return;
      const all = [...rows.peek()];
      for (const [id, row] of changed) {
        const place = places.get(id);
        if (place !== undefined) all[place] = row;
      }
      rows.value = all;
    },
  };
}
