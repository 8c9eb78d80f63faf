/** The SDK shows what a generator yields while it runs; an async function in its place would be awaited instead. */
export function isGenerator(execute: unknown): boolean {
  return Object.prototype.toString.call(execute) === "[object AsyncGeneratorFunction]";
}

/** Passes on what `work` emits while it runs, and then what it answers, which is the last thing that the SDK sees. */
export async function* yielding(work: (emit: (output: unknown) => void) => Promise<unknown>): AsyncGenerator<unknown> {
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
  let last: { readonly output: unknown } | undefined;
  for (;;) {
    while (emitted.length > 0) yield (last = { output: emitted.shift() }).output;
    if (over) break;
    await new Promise<void>((resolve) => (wake = resolve));
  }
  const output = await result;
  if (!last || last.output !== output) yield output;
}
