import { effect } from "@preact/signals";
import type { Session } from "./session.ts";

/** Ms between two looks that somebody's coming back makes. */
const SELDOM = 5_000;
/** Ms, doubled with each time: while the server doesn't answer. */
const FIRST = 1_000;
const LAST = 30_000;

/**
 * Looks who has the browser, whenever somebody comes back to the page: they may have signed in or out elsewhere. While the
 * server doesn't answer, it looks again by itself. Answers how to end it.
 */
export function keepChecking(session: Session): () => void {
  let looked = Date.now();
  let wait = FIRST;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ending = new AbortController();
  const { signal } = ending;

  const look = (): void => {
    looked = Date.now();
    void session.check();
  };
  const back = (): void => {
    if (document.visibilityState === "visible" && Math.abs(Date.now() - looked) >= SELDOM) look();
  };
  document.addEventListener("visibilitychange", back, { signal });
  addEventListener("focus", back, { signal });
  addEventListener("online", look, { signal });

  const unwatch = effect(() => {
    clearTimeout(timer);
    // Each failure is a new one, and begins the next wait.
    void session.failure.value;
    if (session.state.value !== "away") return;
    timer = setTimeout(look, wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LAST);
  });
  return () => {
    clearTimeout(timer);
    unwatch();
    ending.abort();
  };
}
