import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { now } from "../look/now.ts";
import type { Session } from "./session.ts";

/** Ms before the end: time to finish what one is at. */
const EARLY = 5 * 60_000;
/** Ms: each press near the end would ask otherwise. */
const SELDOM = 30_000;

/** The end of the session, told before it comes. */
export interface Ending {
  /** Unix ms. Undefined: it isn't near. */
  readonly at: ReadonlySignal<number | undefined>;
  /** Lasts longer by being used. False: they tried, and it doesn't. */
  readonly canBeLater: ReadonlySignal<boolean>;
  /** Uses it. */
  makeLater(): Promise<void>;
}

/** Answers how to end it as well: `stop`. */
export function createEnding(session: Session): Ending & { readonly stop: () => void } {
  const { me, state } = session;
  const canBeLater = signal(true);
  let used = Date.now();
  let asked = used;
  const use = (): void => {
    used = Date.now();
    if (near.peek() !== undefined && used - asked > SELDOM) void ask();
  };
  const ending = new AbortController();
  for (const type of ["pointerdown", "keydown"]) addEventListener(type, use, { capture: true, passive: true, signal: ending.signal });

  const ask = async (): Promise<void> => {
    asked = Date.now();
    await session.check();
  };
  const near = computed(() => {
    const until = me.value?.until;
    return state.value === "signed-in" && until !== undefined && until - now.value < EARLY ? until : undefined;
  });
  const isOver = computed(() => near.value !== undefined && near.value <= now.value);
  const unwatch = effect(() => {
    if (near.value === undefined) canBeLater.value = true;
    // Whoever works with the page has used it since: what the page knows of the end is old. Nobody there: that doesn't keep it alive.
    if (isOver.value || (near.value !== undefined && used > asked)) void ask();
  });
  return {
    at: near,
    canBeLater,
    async makeLater() {
      const before = near.peek() ?? 0;
      await ask();
      // Unchanged, or by less than the time that it took: it ends then, whatever is done.
      canBeLater.value = (near.peek() ?? Infinity) - before > EARLY / 5;
    },
    stop() {
      unwatch();
      ending.abort();
    },
  };
}
