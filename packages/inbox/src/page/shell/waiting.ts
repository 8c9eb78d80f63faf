import { signal, type ReadonlySignal } from "@preact/signals";
import type { App } from "../app.ts";

/** Ms between two counts: many requests come and go. */
const PACE = 2_000;
const HIDDEN_PACE = 10_000;

/** How many requests wait for whoever is signed in. */
export interface Waiting {
  /** `20` or `1000+`. Undefined: not known. */
  readonly text: ReadonlySignal<string | undefined>;
  /** Counts, and counts again when something has happened. Answers how to end it. */
  start(): () => void;
}

export function createWaiting({ client, session, live }: Pick<App, "client" | "session" | "live">): Waiting {
  const text = signal<string | undefined>(undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let counted = 0;

  async function count(): Promise<void> {
    timer = undefined;
    counted = Date.now();
    try {
      const { count: found } = await client.listRequests({ status: "pending", mine: true, limit: 1, count: true });
      if (found) text.value = `${found.atLeast}${found.isCapped ? "+" : ""}`;
    } catch (error) {
      session.heed(error);
    }
  }

  return {
    text,
    start() {
      void count();
      const unlisten = live.listen((changes) => {
        if (changes.type === "events" && !changes.events.some(({ request }) => request)) return;
        const pace = document.visibilityState === "visible" ? PACE : HIDDEN_PACE;
        timer ??= setTimeout(() => void count(), Math.max(0, Math.min(pace, counted + pace - Date.now())));
      });
      return () => {
        unlisten();
        clearTimeout(timer);
      };
    },
  };
}
