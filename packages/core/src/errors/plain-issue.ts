import type { z } from "zod";
import type { Issue } from "../contract/json.ts";
import { listed, shown } from "./shown.ts";

const KINDS: Readonly<Record<string, string>> = {
  object: "an object",
  string: "text",
  array: "a list",
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
};

/** What zod has against a value, as a person would say it. What a schema of ours says itself stays. */
export function plainIssue(issue: z.core.$ZodIssue, root: unknown): Issue {
  const got = valueAt(root, issue.path);
  return { path: issue.path, message: got === undefined && issue.code !== "unrecognized_keys" ? "missing" : against(issue, got) };
}

function against(issue: z.core.$ZodIssue, got: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${KINDS[issue.expected] ?? issue.expected}, got ${shown(got)}`;
    case "invalid_value":
      return `expected ${listed(issue.values)}, got ${shown(got)}`;
    case "invalid_union":
      return "options" in issue && issue.options ? `expected ${listed(issue.options)}, got ${shown(got)}` : `got ${shown(got)}`;
    case "unrecognized_keys":
      return `there is no ${issue.keys.join(", ")} here`;
    case "too_small":
      return issue.origin === "string" || issue.origin === "array" ? "empty" : `expected ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}, got ${shown(got)}`; // prettier-ignore
    default:
      return issue.message;
  }
}

/** What stands at a path of what was given. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    root,
  );
}
