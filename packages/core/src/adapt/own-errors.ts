import type { Awaitable } from "../contract/json.ts";

interface Watched<A extends readonly unknown[], R> {
  readonly effect: (...given: A) => Promise<R>;
  /** Did this very error come out of the effect? */
  readonly threw: (error: unknown) => boolean;
}

/** What a tool itself throws is for the model to read, and what stands in its way mostly isn't: for telling them apart. */
export function watched<A extends readonly unknown[], R>(effect: (...given: A) => Awaitable<R>): Watched<A, R> {
  let thrown: { readonly error: unknown } | undefined;
  return {
    effect: async (...given) => {
      try {
        return await effect(...given);
      } catch (error) {
        thrown = { error };
        throw error;
      }
    },
    threw: (error) => thrown !== undefined && thrown.error === error,
  };
}
