/** A JSON object as the model wrote it: what is signed. */
export type JsonObject = { readonly [key: string]: unknown };

/**
 * A length of time: milliseconds as a number, or text such as `"500ms"`, `"30s"`, `"15m"`, `"48h"`, `"3d"`.
 * Always positive, and a hundred years (36,500 days) at most.
 */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

/**
 * The part of Standard Schema v1 that Countersign calls: zod, valibot, arktype and others implement it.
 * @see https://standardschema.dev
 */
export interface StandardSchemaV1<I = unknown, O = I> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<O> | Promise<StandardResult<O>>;
    readonly types?: { readonly input: I; readonly output: O } | undefined;
  };
}

/** What a Standard Schema answers: a value, or the issues found. */
export type StandardResult<O> =
  | { readonly value: O; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** Something wrong with a value, and where. */
export interface Issue {
  readonly message: string;
  readonly path: readonly PropertyKey[];
}

/** A value or the promise of one. */
export type Awaitable<T> = T | PromiseLike<T>;
