import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { App } from "../../app.ts";
import { asksOf, type Filters } from "./filters.ts";
import type { Count } from "./reader.ts";
import { isOverdue, type Row } from "./row.ts";

/** Ms between two counts: many requests come and go. */
const PACE = 2_000;
const HIDDEN_PACE = 10_000;

/** How many match, on all pages, also of those that aren't shown yet. */
export interface Counter {
  readonly count: ReadonlySignal<Count>;
  /** It was counted while the list was read. */
  set(count: Count): void;
  /** Something has happened: it is counted again soon. */
  hear(): void;
  stop(): void;
}

/** @param rows what no longer belongs among them is off at once; what is overdue the server still counts */
export function createCounter(
  { client, session }: Pick<App, "client" | "session">,
  filters: () => Filters,
  rows: ReadonlySignal<readonly Row[]>,
): Counter {
  const counted = signal<Count & { readonly gone: number }>({ atLeast: 0, isCapped: false, gone: 0 });
  const overdue = computed(() => rows.value.filter((row) => isOverdue(row)).length);
  const gone = computed(() => rows.value.filter(({ isGone }) => isGone).length - overdue.value);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function set({ atLeast, isCapped }: Count): void {
    counted.value = { atLeast, isCapped, gone: gone.peek() };
  }

  async function recount(): Promise<void> {
    timer = undefined;
    const of = filters();
    try {
      const pages = await Promise.all(asksOf(of).map((ask) => client.listRequests({ ...ask, limit: 1, count: true })));
      if (of !== filters()) return;
      const counts = pages.flatMap(({ count }) => count ?? []);
      set({ atLeast: counts.reduce((sum, { atLeast }) => sum + atLeast, 0), isCapped: counts.some(({ isCapped }) => isCapped) });
    } catch (error) {
      session.heed(error);
    }
  }

  return {
    count: computed(() => {
      const { atLeast, isCapped, gone: then } = counted.value;
      const left = Math.max(0, gone.value - then) + overdue.value;
      return { atLeast: isCapped ? atLeast : Math.max(0, atLeast - left), isCapped };
    }),
    set,
    hear() {
      timer ??= setTimeout(() => void recount(), document.visibilityState === "visible" ? PACE : HIDDEN_PACE);
    },
    stop: () => clearTimeout(timer),
  };
}
