import type { LiveEvent } from "@countersign/server/client";

/** What happened. `everything`: so much, or so long ago, that whatever is shown has to be read anew. */
export type Changes = { readonly type: "events"; readonly events: readonly LiveEvent[] } | { readonly type: "everything" };

/** Ms between two batches: in a tab that somebody looks at, in one that nobody sees, and behind one that had everything read anew. */
const PACE = 250;
const HIDDEN_PACE = 2_000;
const LONG_PACE = 2_000;
/** Events. Beyond, to read what is shown once costs less than to look at each. */
const MOST = 300;

/** Events as they come, told a few times a second. */
export interface Batches {
  add(events: readonly LiveEvent[]): void;
  /** Something may have been missed. */
  addEverything(): void;
  stop(): void;
}

export function createBatches(tell: (changes: Changes) => Promise<void>, isHidden: () => boolean): Batches {
  // An event that comes twice has the same name.
  let waiting = new Map<string, LiveEvent>();
  let isMuch = false;
  let isTelling = false;
  let next = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function plan(): void {
    if (timer !== undefined || isTelling || (waiting.size === 0 && !isMuch)) return;
    // The clock of a computer may be set back.
    timer = setTimeout(() => void flush(), Math.min(LONG_PACE, Math.max(0, next - Date.now())));
  }

  async function flush(): Promise<void> {
    timer = undefined;
    isTelling = true;
    const changes: Changes = isMuch ? { type: "everything" } : { type: "events", events: [...waiting.values()] };
    waiting = new Map();
    isMuch = false;
    await tell(changes);
    isTelling = false;
    next = Date.now() + (changes.type === "everything" ? LONG_PACE : isHidden() ? HIDDEN_PACE : PACE);
    plan();
  }

  return {
    add(events) {
      if (!isMuch) for (const event of events) waiting.set(`${event.subject} ${event.seq}`, event);
      if (waiting.size > MOST) isMuch = true;
      plan();
    },
    addEverything() {
      isMuch = true;
      plan();
    },
    stop: () => clearTimeout(timer),
  };
}
