import { z } from "zod";
import { nameSchema } from "./name.ts";

/**
 * Where somebody acted, as the surface that they acted through knew it. It helps to find out who it was, and proves nothing:
 * except for `role`, a surface can be told anything.
 */
export interface Origin {
  /** The operating system's user. */
  readonly user?: string | undefined;
  /** The machine's name. */
  readonly host?: string | undefined;
  /** The role that the store's session has in its database: see `StorePort.role`. */
  readonly role?: string | undefined;
}

/** Strict: a misspelt member would be left out of the trail. */
export const originSchema: z.ZodType<Origin> = z.lazy(() =>
  z.strictObject({ user: nameSchema.optional(), host: nameSchema.optional(), role: nameSchema.optional() }),
);

/** What an event notes of it. Undefined: nothing is known. */
export function originNote(origin: Origin | undefined): { readonly origin: Record<string, string> } | undefined {
  const known = Object.entries(origin ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return known.length === 0 ? undefined : { origin: Object.fromEntries(known) };
}
