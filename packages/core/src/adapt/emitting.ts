/** Passes on what `work` emits while it runs, and returns what it answers: for tools that are generators. */
export async function* emitting<R>(work: (emit: (output: unknown) => void) => Promise<R>): AsyncGenerator<unknown, R> {
  const emitted: unknown[] = [];
  let wake = (): void => {};
  let over = false;
  const result = work((output) => {
    emitted.push(output);
    wake();
  }).finally(() => {
    over = true;
    wake();
  });
  // Awaited below; a reader who leaves early must not leave it unhandled.
  result.catch(() => {});
  for (;;) {
    while (emitted.length > 0) yield emitted.shift();
    if (over) return result;
    await new Promise<void>((resolve) => (wake = resolve));
  }
}
