import { AssertionError } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Section } from "../explain/section.ts";
import type { Setting } from "./setting.ts";

/** Arguments that would be the expected ones, had the tool's schema set what it sets. */
export function schemaHint(error: unknown, { tools }: Pick<Setting, "tools">): readonly Section[] {
  if (!(error instanceof AssertionError) || !Array.isArray(error.actual)) return [];
  const { actual, expected } = error as { readonly actual: readonly unknown[]; readonly expected: unknown };
  const tool = tools.find(({ args }) => {
    const parsed = actual.map((each) => args["~standard"].validate(each));
    return isDeepStrictEqual(parsed.map((result) => ("value" in result ? result.value : undefined)), expected); // prettier-ignore
  });
  if (!tool || actual.length === 0) return [];
  return [{ heading: "What to look at", lines: [`The schema of \`${tool.name}\` has not been applied to them: it sets what is missing.`] }];
}
