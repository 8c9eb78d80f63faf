import { emitting } from "@countersign/core/adapter";

/** The SDK shows what a generator yields while it runs; an async function in its place would be awaited instead. */
export function isGenerator(execute: unknown): boolean {
  return Object.prototype.toString.call(execute) === "[object AsyncGeneratorFunction]";
}

/** Passes on what `work` emits while it runs, and then what it answers, which is the last thing that the SDK sees. */
export async function* yielding(work: (emit: (output: unknown) => void) => Promise<unknown>): AsyncGenerator<unknown> {
  const emissions = emitting(work);
  let last: { readonly output: unknown } | undefined;
  for (;;) {
    const { done, value } = await emissions.next();
    if (!done) yield (last = { output: value }).output;
    else {
      if (!last || last.output !== value) yield value;
      return;
    }
  }
}
