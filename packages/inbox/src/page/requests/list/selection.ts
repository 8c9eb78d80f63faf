import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { isWaiting, type Row } from "./row.ts";

/** What is chosen to be decided together: of what is in the list, and still waits. */
export interface Selection {
  readonly selected: ReadonlySignal<ReadonlySet<string>>;
  /** How many were chosen that somebody has decided meanwhile. */
  readonly lost: ReadonlySignal<number>;
  set(ids: readonly string[], isSelected: boolean): void;
  toggle(id: string): void;
  /** From the one that was chosen last to this one, as they stand in `order`. */
  extend(id: string, order: readonly string[]): void;
  readonly clear: () => void;
}

export function createSelection(rows: ReadonlySignal<readonly Row[]>): Selection {
  const chosen = signal<ReadonlySet<string>>(new Set());
  let last: string | undefined;
  const selected = computed<ReadonlySet<string>>(() => {
    if (chosen.value.size === 0) return chosen.value;
    return new Set(rows.value.flatMap((row) => (chosen.value.has(row.id) && isWaiting(row) ? [row.id] : [])));
  });

  function set(ids: readonly string[], isSelected: boolean): void {
    const next = new Set(selected.peek());
    for (const id of ids) {
      if (isSelected) next.add(id);
      else next.delete(id);
    }
    chosen.value = next;
    last = ids.at(-1);
  }

  return {
    selected,
    lost: computed(() => chosen.value.size - selected.value.size),
    set,
    toggle: (id) => set([id], !selected.peek().has(id)),
    extend(id, order) {
      const [from, to] = [order.indexOf(last ?? id), order.indexOf(id)].toSorted((a, b) => a - b);
      if (from === undefined || to === undefined || from < 0) set([id], true);
      else set(order.slice(from, to + 1), true);
      last = id;
    },
    clear: () => {
      chosen.value = new Set();
      last = undefined;
    },
  };
}
