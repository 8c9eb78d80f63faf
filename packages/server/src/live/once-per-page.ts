import type { Gate } from "@countersign/core";
import type { FeedPage } from "@countersign/core/surface";

/** Everybody who listens gets the same page: what it is about is read once, whoever may see it. What fails is read again. */
export function oncePerPage<T>(read: (page: FeedPage, gate: Gate) => Promise<T>): (page: FeedPage, gate: Gate) => Promise<T> {
  const all = new WeakMap<FeedPage, Promise<T>>();
  return (page, gate) => {
    const known = all.get(page);
    if (known) return known;
    const reading = read(page, gate);
    all.set(page, reading);
    reading.catch(() => all.delete(page));
    return reading;
  };
}
