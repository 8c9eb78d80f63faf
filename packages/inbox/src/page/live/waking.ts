/** Ms between two looks at the clock, and by how much it has jumped if the computer slept. */
const LOOK = 5_000;
const JUMP = 15_000;

/**
 * `network`: it is there again, gone, or another one, or the computer slept: what was connected is not any more. `look`: somebody
 * looks at the tab again.
 */
export type Waking = "network" | "look";

/** Tells when it is time to see whether the stream is still there; `tick` a few times a minute besides. Answers how to end it. */
export function listenForWaking(woke: (waking: Waking) => void, tick: () => void): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let last = Date.now();
  const timer = setInterval(() => {
    const before = last;
    last = Date.now();
    // Timers of hidden tabs are slow without any sleep.
    if (last - before > LOOK + JUMP && document.visibilityState === "visible") woke("network");
    else tick();
  }, LOOK);
  for (const type of ["online", "offline"]) addEventListener(type, () => woke("network"), { signal });
  addEventListener("pageshow", ({ persisted }) => persisted && woke("network"), { signal });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && woke("look"), { signal });
  return () => {
    clearInterval(timer);
    ending.abort();
  };
}
