import { didYouMean } from "@countersign/core/policy";
import type { Path } from "./yaml.ts";

type Place = "file" | "rule" | "terms" | "escalate" | "condition";

/** What each part of a file may hold. */
const SETTINGS: { readonly [P in Place]: readonly string[] } = {
  file: ["version", "default", "constants", "review", "remember", "tools"],
  rule: ["deny", "ask", "review", "idempotent", "redact"],
  terms: ["roles", "reviewers", "quorum", "fourEyes", "expiresIn", "executeWithin", "decisions", "remind", "escalate", "remember"],
  escalate: ["after", "roles"],
  condition: ["when", "reason"],
};

/** Says where a setting belongs that its place doesn't have, or what it may be a misspelling of. `path` leads to the map that holds it. */
export function unknownSetting(key: string, path: Path): string {
  const place = placeOf(path);
  if (place === "rule" && key === "allow")
    return "A rule allows what neither `deny` nor `ask` holds for. Write the opposite condition under `ask`.";
  if (place === "condition" && /\W/.test(key)) return `Write the condition without the braces: \`${String(path.at(-1))}: ${key}\`.`;
  if (place === "rule" && SETTINGS.condition.includes(key)) return `Write ${key} under ask or deny: \`ask: { when: …, reason: … }\`.`;
  if (place !== "terms" && SETTINGS.terms.includes(key)) return `Write ${key} under review.`;
  if (place === "terms" && SETTINGS.rule.includes(key)) return `Write ${key} beside review, as a setting of the tool.`;
  const near = didYouMean(key, SETTINGS[place]);
  return `There is no setting ${key} here.${near || ` There are ${SETTINGS[place].join(", ")}.`}`;
}

export function isRuleSetting(key: string): boolean {
  return SETTINGS.rule.includes(key);
}

function placeOf(path: Path): Place {
  const last = path.at(-1);
  if (path.length === 0) return "file";
  if (path[0] === "tools" && path.length === 2) return "rule";
  if (last === "escalate") return "escalate";
  return last === "ask" || last === "deny" ? "condition" : "terms";
}
