import { effect, type ReadonlySignal } from "@preact/signals";
import { isWaiting, type Row } from "./row.ts";

/** Ms: this clock and the server's aren't the same. Between two looks at one that should be over. */
const PAUSE = 5_000;
/** Ms: what a timer can hold. */
const LONGEST = 2 ** 31 - 1;

/** Has rows read again whose time is over: whether it is, the server says. Answers how to end it. */
export function watchDeadlines(rows: ReadonlySignal<readonly Row[]>, touch: (id: string) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;

  function plan(least: number): void {
    clearTimeout(timer);
    const next = Math.min(...rows.peek().flatMap((row) => (isWaiting(row) && row.deadline ? [row.deadline.at] : [])));
    if (next === Infinity) return;
    timer = setTimeout(look, Math.min(LONGEST, Math.max(least, next - Date.now() + 100)));
  }

  function look(): void {
    const now = Date.now();
    for (const row of rows.peek()) if (isWaiting(row) && row.deadline && row.deadline.at <= now) touch(row.id);
    plan(PAUSE);
  }

  const unwatch = effect(() => {
    if (rows.value.length >= 0) plan(PAUSE / 10);
  });
  return () => {
    unwatch();
    clearTimeout(timer);
  };
}
