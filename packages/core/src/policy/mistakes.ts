import type { z } from "zod";
import { plainIssue } from "../errors/plain-issue.ts";
import { didYouMean } from "./did-you-mean.ts";

const TERMS = [
  "roles", "reviewers", "quorum", "fourEyes", "expiresIn", "executeWithin", "decisions", "remind", "escalate", "remember",
]; // prettier-ignore
/** The settings that there are, by what they are settings of. */
const SETTINGS = {
  policy: ["context", "default", "review", "remember", "tools"],
  rule: ["args", "idempotent", "history", "redact", "ask", "deny", "review"],
  review: TERMS,
  escalate: ["after", "roles"],
} as const;

/** What is wrong with a part of a policy, and what to write, in sentences. */
export function mistakeIn(issue: z.core.$ZodIssue, root: unknown, at: readonly PropertyKey[]): string {
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
  const last = at.at(-1);
  if (last === "escalate") return "escalate";
  if (at[0] === "tools") return at.length > 2 ? "review" : "rule";
  return at.length > 0 ? "review" : "policy";
}

function asList(root: unknown, path: readonly PropertyKey[]): string {
  const value = path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key], root);
  return typeof value === "string" ? `Write [${JSON.stringify(value)}].` : "Write a list.";
}
