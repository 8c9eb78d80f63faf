import { z } from "zod";

/** A type as it is in JSON: what is undefined isn't there. */
export type Wire<T> = unknown extends T
  ? T
  : T extends string | number | boolean | symbol | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Wire<Item>[]
      : [keyof T] extends [never]
        ? { readonly [key: string]: unknown }
        : { readonly [K in keyof T as Always<T, K>]: Wire<T[K]> } & { readonly [K in keyof T as Sometimes<T, K>]?: Wire<T[K]> | undefined };

type Always<T, K extends keyof T> = undefined extends T[K] ? (string extends K ? K : never) : K;
type Sometimes<T, K extends keyof T> = undefined extends T[K] ? (string extends K ? never : K) : never;

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

type Fitting<S extends z.ZodType, T> =
  Same<Wire<z.output<S>>, Wire<T>> extends true ? S : { readonly differs: [schema: Wire<z.output<S>>, type: Wire<T>] };

/**
 * The schema of a type that is written elsewhere. It compiles only while the two say the same.
 * @example export const Freeze = describing<core.Freeze>()(z.object({ id: z.string(), … }))
 */
export function describing<T>() {
  return <S extends z.ZodType>(schema: Fitting<S, T>): z.ZodType<Wire<T>> => schema as never;
}

/** The same for a query, which stays an object. */
export function asking<T>() {
  return <S extends z.ZodObject>(schema: Fitting<S, T>): S => schema as S;
}

/** Unix ms. */
export const time = (): z.ZodNumber => z.number().meta({ description: "Unix ms." });

/** Any JSON object. */
export const json = (): z.ZodRecord<z.ZodString, z.ZodUnknown> => z.record(z.string(), z.unknown());
