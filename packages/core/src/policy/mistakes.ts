import type { z } from "zod";
import { plainIssue, valueAt } from "../errors/plain-issue.ts";
import { didYouMean } from "../errors/did-you-mean.ts";

const TERMS = [
  "roles", "reviewers", "quorum", "fourEyes", "confirm", "batch", "expiresIn", "executeWithin", "decisions", "remind", "escalate", "remember",
]; // prettier-ignore
/** The settings that there are, by what they are settings of. */
const SETTINGS = {
  policy: ["context", "default", "review", "remember", "always", "include", "tools"],
  rule: ["args", "idempotent", "history", "redact", "describe", "ask", "deny", "review"],
  tier: ["when", "reason", "review"],
  rail: ["tools", "when", "deny", "ask", "reason", "history", "review"],
  review: TERMS,
  group: ["roles", "reviewers", "count"],
  escalate: ["after", "roles"],
} as const;

/** What is wrong with a part of a policy, and what to write, in sentences. */
export function mistakeIn(issue: z.core.$ZodIssue, root: unknown, at: readonly PropertyKey[]): string {
  const meant = meantBy(issue, root);
  if (meant) return mistakeIn(meant, root, at);
  if (issue.code === "unrecognized_keys") return unknownSettings(issue.keys, [...at, ...issue.path]);
  const { message } = plainIssue(issue, root);
  const text = `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.?!]$/.test(message) ? "" : "."}`;
  return issue.code === "invalid_type" && issue.expected === "array" ? `${text} ${asList(root, issue.path)}` : text;
}

function unknownSettings([wrong = ""]: readonly string[], at: readonly PropertyKey[]): string {
  const of = settingsOf(at);
  if (wrong === "allow" && of === "rule")
    return "There is no setting allow. A rule allows what neither deny nor ask holds for: write the opposite condition under ask.";
  return `There is no setting ${wrong}.${didYouMean(wrong, SETTINGS[of]) || ` There are ${SETTINGS[of].join(", ")}.`}`;
}

function settingsOf(at: readonly PropertyKey[]): keyof typeof SETTINGS {
  const [last, above] = [at.at(-1), at.at(-2)];
  if (last === "escalate") return "escalate";
  if (/^\d+$/.test(String(last))) {
    if (above === "quorum") return "group";
    if (above === "always") return "rail";
    if (above === "ask") return "tier";
  }
  if (at[0] === "tools") return at.length > 2 ? "review" : "rule";
  return at.length > 0 ? "review" : "policy";
}

/** Of what may be written in two ways, the mistake in the one that was chosen: a list of groups, or a number. */
function meantBy(issue: z.core.$ZodIssue, root: unknown): z.core.$ZodIssue | undefined {
  if (issue.code !== "invalid_union") return undefined;
  const isList = Array.isArray(valueAt(root, issue.path));
  const branches = issue.errors.filter(
    ([first]) => first !== undefined && isList === (first.code !== "invalid_type" || first.path.length > 0),
  );
  const [meant] = (branches.length > 0 ? branches : issue.errors)[0] ?? [];
  return meant && { ...meant, path: [...issue.path, ...meant.path] };
}

function asList(root: unknown, path: readonly PropertyKey[]): string {
  const value = valueAt(root, path);
  return typeof value === "string" ? `Write [${JSON.stringify(value)}].` : "Write a list.";
}
