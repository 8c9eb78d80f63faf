import { z } from "zod";

/** Bytes of UTF-8 in a name: ids of threads, turns, calls and people, tools, agents, tenants. Longer ones fit no index. */
const LONGEST_NAME = 512;
export const TOO_LONG: string = `longer than ${LONGEST_NAME} bytes`;

export function isTooLong(name: string): boolean {
  // Most names are short, and no character takes more than three bytes of its UTF-16 unit.
  return name.length * 3 > LONGEST_NAME && new TextEncoder().encode(name).length > LONGEST_NAME;
}

export const nameSchema: z.ZodType<string> = z.lazy(() =>
  z
    .string()
    .min(1)
    .refine((name) => !isTooLong(name), TOO_LONG),
);
