import { signal, type ReadonlySignal } from "@preact/signals";

const query = matchMedia("(pointer: coarse)");
const coarse = signal(query.matches);
query.addEventListener("change", () => {
  coarse.value = query.matches;
});

/** Is a finger what they press with here? */
export const isCoarse: ReadonlySignal<boolean> = coarse;
