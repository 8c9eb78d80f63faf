import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { linesOf, type Line } from "./lines.ts";
import type { List } from "./list.ts";
import { isWaiting } from "./row.ts";

/** Where somebody is in the list, and which groups they have opened. */
export interface Cursor {
  readonly lines: ReadonlySignal<readonly Line[]>;
  /** The key of the line that the keyboard is at. */
  readonly current: ReadonlySignal<string | undefined>;
  /** A line that is to have the focus, as soon as it is drawn. */
  readonly wanted: ReadonlySignal<{ readonly key: string } | undefined>;
  /** It is there, without taking the focus. */
  stand(key: string): void;
  focus(key: string): void;
  /** The focus has gone elsewhere, and isn't wanted back. */
  readonly letGo: () => void;
  /** To the line that many further down. */
  move(by: number): void;
  /** Back to the line where it was, or the first. */
  readonly comeBack: () => void;
  toggleGroup(key: string): void;
  /** Chooses the line's request, or all of the group; or no longer. */
  readonly toggle: (key: string) => void;
  /** Chooses all from the last one that was chosen to this one. */
  readonly extend: (key: string) => void;
}

export function createCursor(list: List): Cursor {
  const last = signal<string | undefined>(undefined);
  const wanted = signal<{ readonly key: string } | undefined>(undefined);
  const open = signal<ReadonlySet<string>>(new Set());
  const lines = computed(() => linesOf(list.rows.value, list.filters.value.isGrouped, open.value));
  // Whatever has gone is no place to stand.
  const current = computed(() => (lines.value.some(({ key }) => key === last.value) ? last.value : undefined));
  const placeOf = (key: string | undefined): number => lines.peek().findIndex((line) => line.key === key);

  list.order = () =>
    lines.peek().flatMap((line) => (line.kind === "row" ? [line.row.id] : line.isOpen ? [] : line.group.rows.map(({ id }) => id)));

  function focus(key: string): void {
    last.value = key;
    wanted.value = { key };
  }

  return {
    lines,
    current,
    wanted,
    stand: (key) => {
      last.value = key;
    },
    focus,
    letGo: () => {
      wanted.value = undefined;
    },
    move(by) {
      const all = lines.peek();
      const place = placeOf(current.peek());
      const next = all[place < 0 ? 0 : Math.min(Math.max(place + by, 0), all.length - 1)];
      if (next) focus(next.key);
    },
    comeBack: () => {
      const next = lines.peek()[Math.max(placeOf(current.peek()), 0)];
      if (next) focus(next.key);
    },
    toggleGroup(key) {
      const next = new Set(open.peek());
      if (!next.delete(key)) next.add(key);
      open.value = next;
    },
    toggle: (key) => {
      const ids = waitingIn(lines.peek().find((line) => line.key === key));
      list.selection.set(ids, !ids.every((id) => list.selected.peek().has(id)));
    },
    extend: (key) => {
      const order = lines.peek().flatMap((line) => (line.kind === "row" && isWaiting(line.row) ? [line.key] : []));
      list.selection.extend(key, order);
    },
  };
}

/** What of a line can be decided. */
export function waitingIn(line: Line | undefined): readonly string[] {
  const rows = line?.kind === "group" ? line.group.rows : line ? [line.row] : [];
  return rows.filter(isWaiting).map(({ id }) => id);
}
