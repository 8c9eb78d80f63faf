import type { z } from "zod";
import { CountersignError } from "./error.ts";

/** Reads input from outside. @throws INVALID_ARGS with paths below `name` */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ message, path }) => ({ message, path: [name, ...path] }));
  throw new CountersignError("INVALID_ARGS", { issues });
}
