import type { z } from "zod";
import { CountersignError } from "./error.ts";
import { plainIssue } from "./plain-issue.ts";

/**
 * Reads input from outside.
 * @param advice what to pass, as a sentence
 * @throws INVALID_ARGS with paths below `name`
 */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown, name: string, advice?: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .map((issue) => plainIssue(issue, value))
    .map(({ message, path }) => ({ message, path: [name, ...path] }));
  throw new CountersignError("INVALID_ARGS", { issues }, advice === undefined ? {} : { note: advice });
}
