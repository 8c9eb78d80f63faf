import { z } from "zod";
import { CountersignError } from "./error.ts";
import { plainIssue } from "./plain-issue.ts";

/** Many pass the controller. Of another realm it is no instance of ours. */
export const signalSchema: z.ZodType<AbortSignal> = z.lazy(() =>
  z.custom<AbortSignal>(
    (value) => Object.prototype.toString.call(value) === "[object AbortSignal]",
    "expected a signal: controller.signal, or AbortSignal.timeout(1_000)",
  ),
);

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
