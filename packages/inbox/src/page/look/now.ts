import { signal, type ReadonlySignal } from "@preact/signals";

const ticking = signal(Date.now());
setInterval(() => {
  if (document.visibilityState === "visible") ticking.value = Date.now();
}, 1_000);
document.addEventListener("visibilitychange", () => {
  ticking.value = Date.now();
});

/** The time, each second, while somebody looks. Unix ms. */
export const now: ReadonlySignal<number> = ticking;
